"""The index keeps the contract on both its roads: every vector compared, and Chroma's search."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from agreement import in_chroma
from contracts.index import CHUNKS, VECTORS, LastingIndexContract, vector_of
from values import bare_chunk

from rag.adapters.chroma import ChromaIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class TestExactSearch(LastingIndexContract):
    """ChromaIndex is an `Index` where it compares every vector."""

    exact_below = 1_000

    @pytest.fixture
    def open_index(self, tmp_path: Path) -> Iterator[Callable[[], ChromaIndex]]:
        """Give an empty folder."""
        with ExitStack() as stack:

            def open_index() -> ChromaIndex:
                index = ChromaIndex(tmp_path, exact_below=self.exact_below)
                stack.callback(index.close)
                return index

            yield open_index


class TestChromaSearch(TestExactSearch):
    """So it is where Chroma searches."""

    exact_below = 0


def test_both_roads_find_the_same(tmp_path):
    """Below and above the limit, the same store gives the same chunks with the same scores."""
    exact, chroma = (ChromaIndex(tmp_path, exact_below=limit) for limit in (10, 0))
    exact.add(CHUNKS, VECTORS)
    for vector in (vector_of(3, 1), vector_of(-1, 2)):
        one, other = exact.search_dense(vector, 4), chroma.search_dense(vector, 4)
        assert [hit.chunk for hit in one] == [hit.chunk for hit in other]
        assert [hit.score for hit in one] == pytest.approx([h.score for h in other], abs=1e-5)
    exact.close()
    chroma.close()


def test_accents_and_endings_are_forgiven(tmp_path):
    """Words are found in another number, and without their accents."""
    index = ChromaIndex(tmp_path, exact_below=10)
    index.add(
        [CHUNKS[0].model_copy(update={"text": "Zürich trains models", "end": 20})], VECTORS[:1]
    )
    assert index.search_lexical("zurich", 1)
    assert index.search_lexical("training a model", 1)
    index.close()


def test_a_deleted_chroma_folder_is_filled_again(tmp_path):
    """Chroma is derived: opened without its chunks, it gets them back."""
    index = ChromaIndex(tmp_path, exact_below=10**9)
    index.add(CHUNKS, VECTORS)
    index.settle()
    index.close()
    shutil.rmtree(tmp_path / "chroma")
    index = ChromaIndex(tmp_path, exact_below=0)
    assert index.count() == 0  # so that a run which needs no Chroma sees it, too
    found = index.search_dense(VECTORS[0], len(CHUNKS))
    assert index.count() == len(CHUNKS)
    index.close()
    assert {hit.chunk.id for hit in found} == {chunk.id for chunk in CHUNKS}


def test_tables_half_made_are_made_anew(tmp_path: Path) -> None:
    """Killed while Chroma made its tables, the next run finds no tenant and fills a new folder."""
    index = ChromaIndex(tmp_path, exact_below=0)
    index.add(CHUNKS, VECTORS)
    index.settle()
    found = index.search_dense(VECTORS[0], 1)
    index.close()
    with closing(sqlite3.connect(tmp_path / "chroma/chroma.sqlite3")) as database, database:
        database.execute("DELETE FROM databases")
        database.execute("DELETE FROM tenants")
    again = ChromaIndex(tmp_path, exact_below=0)
    assert again.search_dense(VECTORS[0], 1) == found
    assert again.count() == len(CHUNKS)
    again.close()


def test_what_waits_for_chroma_is_found_and_counted(tmp_path: Path) -> None:
    """Chroma is given chunks in portions; meanwhile a search that it does has them all."""
    with closing(ChromaIndex(tmp_path, exact_below=0)) as index:
        index.add(CHUNKS[:3], VECTORS[:3])
        index.settle()
        index.add(CHUNKS[2:], VECTORS[2:])
        assert index.count() == len(CHUNKS)
        for at, vector in enumerate(VECTORS):
            (first, *others) = index.search_dense(vector, len(CHUNKS))
            assert first.chunk == CHUNKS[at]
            assert len(others) == len(CHUNKS) - 1
        only = index.search_dense(VECTORS[0], 9, frozenset({CHUNKS[4].document_id}))
        assert [hit.chunk for hit in only] == [CHUNKS[4]]
    assert len(in_chroma(tmp_path)) == 3


def test_what_an_interrupted_run_left_waiting_is_given_by_the_next(tmp_path: Path) -> None:
    """Closed before it was settled, the index knows what Chroma lacks."""
    with closing(ChromaIndex(tmp_path, exact_below=10)) as index:
        index.add(CHUNKS, VECTORS)
        index.settle()
        index.remove([CHUNKS[0].document_id])
        index.add(CHUNKS[:1], VECTORS[:1])
    left = len(CHUNKS) - 2
    assert len(in_chroma(tmp_path)) == left
    with closing(ChromaIndex(tmp_path, exact_below=10)) as index:
        index.settle()
        assert index.count() == left + 1
    assert len(in_chroma(tmp_path)) == left + 1


def test_a_portion_is_given_without_being_asked(tmp_path: Path) -> None:
    """So many wait at most; what is removed meanwhile waits no longer."""
    many = [bare_chunk(f"Sentence number {at}.", f"d{at % 2}", at * 100) for at in range(200)]
    with closing(ChromaIndex(tmp_path, exact_below=1_000)) as index:
        index.add(many, [VECTORS[0]] * len(many))
        index.add(CHUNKS, VECTORS)
    assert len(in_chroma(tmp_path)) == len(many)
    with closing(ChromaIndex(tmp_path, exact_below=1_000)) as index:
        index.remove(["d1"])
        assert index.count() == 103
    assert len(in_chroma(tmp_path)) == 103


def test_two_indexes_of_one_folder_open_it_at_once(tmp_path: Path) -> None:
    """A run that was dropped may still add chunks while the next one opens the same folder."""
    for number in range(8):
        folder = tmp_path / str(number)
        folder.mkdir()
        indexes = [ChromaIndex(folder, exact_below=0) for _ in range(4)]
        start = threading.Barrier(len(indexes))

        def search(index: ChromaIndex, start: threading.Barrier = start) -> int:
            start.wait()
            return len(index.search_dense(VECTORS[0], 1))

        with ThreadPoolExecutor(len(indexes)) as pool:
            assert list(pool.map(search, indexes)) == [0] * len(indexes)
        for index in indexes:
            index.close()
