"""The fake passes the suite of its port."""

from __future__ import annotations

import pytest
from contracts.embedder import EmbedderContract
from fakes import FakeEmbedder


class TestFakeEmbedder(EmbedderContract):
    """FakeEmbedder is an `Embedder`."""

    @pytest.fixture
    def embedder(self) -> FakeEmbedder:
        """Give a fake that tells questions by a prefix."""
        return FakeEmbedder(query_prefix="question: ")


class TestFakeEmbedderWithoutPrefix(EmbedderContract):
    """So it is where questions and documents are the same."""

    has_prefix = False

    @pytest.fixture
    def embedder(self) -> FakeEmbedder:
        """Give a fake with the defaults."""
        return FakeEmbedder()


def test_it_keeps_what_it_embedded():
    """A flow's test can tell what was embedded."""
    embedder = FakeEmbedder()
    list(embedder.embed_documents(["a", "b"]))
    embedder.embed_query("c")
    assert sorted(embedder.documents) == ["a", "b"]
    assert embedder.queries == ["c"]
