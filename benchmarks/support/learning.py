"""Pairs → the model: boosted trees that may only rise, or only fall, with each feature.

Each tree is scikit-learn's; what is boosted is written out here, so that all that the run time
needs is public: a tree's nodes and the value of its leaves.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.model_selection import GroupKFold
from sklearn.tree import DecisionTreeRegressor

from rag.adapters.support.model import Model, Tree, is_vetoed, rescaled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from benchmarks.support.data import Pair

_RISING = frozenset(
    "recall few_recall window_recall bigrams kept_share run_share part_recall figure_role "
    "rerank_window rerank_few".split()
)
_ROUNDS, _DEPTH, _RATE, _LEAF = 80, 3, 0.08, 50
_COLUMNS = 0.5
"""Share of the features that a tree's split may choose from."""
_RIDGE = 1.0
_EDITED_WEIGHT = 0.1
"""What all edited sentences weigh together, beside the labelled sets."""
_FOLDS = 5
_REJECTED = 0.03
"""What share of a set's true claims the cut may reject; exact checks and names take more."""
_DIGITS = 6


class Example(NamedTuple):
    """A pair with its features."""

    pair: Pair
    features: Mapping[str, float]


def fit(examples: Sequence[Example], names: Sequence[str]) -> Model:
    """Return a model of the examples, without a cut: every probability passes."""
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
    return Model(names=tuple(names), base=base, trees=tuple(trees), cut=0.0)


def _table(examples: Sequence[Example], names: Sequence[str]) -> NDArray[np.float32]:
    rows = [[example.features[name] for name in names] for example in examples]
    return np.array(rows, dtype=np.float32)


def _weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Each labelled set weighs the same, and half of it is true; the edited weigh a fraction.

    How many claims of a set are true was chosen by whoever made it, and says nothing of others.
    """
    kinds = [(e.pair.source if not e.pair.kind else "", e.pair.supported) for e in examples]
    count = Counter(kinds)
    edited = _EDITED_WEIGHT * len({name for name, _ in kinds if name})
    weight = np.array([(1.0 if kind[0] else edited) / count[kind] for kind in kinds])
    result: NDArray[np.float64] = weight * len(kinds) / weight.sum()
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


def cut(examples: Sequence[Example], names: Sequence[str]) -> float:
    """Return the least probability that passes.

    Of no set more than `_REJECTED` of the true claims may fall by it, judged by a model of the
    other sets: what users write is of another kind than all of them.
    """
    sets = [example.pair.source for example in examples]
    chances = held_out(examples, names, sets)
    found = []
    for name in dict.fromkeys(sets):
        true = [
            chance
            for item, chance in zip(examples, chances, strict=True)
            if item.pair.source == name and item.pair.supported and not item.pair.kind
            if not is_vetoed(item.features)
        ]
        found.append(float(np.quantile(true, _REJECTED)))
    return round(min(found), _DIGITS)


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
    examples: Sequence[Example], names: Sequence[str], parts: Sequence[object]
) -> NDArray[np.float64]:
    """Return each example's score: model and cut come from the parts that it is not of."""
    found = np.zeros(len(examples))
    for part in dict.fromkeys(parts):
        seen = [item for item, of in zip(examples, parts, strict=True) if of != part]
        rest = [at for at, of in enumerate(parts) if of == part]
        rows = [examples[at].features for at in rest]
        found[rest] = rescaled(fit(seen, names).probability(rows), rows, cut(seen, names))
    return found
