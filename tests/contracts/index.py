"""What every `Index` does, on the fake and on the real adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from values import bare_chunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.ports import Index, Vector
    from rag.types import Chunk

CHUNKS = (
    bare_chunk("The p5en.48xlarge instance has eight H200 GPUs.", "d1", 0),
    bare_chunk("EFA gives each node 3,200 Gbps of network bandwidth.", "d1", 100),
    bare_chunk("Use SageMaker HyperPod and its TopologyAwareScheduler for training.", "d2", 0),
    bare_chunk("Emoji 🚀 and 专家 live here, in a chunk of its own.", "d2", 100),
    bare_chunk("Quotations of plain words.", "d3", 0, context="Amazon EC2 > Networking"),
)
HOSTILE = (
    '"quotes"',
    '"',
    "'; DROP TABLE chunk; --",
    "AND",
    "gpus OR",
    "NOT gpus",
    "NEAR(gpus eight, 2)",
    "gpus*",
    "*",
    "^gpus",
    "passage: gpus",
    "{passage parts}: gpus",
    "((gpus)",
    ")))",
    "-gpus +h200",
    "🚀",
    "专家",
    "",
    " \n ",
    "\x00",
    "a\x00b",
    "\ud800",
    "?" * 10_000,
    "word " * 5_000,
)


def vector_of(*values: float) -> Vector:
    """Return the unit vector that points that way, in four dimensions."""
    vector = np.zeros(4, np.float32)
    vector[: len(values)] = values
    return vector / np.float32(np.linalg.norm(vector))


VECTORS = (
    vector_of(1),
    vector_of(1, 1),
    vector_of(0, 1),
    vector_of(0, -1),
    vector_of(-1),
)


class IndexContract:
    """The suite. A subclass gives the fixture `open_index`: each call opens the same place."""

    @pytest.fixture
    def index(self, open_index: Callable[[], Index]) -> Index:
        """Give an index of five chunks of three documents."""
        index = open_index()
        index.add(CHUNKS, VECTORS)
        return index

    def test_an_empty_index_finds_nothing(self, open_index: Callable[[], Index]) -> None:
        """Nothing added: nothing counted, nothing found, nothing to remove."""
        index = open_index()
        index.add([], [])
        index.remove(["unknown"])
        assert index.count() == 0
        assert index.search_dense(vector_of(1), 3) == []
        assert index.search_lexical("gpus", 3) == []

    def test_added_twice_is_there_once(self, index: Index) -> None:
        """Adding the same chunks again changes nothing."""
        before = index.search_lexical("GPUs", 5), index.search_dense(vector_of(1), 5)
        index.add(CHUNKS[:3], VECTORS[:3])
        assert index.count() == 5
        assert (index.search_lexical("GPUs", 5), index.search_dense(vector_of(1), 5)) == before

    def test_the_last_word_stands(self, index: Index) -> None:
        """A chunk added again is as it was given last: its locator may have changed."""
        moved = CHUNKS[0].model_copy(update={"locator": "elsewhere.md"})
        index.add([moved], VECTORS[:1])
        assert index.count() == 5
        assert index.search_dense(vector_of(1), 1)[0].chunk == moved
        assert index.search_lexical("p5en.48xlarge", 1)[0].chunk == moved

    def test_removed_documents_are_gone(self, index: Index) -> None:
        """A removed document's chunks are found by neither search; the others are."""
        index.remove(["d1", "unknown"])
        assert index.count() == 3
        assert {hit.chunk.document_id for hit in index.search_dense(vector_of(1), 9)} == {
            "d2",
            "d3",
        }
        assert index.search_lexical("p5en.48xlarge", 5) == []
        index.add(CHUNKS[:2], VECTORS[:2])
        assert index.count() == 5
        assert index.search_dense(vector_of(1), 1)[0].chunk == CHUNKS[0]

    def test_an_emptied_index_takes_vectors_of_another_length(self, index: Index) -> None:
        """A store that is made anew by another embedder has none of the old one's dimension."""
        index.remove(["d1", "d2", "d3"])
        longer = np.eye(7, dtype=np.float32)
        index.add(CHUNKS, list(longer[: len(CHUNKS)]))
        assert index.count() == 5
        assert index.search_dense(longer[1], 1)[0].chunk == CHUNKS[1]

    def test_dense_search_ranks_by_cosine(self, index: Index) -> None:
        """The nearest come first, with their cosines, and the chunks are those that were added."""
        hits = index.search_dense(vector_of(1), 5)
        assert [hit.score for hit in hits] == pytest.approx([1, 0.5**0.5, 0, 0, -1], abs=1e-5)
        assert hits[0].chunk == CHUNKS[0]
        assert hits[1].chunk == CHUNKS[1]
        assert hits[4].chunk == CHUNKS[4]
        assert index.search_dense(vector_of(1), 2) == hits[:2]

    def test_dense_search_stays_in_the_documents(self, index: Index) -> None:
        """Only chunks of the documents asked for are found, however near others are."""
        hits = index.search_dense(vector_of(1), 5, frozenset({"d2", "unknown"}))
        assert {hit.chunk.id for hit in hits} == {CHUNKS[2].id, CHUNKS[3].id}
        assert index.search_dense(vector_of(1), 5, frozenset()) == []

    def test_lexical_search_stays_in_the_documents(self, index: Index) -> None:
        """The same holds of words."""
        everywhere = {hit.chunk.document_id for hit in index.search_lexical("of network GPUs", 5)}
        assert "d1" in everywhere
        hits = index.search_lexical("GPUs quotations", 5, frozenset({"d3"}))
        assert [hit.chunk for hit in hits] == [CHUNKS[4]]
        assert index.search_lexical("GPUs", 5, frozenset()) == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("p5en.48xlarge", 0),
            ("What GPUs does p5en.48xlarge have?", 0),
            ("3,200 Gbps", 1),
            ("scheduler", 2),
            ("topology aware", 2),
            ("HyperPod", 2),
            ("hyperpod", 2),
            ("EC2 networking", 4),
        ],
    )
    def test_exact_names_and_figures_are_found(self, index: Index, query: str, found: int) -> None:
        """Instance names, figures, parts of identifiers and words of the context are found."""
        hits = index.search_lexical(query, 3)
        assert hits[0].chunk == CHUNKS[found]
        assert all(hit.score > 0 for hit in hits)
        assert hits == sorted(hits, key=lambda hit: -hit.score)

    def test_lexical_search_gives_at_most_k(self, index: Index) -> None:
        """The best come first, and no more than asked for."""
        many = index.search_lexical("instance network training chunk words", 9)
        assert len(many) == 5
        assert index.search_lexical("instance network training chunk words", 2) == many[:2]

    @pytest.mark.parametrize("query", HOSTILE)
    def test_no_query_is_an_error(self, index: Index, query: str) -> None:
        """What looks like query language is only words; some queries have none."""
        assert all(hit.score > 0 for hit in index.search_lexical(query, 3))
        assert index.count() == 5

    @pytest.mark.parametrize("query", ['"gpus"', "gpus*", "((gpus)", "gpus OR", "NOT gpus"])
    def test_marks_around_a_word_do_not_hide_it(self, index: Index, query: str) -> None:
        """The word is found all the same."""
        assert CHUNKS[0] in [hit.chunk for hit in index.search_lexical(query, 3)]

    def test_chunks_come_back_whole(self, open_index: Callable[[], Index]) -> None:
        """Every field of a chunk is kept, whatever its text."""
        chunk: Chunk = bare_chunk(
            'Tab\t"quote" \\ back\nline 🚀 ؟ 専',
            "d9",
            7,
            context="Title > Head",
            headings=("Title", "Head"),
            page=3,
            seconds=61,
            locator="https://example.org/a?b=c#d",
        )
        index = open_index()
        index.add([chunk], [vector_of(1)])
        assert index.search_dense(vector_of(1), 1)[0].chunk == chunk
        assert index.search_lexical("quote", 1)[0].chunk == chunk


class LastingIndexContract(IndexContract):
    """The suite of an index that is kept on disk."""

    def test_it_survives_reopening(self, open_index: Callable[[], Index], index: Index) -> None:
        """What was added and removed is so for whoever opens the place next."""
        index.remove(["d3"])
        again = open_index()
        assert again.count() == 4
        assert again.search_dense(vector_of(1), 9) == index.search_dense(vector_of(1), 9)
        assert again.search_lexical("GPUs", 9) == index.search_lexical("GPUs", 9)
        again.add(CHUNKS, VECTORS)
        assert again.count() == 5
