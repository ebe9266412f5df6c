"""Embedding models over the wire: bodies, batches, limits, errors, the record."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from contracts.embedder import EmbedderContract
from embedding_service import (
    COHERE_3,
    COHERE_4,
    NOVA,
    TITAN,
    EmbeddingService,
    Raw,
    answer,
    serving_embeddings,
)
from hypothesis import given
from hypothesis import strategies as st
from responder import Fault, Reset, Slow, impatient
from values import document

from rag.adapters.bedrock import BedrockEmbedder, Recording, Replay
from rag.errors import CapError, PrerequisiteError, ServiceError
from rag.settings import BedrockSettings, EmbedderSettings, embedding_model_of, packaged_config
from rag.stages.chunk import chunk, fitting
from rag.text.pieces import LONGEST, piece_spans
from rag.types import Call, Caps, Tokens
from rag.writing import Budget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.adapters.bedrock import Exchanges

MODELS = {TITAN: 256, COHERE_3: 1024, COHERE_4: 512, NOVA: 384}


def place(url: str, **changes: object) -> BedrockSettings:
    """Return impatient settings that lead to a server; what is embedded may take a while."""
    return impatient(url, **({"read_timeout_s": 60} | changes))


@pytest.fixture
def service() -> Iterator[EmbeddingService]:
    """Give a server that answers as the embedding models do."""
    with serving_embeddings() as server:
        yield server


class Embedding:
    """Makes embedders on a server, and keeps their calls."""

    def __init__(self, service: EmbeddingService) -> None:
        self.service = service
        self.calls: list[Call] = []

    def model(
        self,
        model: str = TITAN,
        *,
        dimension: int = 0,
        threads: int = 2,
        budget: Budget | None = None,
        exchanges: Exchanges | None = None,
        **changes: object,
    ) -> BedrockEmbedder:
        """Return an embedder of a model that our own table knows."""
        known = embedding_model_of(model, packaged_config().parent)
        assert known is not None
        settings = EmbedderSettings(
            adapter="bedrock",
            model=model,
            dimensions=dimension,
            threads=threads,
            query_prefix="auto",
            document_prefix="auto",
            exact_search_below=1,
        )
        return BedrockEmbedder(
            known,
            dimension or known.dimensions[0],
            settings,
            place(self.service.url, **changes),
            fingerprint=f"bedrock/{model}@{dimension}",
            record=self.calls.append,
            budget=budget,
            exchanges=exchanges,
        )


@pytest.fixture
def embedding(service: EmbeddingService) -> Embedding:
    """Make embedders."""
    return Embedding(service)


class OnBedrock(EmbedderContract):
    """A model on Bedrock is an `Embedder`."""

    model = ""

    @pytest.fixture
    def embedder(self, embedding: Embedding) -> BedrockEmbedder:
        """Give the model with one of its dimensions."""
        return embedding.model(self.model, dimension=MODELS[self.model])


class TestTitan(OnBedrock):
    """Titan does not tell questions and documents apart."""

    model = TITAN
    has_prefix = False


class TestCohere3(OnBedrock):
    """Cohere's third model has one length of vectors, and short texts."""

    model = COHERE_3


class TestCohere4(OnBedrock):
    """Its fourth has several, and long ones."""

    model = COHERE_4


class TestNova(OnBedrock):
    """Nova says what a vector is for."""

    model = NOVA


# --- what is sent ----------------------------------------------------------------------------


@pytest.mark.parametrize("model", [COHERE_3, COHERE_4])
def test_texts_go_out_in_batches_where_the_model_takes_them(embedding, model):
    """As many as a call may have, and each of them comes back to its own place."""
    texts = [f"text number {number}" for number in range(200)]
    found = dict(embedding.model(model).embed_documents(texts))
    assert sorted(len(asked.texts) for asked in embedding.service.asked) == [8, 96, 96]
    assert sorted(call.passages for call in embedding.calls) == [8, 96, 96]
    one = embedding.model(model)
    for at in (0, 95, 96, 199):
        assert np.array_equal(found[at], dict(one.embed_documents([texts[at]]))[0])


