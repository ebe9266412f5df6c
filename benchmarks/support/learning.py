"""Pairs → the model: boosted trees that may only rise, or only fall, with each feature.

Each tree is scikit-learn's; what is boosted is written out here, so that all that the run time
needs is public: a tree's nodes and the value of its leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.model_selection import GroupKFold
from sklearn.tree import DecisionTreeRegressor

from rag.adapters.support.model import THRESHOLD, Model, Tree, rescaled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from benchmarks.support.data import Pair

_RISING = frozenset(
    "recall few_recall window_recall bigrams kept_share run_share part_recall figure_role "
    "rerank_window rerank_few".split()
)
_ROUNDS, _DEPTH, _RATE, _LEAF = 150, 3, 0.08, 25
_COLUMNS = 0.5
"""Share of the features that a tree's split may choose from."""
_RIDGE = 1.0
_EDITED_WEIGHT = 0.1
"""What all edited sentences weigh together, beside the labelled sets."""
_FOLDS = 5
_KNOTS = (0.0, 0.65, 0.85, 1.0)
_REJECTED = (0.01, 0.01, 0.012, 0.012)
"""At each share of words kept in place, what share of true claims may be rejected."""
_NEAR = 0.2
"""How far from a share of kept words a claim may be and still count there."""
_DIGITS = 6
Cuts = tuple[tuple[float, float], ...]


class Example(NamedTuple):
    """A pair with its features."""

    pair: Pair
    features: Mapping[str, float]


def fit(examples: Sequence[Example], names: Sequence[str]) -> Model:
    """Return a model of the examples, without cuts: every probability passes."""
    table = _table(examples, names)
    truth = np.array([example.pair.supported for example in examples], dtype=np.float64)
    weight = _weights(examples)
    directions = [1 if name in _RISING else -1 for name in names]
    base = float(np.log((truth @ weight) / ((1 - truth) @ weight)))
    odds, trees = np.full(len(truth), base), []
    for number in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-odds))
        curve = np.maximum(chance * (1 - chance), 1e-6)
        tree = DecisionTreeRegressor(
            max_depth=_DEPTH,
            min_samples_leaf=_LEAF,
            max_features=_COLUMNS,
            monotonic_cst=directions,
            random_state=number,
        )
        # A leaf's mean, weighted by the curve, is Newton's step.
        tree.fit(table, (truth - chance) / curve, sample_weight=weight * curve)
        trees.append(_exported(tree, _shrunk(tree, table, weight * curve)))
        odds += np.array(trees[-1].value)[tree.apply(table)]
    return Model(names=tuple(names), base=base, trees=tuple(trees), cuts=((0.0, 0.0),))


def _table(examples: Sequence[Example], names: Sequence[str]) -> NDArray[np.float32]:
    rows = [[example.features[name] for name in names] for example in examples]
    return np.array(rows, dtype=np.float32)


def _weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Each labelled set weighs the same, the edited sentences a fraction of all of them."""
    sets = [example.pair.source if not example.pair.kind else "" for example in examples]
    count = {name: sets.count(name) for name in set(sets)}
    share = dict.fromkeys(count, 1.0) | {"": _EDITED_WEIGHT * (len(count) - ("" in count))}
    weight = np.array([share[name] / count[name] for name in sets])
    result: NDArray[np.float64] = weight * len(sets) / weight.sum()
    return result


def _shrunk(
    tree: DecisionTreeRegressor, table: NDArray[np.float32], curve: NDArray[np.float64]
) -> NDArray[np.float64]:
    mass = np.zeros(tree.tree_.node_count)
    np.add.at(mass, tree.apply(table), curve)
    values: NDArray[np.float64] = _RATE * tree.tree_.value[:, 0, 0] * mass / (mass + _RIDGE)
    return values


def _exported(tree: DecisionTreeRegressor, values: NDArray[np.float64]) -> Tree:
    nodes = tree.tree_
    leaf = nodes.children_left < 0
    return Tree(
        feature=tuple(int(item) for item in np.where(leaf, -1, nodes.feature)),
        threshold=tuple(round(float(item), _DIGITS) for item in np.where(leaf, 0, nodes.threshold)),
        left=tuple(int(item) for item in np.where(leaf, 0, nodes.children_left)),
        right=tuple(int(item) for item in np.where(leaf, 0, nodes.children_right)),
        value=tuple(round(float(item), _DIGITS) for item in np.where(leaf, values, 0)),
    )


def cuts(examples: Sequence[Example], chances: NDArray[np.float64]) -> Cuts:
    """Return the least probabilities that pass, by the share of words kept in place.

    Args:
        examples: what people labelled counts, edited sentences do not.
        chances: the probability of each by a model that has not seen its evidence.
    """
    true = [
        (item.features["kept_share"], chance)
        for item, chance in zip(examples, chances, strict=True)
        if item.pair.supported and not item.pair.kind and not item.features["contradictions"]
    ]
    found: list[float] = []
    for knot, share in zip(_KNOTS, _REJECTED, strict=True):
        near = [chance for kept, chance in true if abs(kept - knot) <= _NEAR]
        found.append(round(max(float(np.quantile(near, share)), THRESHOLD, *found), _DIGITS))
    return tuple(zip(_KNOTS, found, strict=True))


def folds(examples: Sequence[Example]) -> list[int]:
    """Return a fold for each example; examples of one evidence are in one fold."""
    groups = {text: at for at, text in enumerate(dict.fromkeys(e.pair.evidence for e in examples))}
    group = np.array([groups[example.pair.evidence] for example in examples])
    fold = np.zeros(len(examples), dtype=int)
    for number, (_, test) in enumerate(GroupKFold(_FOLDS).split(group, groups=group)):
        fold[test] = number
    return [int(number) for number in fold]


def held_out(
    examples: Sequence[Example], names: Sequence[str], parts: Sequence[object]
) -> NDArray[np.float64]:
    """Return each example's probability by a model that has seen nothing of its part."""
    chances = np.zeros(len(examples))
    for part in dict.fromkeys(parts):
        seen = [item for item, of in zip(examples, parts, strict=True) if of != part]
        rest = [at for at, of in enumerate(parts) if of == part]
        chances[rest] = fit(seen, names).probability([examples[at].features for at in rest])
    return chances


def scores(
    examples: Sequence[Example], chances: NDArray[np.float64], parts: Sequence[object]
) -> NDArray[np.float64]:
    """Return each example's score: the cuts come from the parts that it is not of."""
    found = np.zeros(len(examples))
    for part in dict.fromkeys(parts):
        seen = [at for at, of in enumerate(parts) if of != part]
        rest = [at for at, of in enumerate(parts) if of == part]
        limits = cuts([examples[at] for at in seen], chances[seen])
        found[rest] = rescaled(chances[rest], [examples[at].features for at in rest], limits)
    return found
