"""An `Embedder` as LlamaIndex's embedding model: the door to its ecosystem.

`store/chroma` is written in the form that LlamaIndex reads, so this is all it needs:

    chunks = chromadb.PersistentClient("store/chroma").get_collection("chunks")
    index = VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=chunks), embed_model=RagEmbedding(embedder)
    )
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

if TYPE_CHECKING:
    from rag.ports import Embedder


class RagEmbedding(BaseEmbedding):
    """LlamaIndex embedding model over one of ours; questions keep their prefix.

    Args:
        embedder: the one that the store was made with.
    """

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.fingerprint)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        """Return the name that LlamaIndex records."""
        return "RagEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._embedder.embed_query(query).tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors = dict(self._embedder.embed_documents(texts))
        return [vectors[position].tolist() for position in range(len(texts))]