@pytest.mark.parametrize("model", [TITAN, NOVA])
def test_else_so_many_calls_run_at_a_time_as_are_configured(embedding, model):
    """Never more, and all of them where there is work."""
    gate, most, lock, running = threading.Barrier(3, timeout=30), [], threading.Lock(), [0]

    def script(asked):
        with lock:
            running[0] += 1
            most.append(running[0])
        gate.wait()  # nobody is answered before three have asked
        with lock:
            running[0] -= 1
        return answer(asked)

    embedding.service.script = script
    texts = [f"text {number}" for number in range(9)]
    found = dict(embedding.model(model, threads=3).embed_documents(texts))
    assert sorted(found) == list(range(9))
    assert max(most) == 3
    assert len(embedding.calls) == 9


def test_blank_texts_are_not_sent(embedding):
    """The service would refuse them, and one of them all that stand beside it."""
    found = dict(embedding.model(COHERE_3).embed_documents(["words", "", " \n"]))
    assert [asked.texts for asked in embedding.service.asked] == [["words"]]
    assert np.array_equal(found[1], found[2])
    assert not np.array_equal(found[0], found[1])


@pytest.mark.parametrize("model", MODELS)
def test_a_dimension_may_be_chosen(embedding, model):
    """The model's own choice, and each that it has."""
    known = embedding_model_of(model, packaged_config().parent)
    assert known is not None
    for dimension in known.dimensions:
        vector = embedding.model(model, dimension=dimension).embed_query("words")
        assert len(vector) == dimension
    assert len(embedding.model(model).embed_query("words")) == known.dimensions[0]


def test_prefixes_may_be_configured(embedding):
    """For a model that was tuned on them; each stands before its own kind of text."""
    model = embedding.model()
    settings = EmbedderSettings(
        adapter="bedrock", model=TITAN, dimensions=0, threads=1, query_prefix="Q: ",
        document_prefix="D: ", exact_search_below=1,
    )  # fmt: skip
    known = embedding_model_of(TITAN, packaged_config().parent)
    assert known is not None
    model = BedrockEmbedder(
        known, 256, settings, place(embedding.service.url), fingerprint="f", record=lambda _: None
    )
    model.embed_query("words")
    list(model.embed_documents(["words"]))
    assert [asked.texts for asked in embedding.service.asked] == [["Q: words"], ["D: words"]]


# --- tokens ----------------------------------------------------------------------------------


WORDS = st.sampled_from(
    ["word", "EFA-enabled", "3,200", "übergroß", "专家混合", "🚀", "a", "  ", "\n\n"]
)


@given(st.lists(WORDS, max_size=400), st.integers(60, 500))
def test_chunks_are_seen_whole(words, max_tokens):
    """With context, no chunk is longer than the model's limit, whatever is configured."""
    made = document("# " + "Title " * 60 + "\n\n## " + "Heading " * 30 + "\n\n" + " ".join(words))
    limits = fitting(_chunks(8192), max_tokens)
    for item in chunk(made, limits, piece_spans):
        assert len(piece_spans(item.passage)) <= max_tokens


def _chunks(max_tokens: int):
    from rag.settings import ChunkSettings  # noqa: PLC0415 - used here alone

    return ChunkSettings(max_tokens=max_tokens, max_characters=100_000)


def test_a_model_s_characters_count_too(embedding):
    """Cohere's third model takes 2,048 of them: the most tokens have no more."""
    model = embedding.model(COHERE_3)
    assert model.max_tokens * LONGEST <= 2048
    list(model.embed_documents(["word " * 5000, "专" * 5000, " a" * 9000]))
    (asked,) = embedding.service.asked  # which holds them to their limit
    assert max(map(len, asked.texts)) == model.max_tokens * LONGEST - 1


# --- what comes back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "counts", "tokens"),
    [(TITAN, False, 3), (TITAN, True, 7), (COHERE_3, True, 7), (COHERE_3, False, None)],
)
def test_calls_are_recorded_with_their_tokens(embedding, model, counts, tokens):
    """As the header says, or else the body; what nobody says is not known."""
    embedding.service.counts = counts
    embedding.model(model).embed_query("three short words")
    (call,) = embedding.calls
    assert (call.model, call.purpose, call.passages) == (f"bedrock/{model}", "embedding", 1)
    assert call.tokens == (None if tokens is None else Tokens(input=tokens))
    assert (call.retries, call.error, call.request_id) == (0, "", "request-1")
    assert re.fullmatch("[0-9a-f]{16}", call.prompt)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"not json",
        b'{"embedding": []}',
        b'{"embedding": [0.1, 0.2]}',
        b'{"embedding": ["a"]}',
        b'{"embedding": null}',
        b'{"embedding": [' + b",".join([b"0.0"] * 1024) + b"]}",
        b'{"embedding": [' + b",".join([b"NaN"] * 1024) + b"]}",
    ],
)
def test_what_are_no_vectors_is_refused(embedding, body):
    """In one line; the call is recorded with it."""
    embedding.service.plays(Raw(body))
    with pytest.raises(ServiceError, match="the reply is not 1 vectors of 1024 numbers") as caught:
        embedding.model().embed_query("words")
    assert str(caught.value).isprintable()
    assert embedding.calls[0].error == caught.value.message


