"""Pairs → features, with the packaged reranker's scores kept in a scratch file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.support.learning import Example
from rag.adapters.onnx import OnnxPairScorer
from rag.adapters.support.features import read
from rag.adapters.support.scorer import reranked
from rag.modelfiles import find_model
from rag.types import digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.support.data import Pair

_RERANKER = "cross-encoder/ms-marco-MiniLM-L-12-v2"
_BATCH = 500


class CachedReranker:
    """PairScorer: the packaged reranker; what it scored once is read from a file.

    Args:
        path: the file, made if absent; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._inner = OnnxPairScorer(find_model(_RERANKER, ()), threads=2)
        self.name = self._inner.name
        is_there = path is not None and path.exists()
        self._known: dict[str, float] = json.loads(path.read_text()) if path and is_there else {}

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`."""
        keys = [digest(self.name, *pair) for pair in pairs]
        new = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in self._known}
        for first in range(0, len(new), _BATCH):
            some = list(new)[first : first + _BATCH]
            found = self._inner.score([new[key] for key in some])
            self._known.update(zip(some, found, strict=True))
            if self._path:
                self._path.write_text(json.dumps(self._known))
        return [self._known[key] for key in keys]


def examples(pairs: Sequence[Pair], reranker: CachedReranker) -> list[Example]:
    """Return the pairs with their features."""
    readings = [read(pair.claim, pair.evidence) for pair in pairs]
    return [
        Example(pair, {**reading.features, **more})
        for pair, reading, more in zip(pairs, readings, reranked(reranker, readings), strict=True)
    ]
