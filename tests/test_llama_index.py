"""A project as a LlamaIndex retriever: a stock query engine answers from our passages."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from projects import local_project_at

from rag.errors import PrerequisiteError, UsageError
from rag.flows.ask import ask
from rag.flows.ingest import ingest
from rag.wiring import Wired

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.flows.project import Project
    from rag.llama_index import RagRetriever

pytest.importorskip("llama_index.core", reason="needs rag[llama-index]")
pytestmark = pytest.mark.models
QUESTION = "How much memory does the Beta accelerator have on each chip?"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose references are in the store."""
    made = local_project_at(tmp_path_factory.mktemp("door") / "project")
    tools = Wired(made)
    list(ingest(made, tools))
    tools.close()
    return made


@pytest.fixture
def retriever(project: Project) -> Iterator[RagRetriever]:
    """The project as a retriever of three passages."""
    from rag.llama_index import RagRetriever  # noqa: PLC0415 - an extra

    with RagRetriever(project.root, k=3) as made:
        yield made


def test_a_stock_engine_answers_from_our_spans(project: Project, retriever: RagRetriever) -> None:
    """Its source nodes are spans of our documents, best first, as `rag ask` has them."""
    from llama_index.core.llms import MockLLM  # noqa: PLC0415
    from llama_index.core.query_engine import RetrieverQueryEngine  # noqa: PLC0415

    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())
    response = engine.query(QUESTION)
    tools = Wired(project)
    texts = {
        item.document_id: tools.store.document(item.document_id).text
        for item in tools.store.ingested().values()
    }
    passages = ask(project, tools, QUESTION, k=3).passages
    tools.close()
    nodes = [found.node for found in response.source_nodes]
    assert [node.text for node in nodes] == [passage.text for passage in passages]
    assert len(nodes) == 3
    for node in nodes:
        told = node.metadata
        assert node.text == texts[told["document_id"]][told["start"] : told["end"]]
        assert (node.start_char_idx, node.end_char_idx) == (told["start"], told["end"])
        assert node.ref_doc_id == told["document_id"]
    best = nodes[0].metadata
    assert "141 GB" in nodes[0].text
    assert (best["key"], best["title"]) == ("beta", "Beta accelerators")
    assert best["heading"] == "Beta accelerators > Memory of Beta"
    assert best["where"] == "Memory of Beta"
    assert best["locator"].endswith("beta.md")
    assert best["link"] == f"{project.root}/beta.md#memory-of-beta"
    scores = [found.score for found in response.source_nodes]
    assert scores == sorted(scores, reverse=True)
    said = str(response)  # the mock repeats its prompt: what an LLM is told
    assert "141 GB" in said
    assert "title: Beta accelerators" in said
    assert best["document_id"] not in said


def test_it_is_asked_from_a_loop_and_from_threads(retriever: RagRetriever) -> None:
    """`aretrieve` and several threads at once find what `retrieve` finds."""
    alone = [hit.node.node_id for hit in retriever.retrieve(QUESTION)]

    async def several() -> list[list[str]]:
        found = await asyncio.gather(*(retriever.aretrieve(QUESTION) for _ in range(3)))
        return [[hit.node.node_id for hit in hits] for hits in found]

    assert asyncio.run(several()) == [alone] * 3
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(retriever.retrieve, [QUESTION] * 4)
        assert [[hit.node.node_id for hit in hits] for hits in found] == [alone] * 4


def test_what_it_is_told_bounds_it(project: Project) -> None:
    """One reference alone; the configuration's number of passages; nothing for no question."""
    from rag.llama_index import RagRetriever  # noqa: PLC0415

    with RagRetriever(str(project.root), reference="alpha") as alpha:
        hits = alpha.retrieve(QUESTION)
        assert {hit.node.metadata["key"] for hit in hits} == {"alpha"}
        assert len(hits) > 1
        assert alpha.retrieve(" \n") == []
    with (
        RagRetriever(project.root, reference="delta") as delta,
        pytest.raises(UsageError, match="alpha, beta, gamma, garden"),
    ):
        delta.retrieve(QUESTION)


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    """It gets no store; an empty store and a number that is none are named."""
    from rag.llama_index import RagRetriever  # noqa: PLC0415

    with pytest.raises(UsageError, match=r"no references\.md"):
        RagRetriever(tmp_path)
    assert not (tmp_path / "store").exists()
    empty = local_project_at(tmp_path / "project").root
    with pytest.raises(UsageError, match="k = 0 is no number"):
        RagRetriever(empty, k=0)
    with RagRetriever(empty) as made, pytest.raises(PrerequisiteError, match="rag ingest"):
        made.retrieve(QUESTION)
