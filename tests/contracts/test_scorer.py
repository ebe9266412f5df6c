"""The fake passes the suite of its port."""

from __future__ import annotations

import pytest
from contracts.scorer import PairScorerContract
from fakes import FakePairScorer


class TestFakePairScorer(PairScorerContract):
    """FakePairScorer is a `PairScorer`."""

    @pytest.fixture
    def scorer(self) -> FakePairScorer:
        """Give a fake."""
        return FakePairScorer()


def test_it_keeps_what_it_scored():
    """A flow's test can tell how many pairs a question cost."""
    scorer = FakePairScorer()
    scorer.score([("a", "b")])
    scorer.score([("c", "d")])
    assert scorer.pairs == [("a", "b"), ("c", "d")]
