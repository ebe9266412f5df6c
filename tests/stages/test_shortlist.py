"""A topic draws on chunks that speak of it and are near its questions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from values import bare_chunk

from rag.stages.shortlist import shortlist
from rag.types import TopicSpec

TOPIC = TopicSpec(id="t", heading="T", questions=("Why?",), terms=("bandwidth", "EFA"))
QUESTIONS = [np.asarray([1, 0], np.float32), np.asarray([0, 1], np.float32)]


def at_cosine(cosine: float) -> np.ndarray:
    """Return a unit vector that is so near to the first question, and away from the second."""
    return np.asarray([cosine, -np.sqrt(1 - cosine**2)], np.float32)


def names(texts: list[str], cosines: list[float], **limits: float) -> list[str]:
    """Return the texts of the chunks that are chosen."""
    chunks = [bare_chunk(text, start=100 * n) for n, text in enumerate(texts)]
    vectors = [at_cosine(cosine) for cosine in cosines]
    given = {"limit": 9, "min_cosine": 0.5} | limits
    return [chunk.text for chunk in shortlist(chunks, vectors, TOPIC, QUESTIONS, **given)]


def test_a_term_must_be_there():
    """Near is not enough: a chunk without any of the terms is not about the topic."""
    assert names(["EFA is fast", "nothing of it"], [0.6, 0.9]) == ["EFA is fast"]


def test_a_term_may_stand_in_the_context():
    """The heading path counts as the chunk's own words."""
    chunk = bare_chunk("It is fast.", context="Networking > Bandwidth")
    assert shortlist([chunk], [at_cosine(1)], TOPIC, QUESTIONS, limit=1, min_cosine=0.5) == [chunk]


def test_the_nearest_question_decides_and_the_door_is_rounded():
    """One near question is enough; the last bits of a float do not close the door."""
    texts = ["EFA one", "EFA two", "EFA three"]
    assert names(texts, [0.49, 0.4999999, 0.9]) == ["EFA two", "EFA three"]
    chunk = bare_chunk("EFA")
    other = np.asarray([0, 1], np.float32)
    assert shortlist([chunk], [other], TOPIC, QUESTIONS, limit=1, min_cosine=0.9) == [chunk]


def test_the_best_come_in_document_order():
    """Of too many the nearest stay, in the order of the document; of equals the first."""
    texts = [f"EFA {n}" for n in range(4)]
    assert names(texts, [0.6, 0.9, 0.7, 0.8], limit=2) == ["EFA 1", "EFA 3"]
    assert names(texts, [0.6, 0.6, 0.6, 0.6], limit=2) == ["EFA 0", "EFA 1"]


def test_nothing_to_choose_from():
    """No chunks or no questions: nothing."""
    assert shortlist([], [], TOPIC, QUESTIONS, limit=1, min_cosine=0.5) == []
    chunk = bare_chunk("EFA")
    assert shortlist([chunk], [at_cosine(1)], TOPIC, [], limit=1, min_cosine=0.5) == []


@given(st.permutations(range(6)))
def test_the_order_of_chunks_does_not_matter(order):
    """However the chunks are handed over, the same are chosen."""
    chunks = [bare_chunk(f"EFA {n}", start=100 * n) for n in range(6)]
    vectors = [at_cosine(0.5 + n / 20) for n in range(6)]
    found = shortlist(
        [chunks[n] for n in order],
        [vectors[n] for n in order],
        TOPIC,
        QUESTIONS,
        limit=3,
        min_cosine=0.5,
    )
    assert found == chunks[3:]
