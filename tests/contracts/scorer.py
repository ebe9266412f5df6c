"""What every `PairScorer` does, on the fake and on the real adapters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.ports import PairScorer

QUESTION = "How much network bandwidth does a P5 instance have?"
PASSAGES = (
    "Bread is baked for an hour in a hot oven.",
    "A P5 instance has up to 3,200 Gbps of network bandwidth.",
    "",
    "🚀 专家 \x00 تدريب",
    "A P5 instance has up to 3,200 Gbps of network bandwidth. " * 200,
)


class PairScorerContract:
    """The suite. A subclass gives the fixture `scorer`."""

    def test_every_pair_has_a_score(self, scorer: PairScorer) -> None:
        """There is one finite number a pair, for hostile and overlong ones as well."""
        pairs = [(query, passage) for query in ("", QUESTION * 100) for passage in PASSAGES]
        scores = scorer.score(pairs)
        assert len(scores) == len(pairs)
        assert all(math.isfinite(score) for score in scores)
        assert scorer.score([]) == []

    def test_the_answer_scores_best(self, scorer: PairScorer) -> None:
        """The passage that answers is before the one that does not."""
        other, answer, *_ = scorer.score([(QUESTION, passage) for passage in PASSAGES])
        assert answer > other

    def test_a_score_depends_on_its_own_pair_alone(self, scorer: PairScorer) -> None:
        """Alone, among others and in another order, a pair has the same score, to the last bit."""
        pairs = [(QUESTION, passage) for passage in PASSAGES]
        together = scorer.score(pairs)
        assert scorer.score(pairs[::-1])[::-1] == together
        assert [scorer.score([pair])[0] for pair in pairs] == together

    def test_the_name_is_one_line(self, scorer: PairScorer) -> None:
        """The name can be kept and printed."""
        assert scorer.name
        assert scorer.name.isprintable()
