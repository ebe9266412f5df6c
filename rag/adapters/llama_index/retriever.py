"""Passages that are found in any way, as a LlamaIndex retriever gives them."""

from __future__ import annotations

import asyncio
from threading import Lock
from typing import TYPE_CHECKING

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    RelatedNodeInfo,
    TextNode,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from llama_index.core.schema import QueryBundle

    from rag.types import Evidence

_SHOWN = frozenset({"title", "heading", "locator", "date"})
"""What an LLM is told of a passage beside its words."""


class PassageRetriever(BaseRetriever):
    """LlamaIndex retriever over a function that finds passages.

    Args:
        find: a question → passages, best first, each with where it stands in words and a link.
            It is called by one thread at a time.
    """

    def __init__(self, find: Callable[[str], Iterable[tuple[Evidence, str, str]]]) -> None:
        super().__init__()
        self._find = find
        self._busy = Lock()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        with self._busy:
            found = list(self._find(query_bundle.query_str))
        return [as_node(*item) for item in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def as_node(item: Evidence, where: str, link: str) -> NodeWithScore:
    """Return a passage as LlamaIndex has it: the text is the span `start` to `end` of a document.

    Args:
        item: the passage.
        where: where it stands, in words.
        link: what opens on it.
    """
    chunk, document, reference = item.chunk, item.document, item.reference
    metadata = {
        "document_id": document.id,
        "start": chunk.start,
        "end": chunk.end,
        "key": reference.key,
        "locator": reference.locator,
        "title": document.title or reference.title,
        "heading": " > ".join(chunk.headings),
        "where": where,
        "link": link,
        "date": document.date,
        "page": chunk.page,
        "seconds": chunk.seconds,
    }
    metadata = {name: value for name, value in metadata.items() if value not in {None, ""}}
    node = TextNode(
        id_=chunk.id,
        text=chunk.text,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata=metadata,
        excluded_llm_metadata_keys=sorted(metadata.keys() - _SHOWN),
        excluded_embed_metadata_keys=sorted(metadata),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document.id)},
    )
    return NodeWithScore(node=node, score=item.score)
