"""Embedders by LlamaIndex's classes keep the contract, in this process and over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from compatible import compatible
from contracts.embedder import EmbedderContract
from responder import Fault, Reply

from rag.adapters.llama_index.embedder import LlamaIndexEmbedder
from rag.adapters.llama_index.naming import embedder_fingerprint
from rag.errors import CapError, ConfigError, PrerequisiteError, ServiceError
from rag.settings import Settings, load_config
from rag.types import Caps
from rag.writing import Budget

if TYPE_CHECKING:
    from pathlib import Path

OPENAI_LIKE = "llama_index.embeddings.openai_like.OpenAILikeEmbedding"


def settings(
    folder: Path,
    class_path: str,
    arguments: dict[str, Any],
    prefixes: tuple[str, str] = ("auto", "auto"),
    **changes: Any,
) -> Settings:
    """Return settings of a project whose embedder is of this class."""
    whole = load_config(folder).settings
    quick = {"timeout_s": 5, "backoff_s": 0.001, "max_backoff_s": 0.01, "embedder_tokens": 200}
    own = dict(whole.llama_index) | quick | {"embedder": arguments} | changes
    embedder = dict(whole.embedder) | {
        "adapter": "llama-index", "model": class_path,
        "query_prefix": prefixes[0], "document_prefix": prefixes[1],
    }  # fmt: skip
    return Settings.model_validate(dict(whole) | {"llama_index": own, "embedder": embedder})


def made(found: Settings, budget: Budget | None = None) -> LlamaIndexEmbedder:
    """Return the embedder, whose calls nobody keeps."""
    return LlamaIndexEmbedder(found, lambda _: None, budget)


class TestInProcess(EmbedderContract):
    """A class of the user's own, with a prefix of its own for questions."""

    tolerance = 1e-6

    @pytest.fixture
    def embedder(self, tmp_path: Path) -> LlamaIndexEmbedder:
        """Give one over words."""
        arguments = {"prefix": "question: ", "embed_batch_size": 3}
        return made(settings(tmp_path, "played.Words", arguments))


class TestOverTheWire(EmbedderContract):
    """The class for servers as OpenAI's, with our prefix for questions."""

    tolerance = 1e-6

    @pytest.fixture
    def embedder(self, tmp_path: Path):
        """Give one on a server."""
        with compatible() as server:
            arguments = {"model_name": "words", "api_base": server.url}
            found = settings(tmp_path, OPENAI_LIKE, arguments, ("question: ", "auto"))
            yield made(found)


def test_prefixes_stand_before_texts(tmp_path):
    """Ours for documents and questions, each before its own."""
    with compatible() as server:
        arguments = {"model_name": "words", "api_base": server.url, "embed_batch_size": 2}
        embedder = made(settings(tmp_path, OPENAI_LIKE, arguments, ("q: ", "d: ")))
        found = dict(embedder.embed_documents(["one", " ", "two", "three"]))
        assert sorted(found) == [0, 1, 2, 3]
        embedder.embed_query("four")
        sent = [asked.body["input"] for asked in server.asked]
        documents = [texts for texts in sent if texts[0].startswith("d: ")]
        assert documents == [["d: one", "d: two"], ["d: three"]]
        assert sent[-1] == ["q: four"]


def test_what_is_over_the_budget_is_not_sent(tmp_path):
    """A long text is cut where its pieces end, so that no service refuses it."""
    with compatible() as server:
        arguments = {"model_name": "words", "api_base": server.url}
        found = settings(tmp_path, OPENAI_LIKE, arguments, embedder_tokens=16)
        made(found).embed_query("word " * 40)
        assert server.asked[0].body["input"] == [("word " * 16).rstrip()]