def test_too_few_vectors_are_refused(embedding):
    """A batch comes back whole or not at all."""
    embedding.service.script = lambda asked: answer(
        asked._replace(body=asked.body | {"texts": asked.texts[1:]})
    )
    with pytest.raises(ServiceError, match="not 2 vectors of 1024"):
        list(embedding.model(COHERE_3).embed_documents(["a", "b"]))


def test_a_text_that_was_cut_is_refused(embedding):
    """Nova says so, and was told not to."""

    def cut(asked):
        reply = answer(asked)
        reply["embeddings"][0]["truncatedCharLength"] = 12
        return reply

    embedding.service.script = cut
    with pytest.raises(ServiceError, match="the text was cut"):
        embedding.model(NOVA).embed_query("words")


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        (Fault(429, "ThrottlingException"), 2),
        (Fault(503, "ServiceUnavailableException"), 2),
        (Fault(408, "ModelTimeoutException"), 3),
        (Fault(424, "ModelErrorException"), 3),
        (Reset(), 2),
        (Raw(b'{"embedding"', lacking=50), 3),
    ],
)
def test_what_may_pass_is_tried_again(embedding, fault, attempts):
    """By botocore or by us, never by both; a body that breaks off is asked for again."""
    model = embedding.model(attempts=attempts)
    embedding.service.plays(fault, None)
    assert len(model.embed_query("words")) == 1024
    assert embedding.calls[-1].retries == 1
    embedding.service.plays(fault)
    with pytest.raises(ServiceError) as caught:
        model.embed_query("words")
    assert caught.value.exit_status == 6
    assert caught.value.advice
    assert embedding.calls[-1].retries == attempts - 1
    assert embedding.calls[-1].error == caught.value.message


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (
            Fault(403, "AccessDeniedException", "no"),
            PrerequisiteError,
            "allow bedrock:InvokeModel,",
        ),
        (Fault(403, "ExpiredTokenException"), PrerequisiteError, "have expired"),
        (Fault(404, "ResourceNotFoundException"), PrerequisiteError, "correct embedder.model"),
        (
            Fault(400, "ValidationException", "… with on-demand throughput isn’t supported."),
            PrerequisiteError,
            "set embedder.model to an inference profile",
        ),
        (
            Fault(400, "ValidationException", "Too many input tokens. Max input tokens: 8192"),
            ServiceError,
            "lower chunk.max_tokens",
        ),
        (
            Fault(400, "ValidationException", "expected maxLength: 2048, actual: 3000"),
            ServiceError,
            "lower chunk.max_tokens",
        ),
        (Fault(400, "ValidationException", "extraneous key"), ServiceError, "[[embedders]]"),
    ],
)
def test_what_will_not_pass_is_said_at_once(embedding, fault, kind, said):
    """One attempt, one line, and what to do in words of the embedder's settings."""
    embedding.service.plays(fault)
    with pytest.raises(kind) as caught:
        list(embedding.model().embed_documents(["words"]))
    line = str(caught.value)
    assert said in line
    assert line.isprintable()
    assert line.startswith(f"bedrock/{TITAN}: ")
    assert len(embedding.service.asked) == 1


