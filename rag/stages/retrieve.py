"""Hits of several searches → one order of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import Hit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.settings import RetrieveSettings


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit], settings: RetrieveSettings) -> list[Hit]:
    """Return the hits of both searches in one order, best first; scores in [0, 1].

    Each search's scores are scaled to 0..1 over its own hits and added with their weights (a convex
    combination, which keeps how far apart scores are; https://arxiv.org/abs/2210.11934).
    """
    weights = ((dense, 1 - settings.lexical_weight), (lexical, settings.lexical_weight))
    total: dict[str, float] = {}
    chunks = {hit.chunk.id: hit.chunk for hit in (*dense, *lexical)}
    for hits, weight in weights:
        for name, score in _scaled({hit.chunk.id: hit.score for hit in hits}).items():
            total[name] = total.get(name, 0.0) + weight * score
    order = sorted(total, key=lambda name: (-total[name], name))
    return [Hit(chunk=chunks[name], score=total[name]) for name in order]


def rerank(hits: Sequence[Hit], scores: Mapping[str, float], weight: float) -> list[Hit]:
    """Return the scored hits in their new order, then the others as they were.

    Args:
        hits: fused hits, best first.
        scores: the reranker's scores by chunk id, for the hits it was shown.
        weight: its share, 0 to 1, beside the fused score.
    """
    shown = [hit for hit in hits if hit.chunk.id in scores]
    first = _scaled({hit.chunk.id: hit.score for hit in shown})
    second = _scaled({hit.chunk.id: scores[hit.chunk.id] for hit in shown})
    blend = {name: (1 - weight) * first[name] + weight * second[name] for name in first}
    shown.sort(key=lambda hit: (-blend[hit.chunk.id], hit.chunk.id))
    rest = [hit for hit in hits if hit.chunk.id not in scores]
    return [hit.model_copy(update={"score": blend[hit.chunk.id]}) for hit in shown] + rest


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {
        name: (score - low) / (high - low) if high > low else 1.0 for name, score in scores.items()
    }
