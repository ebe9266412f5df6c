"""The ONNX adapters keep the contracts, exactly, on the packaged models."""

from __future__ import annotations

import numpy as np
import pytest
from contracts.embedder import TEXTS, EmbedderContract
from contracts.scorer import PASSAGES, QUESTION, PairScorerContract

from rag.adapters.onnx import OnnxEmbedder, OnnxPairScorer
from rag.errors import PrerequisiteError
from rag.modelfiles import find_model, with_prefixes

BGE = "BAAI/bge-small-en-v1.5"
RERANKER = "cross-encoder/ms-marco-MiniLM-L-12-v2"


@pytest.fixture(scope="module")
def bge() -> OnnxEmbedder:
    """Give the default embedder."""
    return OnnxEmbedder(find_model(BGE, ()), threads=2)


@pytest.fixture(scope="module")
def reranker() -> OnnxPairScorer:
    """Give the default reranker."""
    return OnnxPairScorer(find_model(RERANKER, ()), threads=2)


@pytest.mark.models
class TestOnnxEmbedder(EmbedderContract):
    """OnnxEmbedder is an `Embedder`."""

    @pytest.fixture
    def embedder(self, bge: OnnxEmbedder) -> OnnxEmbedder:
        """Give the default embedder."""
        return bge


@pytest.mark.models
class TestOnnxPairScorer(PairScorerContract):
    """OnnxPairScorer is a `PairScorer`."""

    @pytest.fixture
    def scorer(self, reranker: OnnxPairScorer) -> OnnxPairScorer:
        """Give the default reranker."""
        return reranker


@pytest.mark.models
def test_threads_change_no_bit(bge):
    """One thread or two, the vectors are the same to the last bit."""
    alone = OnnxEmbedder(find_model(BGE, ()), threads=1)
    one, two = dict(alone.embed_documents(TEXTS)), dict(bge.embed_documents(TEXTS))
    assert all(np.array_equal(one[position], two[position]) for position in range(len(TEXTS)))
    assert alone.fingerprint == bge.fingerprint


@pytest.mark.models
def test_threads_change_no_score(reranker):
    """The same holds of pairs."""
    pairs = [(QUESTION, passage) for passage in PASSAGES]
    assert OnnxPairScorer(find_model(RERANKER, ()), threads=1).score(pairs) == reranker.score(pairs)


@pytest.mark.models
def test_a_listener_may_stop_listening(bge):
    """After the first vector nobody must take the rest (Ctrl-C)."""
    vectors = bge.embed_documents(["words of their own"] * 2_000)
    position, _ = next(vectors)
    vectors.close()
    assert 0 <= position < 2_000


@pytest.mark.models
def test_prefixes_can_be_set():
    """A document prefix changes the vectors, and so the fingerprint; a query prefix does not."""
    folder = find_model(BGE, ())
    embedder = OnnxEmbedder(with_prefixes(folder, "", "passage: "), threads=1)
    assert embedder.fingerprint != OnnxEmbedder(folder, threads=1).fingerprint
    ((_, document),) = embedder.embed_documents(["passage: words"])
    assert not np.array_equal(document, embedder.embed_query("passage: words"))
    ((_, document),) = embedder.embed_documents(["words"])
    assert np.array_equal(document, embedder.embed_query("passage: words"))


def test_a_folder_without_an_export_is_refused(tmp_path):
    """A model without model.onnx or tokenizer.json is refused, and what is missing is named."""
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(PrerequisiteError, match=r"no tokenizer\.json"):
        OnnxEmbedder(find_model(str(tmp_path), ()), threads=1)
    real = find_model(BGE, ()).path / "tokenizer.json"
    (tmp_path / "tokenizer.json").write_bytes(real.read_bytes())
    with pytest.raises(PrerequisiteError, match=r"no model\.onnx.*sentence-transformers"):
        OnnxEmbedder(find_model(str(tmp_path), ()), threads=1)
