"""Embedder by an embedding model on Amazon Bedrock.

Texts go out in as large batches as the model takes, several calls at a time. What comes back is
held to its form, and vectors are scaled to length 1 here, whatever the model does.
"""

from __future__ import annotations

import json
from concurrent.futures import FIRST_COMPLETED, wait
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rag.adapters.bedrock.bodies import batch_of, request_of, tokens_of, vectors_of
from rag.adapters.bedrock.calling import INTERRUPTED, Outcome, Service
from rag.adapters.bedrock.errors import ALLOW, NAME, PROFILE, SHORTER, STATE
from rag.background import begin
from rag.errors import CapError, ServiceError
from rag.text.pieces import LONGEST, first_pieces, piece_spans
from rag.types import Tokens, digest
from rag.writing import most_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from rag.adapters.bedrock.exchanges import Exchanges
    from rag.ports import Vector
    from rag.settings import BedrockSettings, EmbedderSettings
    from rag.types import Call, EmbeddingModel
    from rag.writing import Budget

    _Vectors = list[Vector]

_INSTEAD = {
    ALLOW: "allow bedrock:InvokeModel, and get access to the model (docs/bedrock.md)",
    NAME: "correct embedder.model, or choose a region that has it",
    PROFILE: "set embedder.model to an inference profile of it, such as us.<model id>",
    SHORTER: "lower chunk.max_tokens and run `rag ingest --rebuild`",
    STATE: "state what the model takes under [[embedders]] in config/models/bedrock.toml",
}


class _Asked(NamedTuple):
    """A call under way."""

    positions: tuple[int, ...]
    texts: tuple[str, ...]


