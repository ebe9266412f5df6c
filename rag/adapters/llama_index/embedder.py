"""Embedder by any embedding class of LlamaIndex's."""

from __future__ import annotations

import time
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.adapters.llama_index.calling import RETRIES, Attempts, Caller, VendorError
from rag.adapters.llama_index.loading import Wanted, make
from rag.adapters.llama_index.naming import embedder_fingerprint, model_name, prefix_of
from rag.errors import RagError, ServiceError
from rag.text.digests import digest
from rag.text.pieces import first_pieces, piece_spans
from rag.types import Call, Tokens
from rag.writing import Budget, most_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.ports import Vector
    from rag.settings import Settings

    _Vectors = Sequence[Sequence[float]]
    _Asks = Callable[[], _Vectors]


class LlamaIndexEmbedder:
    """Embedder over an embedding class of LlamaIndex's. See `Embedder`.

    The class has no tokenizer for us: texts are measured in pieces, of which there are more than
    tokens (`rag.text.pieces`), and cut where `llama_index.embedder_tokens` pieces end. A text
    without words is never sent, since some services refuse it; its vector is the first axis.

    No class tells how many tokens a call took: a cap counts its most.

    Args:
        settings: the class, its arguments, our limits.
        record: keeps a call, whether or not vectors came.
        budget: what all calls of the run may take; as much as they need if None.

    Raises:
        PrerequisiteError: a package or a variable of the environment is missing.
        ConfigError: the class is none, of another kind, or refuses its arguments.
    """

    def __init__(
        self, settings: Settings, record: Callable[[Call], None], budget: Budget | None = None
    ) -> None:
        own = settings.llama_index
        self.fingerprint = embedder_fingerprint(settings)
        self.max_tokens = own.embedder_tokens
        self._query_prefix = prefix_of(settings.embedder.query_prefix)
        self._document_prefix = prefix_of(settings.embedder.document_prefix)
        self._name = model_name(settings.embedder.model, own.embedder)
        self._record = record
        self._budget = budget or Budget()
        made = make(
            Wanted(
                key="embedder.model",
                class_path=settings.embedder.model,
                table="llama_index.embedder",
                arguments=own.embedder,
                defaults=((("timeout", "request_timeout"), own.timeout_s), ((RETRIES,), 0)),
            ),
            BaseEmbedding,
            "an embedding model of LlamaIndex's",
        )
        self._model: BaseEmbedding = made.instance
        self._caller = Caller(
            self._name,
            own,
            own.embedder,
            made.secrets,
            limit="llama_index.embedder_tokens",
        )

    @cached_property
    def dimension(self) -> int:
        """See `Embedder.dimension`. The service is asked for it, since no class tells it."""
        told = "dimension"
        (vector,) = self._asked(lambda: [self._model.get_text_embedding(told)], [told])
        return len(vector)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See `Embedder.token_spans`: pieces in place of tokens."""
        return piece_spans(text)

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`. As many at a time as the class's `embed_batch_size`."""
        worded = [position for position, text in enumerate(texts) if text.strip()]
        size = self._model.embed_batch_size
        for at in range(0, len(worded), size):
            batch = worded[at : at + size]
            told = [self._document_prefix + self._seen(texts[position]) for position in batch]
            found = self._asked(partial(self._model.get_text_embedding_batch, told), told)
            yield from zip(batch, found, strict=True)
        for position, text in enumerate(texts):
            if not text.strip():
                yield position, self._nothing

    def embed_query(self, text: str) -> Vector:
        """See `Embedder.embed_query`."""
        if not text.strip():
            return self._nothing
        told = self._query_prefix + self._seen(text)
        return self._asked(lambda: [self._model.get_query_embedding(told)], [told])[0]

    def _seen(self, text: str) -> str:
        return first_pieces(text, self.max_tokens)

    @cached_property
    def _nothing(self) -> Vector:
        vector = np.zeros(self.dimension, np.float32)
        vector[0] = 1
        return vector

    def _asked(self, call: _Asks, texts: Sequence[str]) -> list[Vector]:
        """Return the vectors of texts; the call is recorded, whatever comes of it."""
        most = Tokens(input=most_tokens("".join(texts)))
        attempts: Attempts[_Vectors] = Attempts(self._budget, most, lambda _: None)
        begun, ended = time.monotonic(), "interrupted"
        try:
            found = self._vectors(call, attempts, len(texts))
            ended = ""
        except RagError as error:
            ended = error.message
            raise
        finally:
            if attempts.sent:  # what was not sent because of a cap is no call
                self._record(
                    Call(
                        model=self._name,
                        purpose="embedding",
                        prompt=digest(self.fingerprint, *texts)[:16],
                        seconds=round(time.monotonic() - begun, 3),
                        retries=attempts.sent - 1,
                        error=ended,
                        passages=len(texts),
                    )
                )
        return found

    def _vectors(self, call: _Asks, attempts: Attempts[_Vectors], count: int) -> list[Vector]:
        try:
            found = self._caller.retrying()(attempts, partial(self._caller.once, call))
        except VendorError as error:
            raise error.told.error from error.__cause__
        if len(found) != count:
            raise self._wrong(f"{len(found)} vectors for {count} texts")
        return [self._unit(values) for values in found]

    def _unit(self, values: Sequence[float]) -> Vector:
        vector = np.asarray(values, np.float64)
        length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
        if not (np.isfinite(length) and length > 0):
            raise self._wrong("a vector without a direction")
        unit: Vector = (vector / length).astype(np.float32)
        return unit

    def _wrong(self, what: str) -> ServiceError:
        return ServiceError(f"{self._name}: it gave {what}", advice="use another model")
