"""The stock pipeline of LlamaIndex, as its documentation has it: the peer of the benchmarks.

SentenceSplitter, HuggingFaceEmbedding over MiniLM, ChromaVectorStore. Also a program:

    python -m benchmarks.stock ingest DOCUMENTS STORE
    python -m benchmarks.stock query STORE QUESTION
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb
from chromadb.config import Settings
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore

from benchmarks.common import minilm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llama_index.core.schema import BaseNode, NodeWithScore

CHUNK_TOKENS = 256  # what MiniLM can read


def embedding() -> HuggingFaceEmbedding:
    """Return MiniLM as LlamaIndex runs it."""
    return HuggingFaceEmbedding(model_name=str(minilm().path), device="cpu")


def split(documents: Sequence[Document]) -> list[BaseNode]:
    """Return the nodes of documents; no overlap, so that no text is embedded twice."""
    splitter = SentenceSplitter(chunk_size=CHUNK_TOKENS, chunk_overlap=0)
    return splitter.get_nodes_from_documents(documents)


def read(paths: Sequence[Path]) -> list[Document]:
    """Return files as documents; no metadata, which would be embedded with every node."""
    return [Document(text=path.read_text("utf-8"), doc_id=path.name) for path in paths]


def store(folder: Path) -> ChromaVectorStore:
    """Return the vector store in a folder."""
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    return ChromaVectorStore(chroma_collection=client.get_or_create_collection("stock"))


def ingest(paths: Sequence[Path], folder: Path, model: HuggingFaceEmbedding) -> int:
    """Read, split, embed and store files; return how many nodes they made."""
    nodes = split(read(paths))
    context = StorageContext.from_defaults(vector_store=store(folder))
    VectorStoreIndex(nodes, storage_context=context, embed_model=model)
    return len(nodes)


def retriever(folder: Path, model: HuggingFaceEmbedding, k: int) -> Any:
    """Return the retriever over a folder made by `ingest`."""
    index = VectorStoreIndex.from_vector_store(store(folder), embed_model=model)
    return index.as_retriever(similarity_top_k=k)


def main(arguments: Sequence[str]) -> None:
    """Run the program."""
    command, first, second = arguments
    if command == "ingest":
        count = ingest(sorted(Path(first).glob("*.md")), Path(second), embedding())
        sys.stdout.write(f"{count} nodes\n")
        return
    found: list[NodeWithScore] = retriever(Path(first), embedding(), 5).retrieve(second)
    for hit in found:
        sys.stdout.write(f"{hit.score:.3f} {hit.node.get_content()[:200]!r}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