@pytest.mark.parametrize(
    ("fault", "kind", "asked", "words"),
    [
        (Fault(401, "invalid_api_key", "no"), PrerequisiteError, 1, "credentials are not valid"),
        (Fault(503, "busy", "oh"), ServiceError, 3, "the service failed, again and again"),
        (
            Fault(400, "too_long", "maximum context length is 512 tokens"),
            ServiceError,
            1,
            "too long.*lower llama_index.embedder_tokens",
        ),
    ],
)
def test_a_failure_is_one_line(tmp_path, fault, kind, asked, words):
    """What may pass is tried again, by nobody but us."""
    with compatible() as server:
        server.plays(fault)
        arguments = {"model_name": "words", "api_base": server.url}
        embedder = made(settings(tmp_path, OPENAI_LIKE, arguments, attempts=3))
        with pytest.raises(kind, match=words):
            embedder.embed_query("What is EFA?")
        assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("vectors", "words"),
    [("zero", "a vector without a direction"), ("few", "1 vectors for 2 texts")],
)
def test_vectors_that_are_none(tmp_path, vectors, words):
    """What has no direction is near to nothing; what is missing would shift all others."""
    embedder = made(settings(tmp_path, "played.Words", {"vectors": vectors}))
    with pytest.raises(ServiceError, match=words):
        list(embedder.embed_documents(["one", "two"]))


def test_a_class_of_another_kind(tmp_path):
    """An LLM embeds nothing."""
    with pytest.raises(ConfigError, match=r"embedder\.model names .*not an embedding model"):
        made(settings(tmp_path, "played.Played", {}))


def test_another_model_has_another_fingerprint(tmp_path, monkeypatch):
    """What may change a vector does; secrets, and how it is called, do not."""

    def fingerprint(arguments: dict, prefix: str = "auto", path: str = OPENAI_LIKE, **more: Any):
        found = settings(tmp_path, path, arguments, ("auto", prefix), **more)
        return embedder_fingerprint(found)

    plain = {"model_name": "words", "api_base": "http://x/v1"}
    mine = fingerprint(plain)
    assert mine.startswith(f"llama-index/{OPENAI_LIKE} words@")
    monkeypatch.setenv("RAG_TEST_KEY", "s3cret-k3y")
    for same in (
        {"api_key": "s3cret-k3y"},
        {"api_key": {"env": "RAG_TEST_KEY"}},
        {"default_headers": {"X": "y"}},
        {"embed_batch_size": 3, "timeout": 9.0, "max_retries": 2},
    ):
        assert fingerprint(plain | same) == mine
    assert fingerprint(plain, prefix="") == mine
    others = [
        fingerprint(plain | {"model_name": "other"}),
        fingerprint(plain | {"dimensions": 64}),
        fingerprint(plain | {"api_base": "http://y/v1"}),
        fingerprint(plain, prefix="d: "),
        fingerprint(plain, path="played.Words"),
        fingerprint(plain, embedder_tokens=100),
    ]
    assert len({mine, *others}) == 1 + len(others)


def test_stored_vectors_are_those_of_the_class(tmp_path):
    """They point where the class points, at length 1."""
    embedder = made(settings(tmp_path, "played.Words", {}))
    ((_, vector),) = embedder.embed_documents(["Trn2 UltraServers"])
    theirs = np.array(embedder._model.get_text_embedding("Trn2 UltraServers"))
    assert np.allclose(vector, theirs / np.linalg.norm(theirs), atol=1e-6)


def test_its_calls_are_recorded_and_held_by_a_cap(tmp_path):
    """No class tells tokens, so each counts as its most; a call that is not sent is none."""
    calls = []
    budget = Budget(Caps(tokens=30))
    with compatible() as server:
        arguments = {"model_name": "words", "api_base": server.url}
        found = settings(tmp_path, OPENAI_LIKE, arguments, attempts=2)
        embedder = LlamaIndexEmbedder(found, calls.append, budget)
        server.plays(Fault(401, "invalid_api_key", "no"))
        with pytest.raises(PrerequisiteError):
            embedder.embed_query("How much?")
        assert budget.spent.tokens == 0
        server.embeds = lambda _: Reply("")
        list(embedder.embed_documents(["one " * 4, "two " * 4]))
        assert budget.spent.tokens == 16
        with pytest.raises(CapError, match=r"--max-tokens 30: 16 are spent, the next call .* 20"):
            embedder.embed_query("more " * 8)
        assert len(server.asked) == 2
    told = [(call.purpose, call.passages, call.tokens, bool(call.error)) for call in calls]
    assert told == [("embedding", 1, None, True), ("embedding", 2, None, False)]
    assert all(call.model == f"llama-index/{OPENAI_LIKE} words" for call in calls)
