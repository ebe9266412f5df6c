"""The sentence-transformers adapter keeps the contract on MiniLM, packaged and from a folder."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from contracts.embedder import TEXTS, EmbedderContract

from rag.modelfiles import find_model

sentence_transformers = pytest.importorskip("sentence_transformers")
torch = pytest.importorskip("torch")

MINILM = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def minilm():
    """Give the packaged model."""
    adapter = pytest.importorskip(
        "rag.adapters.sentence_transformers", reason="needs rag[sentence-transformers]"
    )
    return adapter.SentenceTransformersEmbedder(find_model(MINILM, ()), threads=2)


@pytest.mark.models
class TestSentenceTransformersEmbedder(EmbedderContract):
    """SentenceTransformersEmbedder is an `Embedder`."""

    tolerance = 1e-5  # padding in a batch moves the last bits
    has_prefix = False

    @pytest.fixture
    def embedder(self, minilm):
        """Give the packaged model."""
        return minilm


@pytest.mark.models
def test_a_folder_is_as_good_as_a_package(tmp_path, minilm):
    """A copy in a folder gives the same vectors, under a fingerprint of its own."""
    folder = tmp_path / "my-model"
    shutil.copytree(find_model(MINILM, ()).path, folder)
    found = find_model(str(folder), ())
    copy = type(minilm)(found, threads=2)
    assert copy.max_tokens == minilm.max_tokens
    assert found.fingerprint.startswith("my-model@")
    one, other = dict(copy.embed_documents(TEXTS)), dict(minilm.embed_documents(TEXTS))
    assert all(np.array_equal(one[position], other[position]) for position in range(len(TEXTS)))


@pytest.mark.models
def test_tokens_are_counted_while_others_are_embedded(minilm):
    """A long text is chunked while another is embedded: neither's tokenizer cuts for the other."""
    long = "accelerators and models " * 400
    alone = minilm.token_spans(long)
    assert len(alone) > minilm.max_tokens + 2
    with ThreadPoolExecutor(1) as pool:
        embedding = pool.submit(lambda: list(minilm.embed_documents(TEXTS * 4)))
        while not embedding.done():
            assert minilm.token_spans(long) == alone


@pytest.mark.models
def test_vectors_are_those_of_the_library(minilm):
    """One text at a time, the model's own `encode` gives the same."""
    model = sentence_transformers.SentenceTransformer(str(find_model(MINILM, ()).path))
    mine = dict(minilm.embed_documents(TEXTS))
    for position, text in enumerate(TEXTS):
        theirs = model.encode(text, normalize_embeddings=True, show_progress_bar=False)
        assert np.allclose(mine[position], theirs, atol=1e-6)


@pytest.mark.models
def test_many_texts_have_the_vectors_of_one(minilm):
    """For many texts the model is recorded, which moves no bit of a vector, however long a text."""
    texts = [f"{text} {'and so on ' * number}" for number, text in enumerate(TEXTS * 6)]
    assert len(texts) > 16
    alone = [dict(minilm.embed_documents([text]))[0] for text in texts]
    for _ in range(2):
        together = dict(minilm.embed_documents(texts))
        assert all(np.array_equal(together[place], one) for place, one in enumerate(alone))


@pytest.mark.models
@pytest.mark.parametrize("way", ["a constant of the text's length", "nothing that can be recorded"])
def test_a_model_that_cannot_be_recorded_embeds_as_it_is(monkeypatch, way):
    """A recording that would give other vectors, or none, is not used."""
    adapter = pytest.importorskip("rag.adapters.sentence_transformers")
    embedder = adapter.SentenceTransformersEmbedder(find_model(MINILM, ()), threads=2)
    alone = [dict(embedder.embed_documents([text]))[0] for text in TEXTS]
    whole = sentence_transformers.SentenceTransformer
    own = whole.forward

    def forward(self, features, **options):
        found = own(self, features, **options)
        length = int(features["attention_mask"].sum())
        if way.startswith("nothing") and torch.jit.is_tracing():
            raise TypeError(way)
        found["sentence_embedding"] = found["sentence_embedding"] * length / length
        if torch.jit.is_tracing():
            found["sentence_embedding"] = found["sentence_embedding"] + length
        return found

    monkeypatch.setattr(whole, "forward", forward)
    many = TEXTS * 4
    assert len(many) > 16
    for place, vector in embedder.embed_documents(many):
        assert np.allclose(vector, alone[place % len(TEXTS)], atol=1e-6)
