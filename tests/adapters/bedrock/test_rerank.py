"""The Rerank API over the wire: questions, passages, pages, errors, the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contracts.scorer import PairScorerContract
from embedding_service import RERANKER, EmbeddingService, answer, serving_embeddings
from responder import Fault, Reset
from servers import closed_port

from rag.adapters.bedrock import BedrockPairScorer, Recording, Replay
from rag.errors import PrerequisiteError, ServiceError

from .test_embedder import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Call


@pytest.fixture
def service() -> Iterator[EmbeddingService]:
    """Give a server that answers as Rerank does."""
    with serving_embeddings() as server:
        yield server


@pytest.fixture
def calls() -> list[Call]:
    """Give the record."""
    return []


@pytest.fixture
def scorer(service: EmbeddingService, calls: list[Call]) -> BedrockPairScorer:
    """Give a reranker on the server."""
    return BedrockPairScorer(RERANKER, place(service.url), calls.append)


class TestRerank(PairScorerContract):
    """The Rerank API is a `PairScorer`."""


def test_scores_are_relevance_in_the_order_of_the_pairs(scorer, service):
    """0 to 1, though the service answers best first."""
    scores = scorer.score([("a b", "nothing"), ("a b", "a"), ("a b", "b a")])
    assert scores == [0.0, 0.5, 1.0]
    (asked,) = service.asked
    assert asked.model == f"arn:aws:bedrock:us-east-1::foundation-model/{RERANKER}"


def test_pairs_are_put_together_by_their_questions(scorer, service, calls):
    """One call a question, a passage that comes twice is sent once."""
    pairs = [("q one", "one"), ("q two", "one"), ("q one", "q"), ("q two", "two"), ("q one", "one")]
    assert scorer.score(pairs) == [0.5, 0.0, 0.5, 0.5, 0.5]
    assert [asked.texts for asked in service.asked] == [["one", "q"], ["one", "two"]]
    assert [(call.purpose, call.passages, call.error) for call in calls] == [("rerank", 2, "")] * 2
    assert {call.model for call in calls} == {f"bedrock/{RERANKER}"}


def test_over_a_thousand_passages_take_several_calls(scorer, service):
    """And results that come in pages are put together."""
    pairs = [("number 7", f"number {at}") for at in range(1203)]
    scores = scorer.score(pairs)
    assert scores.index(1.0) == 7
    assert len(scores) == 1203
    # A thousand in three pages, the rest in one.
    assert [len(asked.texts) for asked in service.asked] == [1000, 1000, 1000, 203]


def test_what_has_no_words_is_not_sent(scorer, service):
    """Nothing is relevant to it."""
    assert scorer.score([("", "words"), ("words", " \n"), ("words", "words")]) == [0.0, 0.0, 1.0]
    assert [asked.texts for asked in service.asked] == [["words"]]


def test_an_arn_is_taken_as_it_is(service):
    """Whatever region and account it names."""
    arn = "arn:aws:bedrock:eu-central-1::foundation-model/amazon.rerank-v1:0"
    BedrockPairScorer(arn, place(service.url), lambda _: None).score([("a", "a")])
    assert service.asked[0].model == arn


def test_passages_without_a_score_are_an_error(scorer, service, calls):
    """A score is never made up."""
    service.script = lambda asked: {"results": answer(asked)["results"][1:]}
    with pytest.raises(ServiceError, match="2 passages were sent, and 1 scored"):
        scorer.score([("a", "a"), ("a", "b")])
    assert "1 scored" in calls[0].error


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        (Fault(429, "ThrottlingException"), 2),
        (Fault(424, "DependencyFailedException"), 3),
        (Fault(502, "BadGatewayException"), 2),
        (Reset(), 2),
    ],
)
def test_what_may_pass_is_tried_again(service, fault, attempts):
    """By botocore or by us, never by both."""
    calls: list[Call] = []
    scorer = BedrockPairScorer(RERANKER, place(service.url, attempts=attempts), calls.append)
    service.plays(fault, None)
    assert scorer.score([("a", "a")]) == [1.0]
    service.plays(fault)
    with pytest.raises(ServiceError):
        scorer.score([("a", "a")])
    assert [call.retries for call in calls] == [1, attempts - 1]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(403, "AccessDeniedException", "no"), "allow bedrock:Rerank and"),
        (Fault(404, "ResourceNotFoundException"), "correct reranker.model"),
    ],
)
def test_what_must_be_there_first_is_named(scorer, service, fault, said):
    """In words of the reranker's settings."""
    service.plays(fault)
    with pytest.raises(PrerequisiteError) as caught:
        scorer.score([("a", "a")])
    assert said in str(caught.value)


def test_throttling_is_waited_for(service):
    """Longer than other faults, as for models that write."""
    settings = place(service.url, attempts=1, throttled_attempts=3)
    service.plays(*[Fault(429, "ThrottlingException")] * 2, None)
    assert BedrockPairScorer(RERANKER, settings, lambda _: None).score([("a", "a")]) == [1.0]


def test_nobody_answers():
    """The endpoint that is asked is named."""
    url = f"http://127.0.0.1:{closed_port()}"
    scorer = BedrockPairScorer(RERANKER, place(url, attempts=1), lambda _: None)
    with pytest.raises(ServiceError, match=r"bedrock\.agent_endpoint_url"):
        scorer.score([("a", "a")])


def test_the_endpoint_may_come_from_the_environment(service, monkeypatch):
    """The variable of botocore's is honoured."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME", service.url)
    scorer = BedrockPairScorer(RERANKER, place(""), lambda _: None)
    assert scorer.score([("a", "a")]) == [1.0]


def test_scores_are_replayed(service, calls, tmp_path):
    """With the service gone."""
    pairs = [("a b", "nothing"), ("a b", "a"), ("c", "c")]
    live = BedrockPairScorer(
        RERANKER, place(service.url), calls.append, exchanges=Recording(tmp_path)
    ).score(pairs)
    again = BedrockPairScorer(
        RERANKER, place("http://127.0.0.1:1"), calls.append, exchanges=Replay(tmp_path)
    )
    assert again.score(pairs) == live