def test_without_credentials_nothing_is_sent(embedding, monkeypatch):
    """The user is told how to log in."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(PrerequisiteError, match="no credentials are found"):
        embedding.model().embed_query("words")
    assert embedding.service.asked == []


def test_one_failure_ends_it_and_every_call_is_recorded(embedding):
    """Of a document whose third text is refused, nothing is lost from the record."""
    texts = [f"text {number}" for number in range(4)]

    def script(asked):
        return Fault(403, "AccessDeniedException") if asked.texts == ["text 2"] else answer(asked)

    embedding.service.script = script
    with pytest.raises(PrerequisiteError):
        list(embedding.model(threads=1).embed_documents(texts))
    assert [bool(call.error) for call in embedding.calls] == [False, False, True]


def test_whoever_stops_listening_does_not_wait(embedding):
    """A call under way is recorded as interrupted: it may cost something."""
    held = threading.Event()

    def script(asked):
        if asked.texts == ["slow"]:
            held.set()
            return Slow(60)
        return answer(asked)

    embedding.service.script = script
    stream = embedding.model(threads=2, read_timeout_s=60).embed_documents(["fast", "slow", "late"])
    assert next(stream)[0] == 0
    assert held.wait(30)
    stream.close()
    assert "slow" in [text for asked in embedding.service.asked for text in asked.texts]
    assert [call.error for call in embedding.calls].count("interrupted") >= 1


# --- LlamaIndex ------------------------------------------------------------------------------


def test_a_stock_index_uses_it(embedding):
    """LlamaIndex's own classes embed bodies wrongly; ours is an embedding model of its kind."""
    core = pytest.importorskip("llama_index.core", reason="needs rag[llama-index]")
    from rag.llama_index import RagEmbedding  # noqa: PLC0415 - an extra

    nodes = [
        core.schema.TextNode(text=text, id_=name)
        for name, text in {
            "rocket": "The rocket engine burns methane.",
            "bread": "Bake the bread for an hour.",
        }.items()
    ]
    index = core.VectorStoreIndex(nodes, embed_model=RagEmbedding(embedding.model(COHERE_4)))
    found = index.as_retriever(similarity_top_k=1).retrieve("What does the engine burn?")
    assert [hit.node.node_id for hit in found] == ["rocket"]
    kinds = [asked.body["input_type"] for asked in embedding.service.asked]
    assert kinds == ["search_document", "search_query"]


def test_vectors_are_replayed(embedding: Embedding, tmp_path: Path) -> None:
    """Bit for bit, whichever thread asks first; another text has none."""
    texts = [f"text number {at}" for at in range(6)]

    def vectors(model: BedrockEmbedder) -> list[bytes]:
        found = dict(model.embed_documents(texts))
        return [*(found[at].tobytes() for at in range(6)), model.embed_query("which?").tobytes()]

    live = vectors(embedding.model(exchanges=Recording(tmp_path)))
    asked = len(embedding.service.asked)
    again = embedding.model(exchanges=Replay(tmp_path), endpoint_url="http://127.0.0.1:1")
    assert vectors(again) == live
    with pytest.raises(PrerequisiteError, match="has no reply to this request"):
        again.embed_query("another one")
    assert len(embedding.service.asked) == asked


def test_a_cap_holds_each_call_before_it_is_sent(
    embedding: Embedding, service: EmbeddingService
) -> None:
    """What is sent and held never passes it; a call that is not sent is not recorded."""
    texts = [f"The accelerator number {number} has {number} GB of memory." for number in range(40)]
    list(embedding.model().embed_documents(texts[:1]))
    (one,) = embedding.calls
    budget = Budget(Caps(tokens=one.tokens.total * 30))
    before = len(service.asked)
    with pytest.raises(CapError, match="--max-tokens"):
        list(embedding.model(threads=1, budget=budget).embed_documents(texts))
    sent = len(service.asked) - before
    assert 0 < sent < len(texts)
    assert len(embedding.calls) == 1 + sent
    assert budget.spent.tokens == sum(call.tokens.total for call in embedding.calls[1:])
    assert budget.spent.tokens <= one.tokens.total * 30
    assert budget.held.tokens == 0


def test_what_no_model_has_read_takes_nothing_of_a_cap(
    embedding: Embedding, service: EmbeddingService
) -> None:
    """A refused call leaves the budget as it was; one that broke off counts as its most."""
    budget = Budget(Caps(tokens=100_000))
    service.plays(Fault(403, "AccessDeniedException", "no"))
    with pytest.raises(PrerequisiteError):
        embedding.model(budget=budget).embed_query("How much memory?")
    assert budget.spent.tokens == budget.held.tokens == 0
    service.plays(Reset())
    with pytest.raises(ServiceError):
        embedding.model(budget=budget, attempts=1).embed_query("How much memory?")
    assert budget.spent.tokens > 0
    assert budget.held.tokens == 0
