"""LlamaIndex opens the store as it is and finds our chunks in it."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from fakes import FakeEmbedder
from values import chunks, document, token_spans

from rag.adapters.chroma import COLLECTION, ChromaIndex
from rag.settings import ChunkSettings
from rag.stages.chunk import chunk

TEXT = """# Networking

## Bandwidth

EFA gives each P5 instance 3,200 Gbps of network bandwidth 🚀.

## Storage

FSx for Lustre keeps the training data close to the instances.
"""
LOCATOR = "https://example.org/networking?page=1"


@pytest.fixture
def store(tmp_path):
    """Give a folder with an index of one document, closed again, and its chunks."""
    made = chunk(
        document(TEXT),
        ChunkSettings(max_tokens=60, max_characters=4000),
        token_spans,
        locator=LOCATOR,
    )
    vectors = dict(FakeEmbedder().embed_documents([item.passage for item in made]))
    index = ChromaIndex(tmp_path, exact_below=1_000)
    index.add(made, [vectors[position] for position in range(len(made))])
    index.settle()
    index.close()
    return tmp_path, made


def test_a_stock_index_retrieves_our_chunks(store):
    """`VectorStoreIndex` over `ChromaVectorStore` gives text, locator, heading and span."""
    chromadb = pytest.importorskip("chromadb")
    core = pytest.importorskip("llama_index.core", reason="needs rag[llama-index]")
    from llama_index.vector_stores.chroma import ChromaVectorStore  # noqa: PLC0415 - an extra

    from rag.llama_index import RagEmbedding  # noqa: PLC0415 - an extra

    folder, made = store
    collection = chromadb.PersistentClient(str(folder / "chroma")).get_collection(COLLECTION)
    index = core.VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=collection), embed_model=RagEmbedding(FakeEmbedder())
    )
    found = index.as_retriever(similarity_top_k=1).retrieve("network bandwidth of EFA")
    node, wanted = found[0].node, made[0]
    assert len(made) == 2
    assert node.node_id == wanted.id
    assert node.text == node.get_content() == wanted.text == TEXT[wanted.start : wanted.end]
    assert (node.start_char_idx, node.end_char_idx) == (wanted.start, wanted.end)
    assert node.metadata["document_id"] == wanted.document_id
    assert node.metadata["locator"] == LOCATOR
    assert node.metadata["heading"] == "Networking > Bandwidth"
    assert (node.metadata["start"], node.metadata["end"]) == (wanted.start, wanted.end)
    assert found[0].score is not None


def test_its_filters_see_our_metadata(store):
    """A stock filter by locator or heading narrows the search."""
    chromadb = pytest.importorskip("chromadb")
    core = pytest.importorskip("llama_index.core", reason="needs rag[llama-index]")
    from llama_index.core.vector_stores import ExactMatchFilter, MetadataFilters  # noqa: PLC0415
    from llama_index.vector_stores.chroma import ChromaVectorStore  # noqa: PLC0415

    from rag.llama_index import RagEmbedding  # noqa: PLC0415

    folder, made = store
    collection = chromadb.PersistentClient(str(folder / "chroma")).get_collection(COLLECTION)
    index = core.VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=collection), embed_model=RagEmbedding(FakeEmbedder())
    )
    only = MetadataFilters(
        filters=[
            ExactMatchFilter(key="locator", value=LOCATOR),
            ExactMatchFilter(key="heading", value="Networking > Storage"),
        ]
    )
    found = index.as_retriever(similarity_top_k=5, filters=only).retrieve("network bandwidth")
    assert [hit.node.node_id for hit in found] == [made[1].id]


def test_questions_keep_their_prefix():
    """The embedding model asks our embedder for questions as questions, texts as documents."""
    pytest.importorskip("llama_index.core", reason="needs rag[llama-index]")
    from rag.llama_index import RagEmbedding  # noqa: PLC0415

    ours = FakeEmbedder(query_prefix="question: ")
    model = RagEmbedding(ours)
    question = model.get_query_embedding("What is EFA?")
    assert question == pytest.approx(ours.embed_query("What is EFA?").tolist())
    assert asyncio.run(model.aget_query_embedding("What is EFA?")) == question
    texts = [f"text number {number}" for number in range(25)]
    assert model.get_text_embedding_batch(texts) == [model.get_text_embedding(t) for t in texts]
    assert ours.queries == ["What is EFA?"] * 3
    assert len(ours.documents) == 50


def test_chunks_know_their_locator():
    """A chunk carries the locator that it was cut under, and none if there was none."""
    assert {item.locator for item in chunks(document(TEXT))} == {""}


def test_an_index_is_opened_without_its_vendors():
    """Opening, counting and searching a small store loads neither Chroma nor LlamaIndex."""
    program = (
        "import sys, tempfile, pathlib, numpy\n"
        "from rag.adapters.chroma import ChromaIndex\n"
        "index = ChromaIndex(pathlib.Path(tempfile.mkdtemp()), exact_below=9)\n"
        "index.search_dense(numpy.ones(4, numpy.float32), 1), index.search_lexical('a', 1)\n"
        "print([name for name in ('chromadb', 'llama_index') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
