"""The learned part: small trees over the features, kept as data, evaluated in numpy.

`weights.json` is written by `python -m benchmarks.support --train`. Every tree may only rise with
what speaks for support and fall with what speaks against it, so that no figure of a claim can buy
off another by an accident of the sets it was learned on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from rag.adapters.support.stored import THRESHOLD, stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_HARDLY = 0.2
"""Share of a claim's content words in its passage under which nothing passes."""


class Tree(BaseModel):
    """A regression tree: a leaf's `feature` is -1; at a node, at most `threshold` goes left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class Model(BaseModel):
    """Boosted trees with what they were learned on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    """The features, in order."""
    base: float
    """Log odds before the first tree."""
    trees: tuple[Tree, ...]
    cut: float
    """The least probability that passes."""

    def probability(self, rows: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
        """Return the probability of support of each set of features, in (0, 1)."""
        table = np.array([[row[name] for name in self.names] for row in rows], dtype=np.float64)
        odds = np.full(len(rows), self.base)
        for tree in self.trees:
            odds += _leaves(tree, table)
        result: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return result

    def score(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        """Return the score of each set of features, in [0, 1]; `THRESHOLD` and over passes.

        It is the probability where that passes. A claim that copies its passage but for a word that
        turns it round (`contradictions`) never passes, nor does one with hardly a word in common:
        what does not pass scores under the threshold.
        """
        if not rows:
            return []
        return [float(value) for value in rescaled(self.probability(rows), rows, self.cut)]


class Weights(BaseModel):
    """`weights.json`: one model for use with a reranker, one for use without."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    """Digest of the two models."""
    with_reranker: Model
    without_reranker: Model


@cache
def weights() -> Weights:
    """Return the weights that the package carries."""
    return Weights.model_validate(stored())


def is_vetoed(features: Mapping[str, float]) -> bool:
    """Whether a claim never passes, whatever its probability: see `Model.score`."""
    return features["contradictions"] > 0 or features["recall"] < _HARDLY


def rescaled(
    chances: NDArray[np.float64], rows: Sequence[Mapping[str, float]], cut: float
) -> NDArray[np.float64]:
    """Return the scores of probabilities: see `Model.score`.

    Args:
        chances: probabilities of support, in (0, 1).
        rows: the features of each.
        cut: see `Model.cut`; at least `THRESHOLD` is used.
    """
    least = np.full(len(rows), max(cut, THRESHOLD))
    least[[is_vetoed(row) for row in rows]] = 1.0
    scores: NDArray[np.float64] = np.where(chances >= least, chances, THRESHOLD * chances / least)
    return scores


def _leaves(tree: Tree, table: NDArray[np.float64]) -> NDArray[np.float64]:
    feature, threshold = np.array(tree.feature), np.array(tree.threshold)
    left, right = np.array(tree.left), np.array(tree.right)
    at = np.zeros(len(table), dtype=np.int64)
    rows = np.arange(len(table))
    while (feature[at] >= 0).any():
        inner = feature[at] >= 0
        goes_left = table[rows, np.maximum(feature[at], 0)] <= threshold[at]
        at = np.where(inner, np.where(goes_left, left[at], right[at]), at)
    leaf: NDArray[np.float64] = np.array(tree.value)[at]
    return leaf
