"""Classes of LlamaIndex's kinds, for tests to name by their path."""

from __future__ import annotations

from typing import Any, ClassVar

from fakes import FakeEmbedder
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
from llama_index.core.llms.custom import CustomLLM


class Played(CustomLLM):
    """An LLM that says what it was told to, or raises it; it keeps what it was asked."""

    said: ClassVar[list[Any]] = []
    asked: ClassVar[list[str]] = []
    answer: str = ""
    raw: Any = None

    @property
    def metadata(self) -> LLMMetadata:
        """See `LLM.metadata`."""
        return LLMMetadata()

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        """See `CustomLLM.complete`."""
        assert formatted
        self.asked.append(prompt)
        if self.said and isinstance(play := self.said.pop(0), BaseException):
            raise play
        return CompletionResponse(text=self.answer, raw=self.raw)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        """See `CustomLLM.stream_complete`."""
        raise NotImplementedError


class Refusing(Played):
    """One that cannot be made."""

    def __init__(self, **_: Any) -> None:
        message = "no licence\nfor key s3cret-k3y"
        raise ValueError(message)


class Needing(Played):
    """One whose library is missing."""

    def __init__(self, **_: Any) -> None:
        raise ImportError


class Words(BaseEmbedding):
    """An embedding model that hashes words; its vectors have any length, and questions a prefix."""

    prefix: str = ""
    vectors: str = "good"

    def _vector(self, text: str) -> list[float]:
        vector = 7 * FakeEmbedder()._vector(text)
        return [0.0] * len(vector) if self.vectors == "zero" else vector.tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        assert text.strip()
        return self._vector(text)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found = [self._get_text_embedding(text) for text in texts]
        return found[1:] if self.vectors == "few" else found

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vector(self.prefix + query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
