"""PairScorer by the Rerank API of Amazon Bedrock.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html

A call has one question and up to 1,000 passages, so pairs are put together by their questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.adapters.bedrock.calling import INTERRUPTED, Outcome, Service
from rag.adapters.bedrock.errors import ALLOW, NAME, PROFILE, SHORTER, STATE
from rag.errors import ServiceError
from rag.types import Tokens, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.adapters.bedrock.exchanges import Exchanges
    from rag.settings import BedrockSettings
    from rag.types import Call

_MOST_PASSAGES = 1000
_LONGEST = 32_000
"""Characters of a question or a passage; what is over is not sent."""
_NO_RELEVANCE = 0.0
_INSTEAD = {
    ALLOW: "allow bedrock:Rerank and bedrock:InvokeModel, and get access to the model "
    "(docs/bedrock.md)",
    NAME: "correct reranker.model, or choose a region that has it",
    PROFILE: "set reranker.model to a reranker that can be called by its id",
    SHORTER: "lower chunk.max_characters and run `rag ingest --rebuild`",
    "check bedrock.endpoint_url and the network": (
        "check bedrock.agent_endpoint_url and the network"
    ),
    STATE: "set reranker.model to a reranker, such as bedrock/cohere.rerank-v3-5:0",
}


class BedrockPairScorer:
    """PairScorer by a reranker on Amazon Bedrock. See `PairScorer`.

    Scores are the service's relevance, 0 to 1. Nothing is relevant to a question without words, and
    a passage without words to no question: they are 0, and not sent.

    Args:
        model: a model id or an ARN.
        settings: region, timeouts, retries.
        record: keeps a call, whether or not a reply came.
        exchanges: stands between here and the service; None: nothing does.
    """

    def __init__(
        self,
        model: str,
        settings: BedrockSettings,
        record: Callable[[Call], None],
        *,
        exchanges: Exchanges | None = None,
    ) -> None:
        self.name = f"bedrock/{model}"
        self._model = model
        self._record = record
        self._service = Service(
            "bedrock-agent-runtime",
            settings,
            settings.agent_endpoint_url,
            model=self.name,
            instead=_INSTEAD,
            exchanges=exchanges,
        )

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`; one call a question, or more for over 1,000 passages.

        Raises:
            PrerequisiteError: credentials, access or the model are missing.
            ServiceError: the service failed for good, or did not score every passage.
        """
        shown = [(query[:_LONGEST], passage[:_LONGEST]) for query, passage in pairs]
        groups: dict[str, dict[str, None]] = {}  # passages of a question, each once, in order
        for query, passage in shown:
            if query.strip() and passage.strip():
                groups.setdefault(query, {})[passage] = None
        scores: dict[tuple[str, str], float] = {}
        for query, passages in groups.items():
            for some in _slabs(list(passages)):
                found = self._scored(query, some)
                scores.update(((query, passage), found[at]) for at, passage in enumerate(some))
        return [scores.get(pair, _NO_RELEVANCE) for pair in shown]

    def _scored(self, query: str, passages: Sequence[str]) -> dict[int, float]:
        """Return the relevance of each passage, by position; the call is recorded."""
        outcome: Outcome[dict[int, float]] = INTERRUPTED
        try:
            outcome = self._service.ask(
                lambda client: self._asked(client, query, passages),
                Tokens(),  # it is paid by the question
            )
            if outcome.value is not None and set(outcome.value) != set(range(len(passages))):
                wrong = ServiceError(
                    f"{self.name}: {len(passages)} passages were sent, and "
                    f"{len(outcome.value)} scored",
                    advice=_INSTEAD[STATE],
                )
                outcome = outcome.failed(wrong)
        finally:
            prompt = digest(self.name, query, *passages)[:16]
            self._record(outcome.as_call(self.name, "rerank", prompt, len(passages)))
        if outcome.value is None:
            raise outcome.error or AssertionError(outcome)
        return outcome.value

    def _asked(self, client: Any, query: str, passages: Sequence[str]) -> dict[int, float]:
        request = {
            "queries": [{"type": "TEXT", "textQuery": {"text": query}}],
            "sources": [_source(passage) for passage in passages],
            "rerankingConfiguration": {
                "type": "BEDROCK_RERANKING_MODEL",
                "bedrockRerankingConfiguration": {
                    "numberOfResults": len(passages),
                    "modelConfiguration": {"modelArn": self._arn(client)},
                },
            },
        }
        found: dict[int, float] = {}
        while True:  # page by page
            reply = client.rerank(**request)
            found |= {item["index"]: float(item["relevanceScore"]) for item in reply["results"]}
            if not reply.get("nextToken"):
                return found
            request["nextToken"] = reply["nextToken"]

    def _arn(self, client: Any) -> str:
        if self._model.startswith("arn:"):
            return self._model
        place = f"{client.meta.partition}:bedrock:{client.meta.region_name}"
        return f"arn:{place}::foundation-model/{self._model}"


def _source(passage: str) -> dict[str, Any]:
    text = {"type": "TEXT", "textDocument": {"text": passage}}
    return {"type": "INLINE", "inlineDocumentSource": text}


def _slabs(passages: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(passages), _MOST_PASSAGES):
        yield passages[start : start + _MOST_PASSAGES]
