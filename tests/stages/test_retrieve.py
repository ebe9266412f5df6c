"""Hits of several searches become one order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values import bare_chunk

from rag.settings import RetrieveSettings
from rag.stages.retrieve import fuse, rerank
from rag.types import Hit

CHUNKS = [bare_chunk(f"chunk {n}", start=100 * n) for n in range(8)]
HITS = st.lists(
    st.tuples(st.integers(0, 7), st.floats(-5, 5)), unique_by=lambda pair: pair[0], max_size=8
).map(
    lambda pairs: sorted(
        (Hit(chunk=CHUNKS[n], score=score) for n, score in pairs), key=lambda hit: -hit.score
    )
)


def settings(lexical_weight: float) -> RetrieveSettings:
    """Return settings with that share of words."""
    return RetrieveSettings(
        candidates=10, lexical_weight=lexical_weight, rerank_weight=0.5, evidence=5
    )


@given(HITS, HITS, st.floats(0, 1))
def test_fusion_keeps_every_hit_once(dense, lexical, weight):
    """Each chunk of either search is there once, best first, with a score from 0 to 1."""
    fused = fuse(dense, lexical, settings(weight))
    assert {hit.chunk.id for hit in fused} == {hit.chunk.id for hit in (*dense, *lexical)}
    assert len(fused) == len({hit.chunk.id for hit in fused})
    assert all(-1e-9 <= hit.score <= 1 + 1e-9 for hit in fused)
    assert fused == sorted(fused, key=lambda hit: (-hit.score, hit.chunk.id))


def test_the_weight_decides():
    """All weight on one search gives its order; a hit of both beats an equal hit of one."""
    one = [Hit(chunk=CHUNKS[0], score=0.9), Hit(chunk=CHUNKS[1], score=0.5)]
    two = [Hit(chunk=CHUNKS[2], score=9.0), Hit(chunk=CHUNKS[0], score=4.0)]
    assert fuse(one, two, settings(0.0))[0].chunk == CHUNKS[0]
    assert fuse(one, two, settings(1.0))[0].chunk == CHUNKS[2]
    both = fuse(one, [*one], settings(0.5))
    assert [hit.score for hit in both] == pytest.approx([1.0, 0.0])
    assert fuse([], [], settings(0.5)) == []


@given(HITS, st.data())
def test_reranking_orders_what_was_shown(hits, data):
    """The scored hits come first, by the blend; the others follow as they were; none is lost."""
    shown = data.draw(st.sets(st.sampled_from([hit.chunk.id for hit in hits]))) if hits else set()
    scores = {name: data.draw(st.floats(-10, 10)) for name in sorted(shown)}
    ranked = rerank(hits, scores, 1.0)
    first, rest = ranked[: len(shown)], ranked[len(shown) :]
    assert {hit.chunk.id for hit in first} == shown
    assert rest == [hit for hit in hits if hit.chunk.id not in shown]
    assert all(
        scores[a.chunk.id] >= scores[b.chunk.id] or a.score == b.score for a, b in pairwise(first)
    )


def test_reranking_without_weight_changes_no_order():
    """Weight 0 leaves the order of the shown as it was."""
    hits = [Hit(chunk=CHUNKS[n], score=1 - n / 10) for n in range(4)]
    scores = {hit.chunk.id: float(n) for n, hit in enumerate(hits)}
    assert [hit.chunk for hit in rerank(hits, scores, 0.0)] == CHUNKS[:4]
    assert [hit.chunk for hit in rerank(hits, scores, 1.0)] == CHUNKS[3::-1]