class BedrockEmbedder:
    """Embedder by InvokeModel. See `Embedder`.

    A text without words has no meaning, and the service refuses it: its vector is the first axis.

    Args:
        model: what the model takes and gives.
        dimension: the length of vectors, one of `model.dimensions`.
        embedder: the model's id, inference profile or ARN; the prefixes; calls at a time.
        bedrock: region, timeouts, retries.
        fingerprint: see `Embedder.fingerprint`.
        record: keeps a call, whether or not a reply came; called in the caller's own thread.
        budget: what all calls of the run may take; as much as they need if None.
        exchanges: stands between here and the service; None: nothing does.
    """

    def __init__(  # noqa: PLR0913 - a model, where it is, and who keeps its calls
        self,
        model: EmbeddingModel,
        dimension: int,
        embedder: EmbedderSettings,
        bedrock: BedrockSettings,
        *,
        fingerprint: str,
        record: Callable[[Call], None],
        budget: Budget | None = None,
        exchanges: Exchanges | None = None,
    ) -> None:
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._model = model
        self._id = embedder.model
        self._name = f"bedrock/{embedder.model}"
        self._threads = embedder.threads
        self._before = {
            False: _prefix(embedder.document_prefix),
            True: _prefix(embedder.query_prefix),
        }
        self._record = record
        self._service = Service(
            "bedrock-runtime",
            bedrock,
            bedrock.endpoint_url,
            model=self._name,
            instead=_INSTEAD,
            budget=budget,
            exchanges=exchanges,
            connections=embedder.threads,
        )

    @property
    def max_tokens(self) -> int:
        """See `Embedder.max_tokens`: so many that the model's characters suffice, too."""
        return min(self._model.max_tokens, self._model.max_characters // LONGEST)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See `Embedder.token_spans`. A stand-in: see `rag.text.pieces`."""
        return piece_spans(text)

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`.

        Raises:
            PrerequisiteError: credentials, access or the model are missing.
            CapError: a cap of the run is reached.
            ServiceError: the service failed for good, or what it sent are no vectors.
        """
        cut = [self._cut(text, question=False) for text in texts]
        blank = [at for at, text in enumerate(cut) if not text.strip()]
        yield from ((at, self._axis()) for at in blank)
        left = [at for at, text in enumerate(cut) if text.strip()]
        size = batch_of(self._model)
        under_way: dict[Future[Outcome[_Vectors]], _Asked] = {}
        try:
            for start in range(0, len(left), size):
                positions = tuple(left[start : start + size])
                if len(under_way) == self._threads:
                    yield from self._first(under_way)
                asked = _Asked(positions, tuple(cut[at] for at in positions))
                under_way[begin(partial(self._ask, asked.texts, question=False))] = asked
            while under_way:
                yield from self._first(under_way)
        finally:  # nobody listens any more: what was sent may have cost something
            for future, asked in under_way.items():
                self._keep(asked.texts, future.result() if future.done() else INTERRUPTED)

    def embed_query(self, text: str) -> Vector:
        """See `Embedder.embed_query`. Raises as `embed_documents` does."""
        question = self._cut(text, question=True)
        if not question.strip():
            return self._axis()
        outcome: Outcome[_Vectors] = INTERRUPTED
        try:
            outcome = self._ask((question,), question=True)
        finally:
            self._keep((question,), outcome)
        return _value(outcome)[0]

    def _first(
        self, under_way: dict[Future[Outcome[_Vectors]], _Asked]
    ) -> Iterator[tuple[int, Vector]]:
        """Wait for whichever calls end first, and yield what they brought."""
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            asked = under_way.pop(future)
            self._keep(asked.texts, future.result())
            yield from zip(asked.positions, _value(future.result()), strict=True)

    def _ask(self, texts: Sequence[str], *, question: bool) -> Outcome[_Vectors]:
        body = json.dumps(request_of(self._model, texts, self.dimension, question=question))

        def send(client: Any) -> bytes:
            sent = {"contentType": "application/json", "accept": "application/json"}
            reply = client.invoke_model(modelId=self._id, body=body, **sent)
            content: bytes = reply["body"].read()
            return content

        said = self._service.ask(send, Tokens(input=most_tokens(body)), _told)
        if said.value is None:
            return said.failed(said.error)
        try:
            found = self._read(said.value, len(texts))
        except (ValueError, KeyError, IndexError, TypeError) as error:
            wrong = ServiceError(
                f"{self._name}: the reply is not {len(texts)} vectors of {self.dimension} numbers "
                f"({type(error).__name__}: {error})"[:300],
                advice=_INSTEAD[STATE],
            )
            return said.failed(wrong)
        return Outcome(found, *said[1:])

    def _read(self, content: bytes, count: int) -> _Vectors:
        """Return the vectors of a reply.

        Raises:
            ValueError, KeyError, IndexError, TypeError: they are not what was asked for.
        """
        reply = json.loads(content)
        vectors = [self._unit(found) for found in vectors_of(self._model, reply)]
        if len(vectors) != count:
            raise ValueError(f"{len(vectors)} vectors")
        return vectors

    def _unit(self, numbers: Any) -> Vector:
        vector = np.asarray(numbers, dtype=np.float64)
        length = float(np.linalg.norm(vector))
        if vector.shape != (self.dimension,) or not np.isfinite(length) or length == 0:
            raise ValueError(f"shape {vector.shape}, length {length:g}")
        unit: Vector = (vector / length).astype(np.float32)
        return unit

    def _axis(self) -> Vector:
        axis: Vector = np.zeros(self.dimension, np.float32)
        axis[0] = 1.0
        return axis

    def _cut(self, text: str, *, question: bool) -> str:
        """Return what the model may see of a text: chunks are never longer."""
        return first_pieces(self._before[question] + text, self.max_tokens)

    def _keep(self, texts: Sequence[str], outcome: Outcome[_Vectors]) -> None:
        if isinstance(outcome.error, CapError) and not outcome.sent:
            return  # what was not sent because of a cap is no call
        prompt = digest(self.fingerprint, *texts)[:16]
        self._record(outcome.as_call(self._name, "embedding", prompt, len(texts)))


def _prefix(setting: str) -> str:
    """Return the words before a text; these models tell questions and documents by a field."""
    return "" if setting == "auto" else setting


def _told(content: bytes) -> int | None:
    """Return how many tokens a reply counts; one that is no reply counts none."""
    try:
        return tokens_of(json.loads(content))
    except (ValueError, AttributeError):
        return None


def _value(outcome: Outcome[_Vectors]) -> _Vectors:
    if outcome.value is None:
        raise outcome.error or AssertionError(outcome)
    return outcome.value
