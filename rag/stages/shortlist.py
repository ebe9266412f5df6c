"""A reference's chunks → those that a section may draw on.

A function of one document and the outline alone: no other reference plays a part, so that the
order in which references are read cannot matter. Cosines only open the door (rounded, so that the
last bits of a float cannot close it); what is written is chosen by exact features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.text.figures import term_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.ports import Vector
    from rag.types import Chunk, TopicSpec


def shortlist(  # noqa: PLR0913 - one document and one topic, whole
    chunks: Sequence[Chunk],
    vectors: Sequence[Vector],
    topic: TopicSpec,
    questions: Sequence[Vector],
    *,
    limit: int,
    min_cosine: float,
) -> list[Chunk]:
    """Return the chunks of one document that may answer a topic, in document order.

    Args:
        chunks: all chunks of the document.
        vectors: their unit vectors.
        topic: its terms: a chunk that has none of them is not about it.
        questions: unit vectors of the topic's questions and of the user's instruction.
        limit: how many chunks at the most.
        min_cosine: how near the nearest question must be, -1 to 1.
    """
    if not chunks or not questions:
        return []
    import numpy as np  # noqa: PLC0415 - what only checks a report need not wait for it

    pattern = term_pattern(topic.terms)
    nearest = (np.stack(vectors) @ np.stack(questions).T).max(axis=1)
    scored = [
        (-round(float(cosine), 3), chunk.start, chunk)
        for chunk, cosine in zip(chunks, nearest, strict=True)
        if round(float(cosine), 3) >= min_cosine and pattern.search(chunk.passage)
    ]
    best = sorted(scored, key=lambda item: item[:2])[:limit]
    return sorted((chunk for *_, chunk in best), key=lambda chunk: chunk.start)
