"""Documents are taken in one after the other, and embedding waits for no disk."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEmbedder, FakeIndex

from rag.errors import ServiceError
from rag.flows.intake import Intake
from rag.flows.reading import Read, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from projects import FakeTools

    from rag.flows.project import Project
    from rag.ports import Vector
    from rag.types import Chunk, Reference


class _Told(FakeEmbedder):
    """Says which document's texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[str] = []
        self.second = threading.Event()

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`."""
        self.begun.append(texts[0])
        if len(self.begun) > 1:
            self.second.set()
        yield from super().embed_documents(texts)


class _Waiting(FakeIndex):
    """Stores nothing before the second document is being embedded."""

    def __init__(self, second: threading.Event) -> None:
        super().__init__()
        self._second = second

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[Vector]) -> None:
        """See `Index.add`."""
        assert self._second.wait(20), "the second document waits for the first one to be stored"
        super().add(chunks, vectors)


class _Full(FakeIndex):
    """Has room for nothing."""

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[Vector]) -> None:
        """See `Index.add`."""
        raise ServiceError(
            f"no room for {len(chunks)} chunks, {len(vectors)} vectors", advice="free some space"
        )


@pytest.fixture
def embedder(tools: FakeTools) -> _Told:
    """Give the tools an embedder that tells what it does."""
    tools.embedder = told = _Told()
    return told


def _read(project: Project, tools: FakeTools, *keys: str) -> list[tuple[Reference, Read]]:
    reader = Reader(project, tools)
    references = {item.key: item for item in project.read_checklist()[1].references}
    found = [(references[key], reader.read(references[key], None)) for key in keys]
    return [(reference, read) for reference, read in found if isinstance(read, Read)]


def test_the_next_is_embedded_while_the_present_one_is_stored(
    project: Project, tools: FakeTools, embedder: _Told
) -> None:
    """Each is embedded once, and both are in the store whole."""
    tools.index = _Waiting(embedder.second)
    (one, first), (other, second) = _read(project, tools, "alpha", "beta")
    with closing(Intake(tools)) as intake:
        list(intake.take_in(one, first, lambda: second))
        list(intake.take_in(other, second, lambda: None))
    assert embedder.begun == [first.chunks[0].passage, second.chunks[0].passage]
    for read in (first, second):
        assert tools.store.chunks(read.document.id)[0] == list(read.chunks)
    assert tools.index.count() == len(first.chunks) + len(second.chunks)


@pytest.mark.parametrize("what", ["itself", "stored", "unread"])
def test_only_what_will_be_stored_is_embedded(
    project: Project, tools: FakeTools, embedder: _Told, what: str
) -> None:
    """A text that the store has, or will have by then, is not paid for again."""
    (one, first), (other, second) = _read(project, tools, "alpha", "beta")
    with closing(Intake(tools)) as intake:
        if what == "stored":
            list(intake.take_in(other, second, lambda: None))
        known = len(embedder.begun)
        following = {"itself": first, "stored": second, "unread": None}[what]
        list(intake.take_in(one, first, lambda: following))
    assert embedder.begun[known:] == [first.chunks[0].passage]


def test_what_cannot_be_stored_stops_what_was_begun(
    project: Project, tools: FakeTools, embedder: _Told
) -> None:
    """The error is the first one's; the second is not in the store."""
    tools.index = _Full()
    (one, first), (_, second) = _read(project, tools, "alpha", "beta")
    with closing(Intake(tools)) as intake, pytest.raises(ServiceError, match="no room for"):
        list(intake.take_in(one, first, lambda: second))
    assert embedder.begun[0] == first.chunks[0].passage
    assert not tools.store.ingested()
