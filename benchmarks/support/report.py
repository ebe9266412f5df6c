"""What the scorer for support is good and bad at, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks.common import table
from benchmarks.support.data import SETS, TRUE
from rag.adapters.support import DEFAULT_THRESHOLD
from rag.adapters.support.scorer import is_verbatim
from rag.text.figures import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.support.data import Pair
    from benchmarks.support.gate import Gate
    from benchmarks.support.learning import Example

GAIN = 0.05
"""By how much the AUC must be over that of plain word overlap, on each set."""
REJECTED_AT_MOST = 0.05
_THRESHOLDS = (0.02, 0.05, 0.08, DEFAULT_THRESHOLD, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_ALL = "all"
Scores = "NDArray[np.float64]"


class Results:
    """Scores of labelled pairs, and how good they are.

    Args:
        examples: labelled pairs.
        gates: what the gates that need no scorer say of each.
        scores: theirs, by models that have not seen them.
        min_named: the least score of a claim with a name that its evidence lacks.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        gates: Sequence[Gate],
        scores: NDArray[np.float64],
        min_named: float,
    ) -> None:
        self.pairs = [example.pair for example in examples]
        copied = [is_verbatim(pair.claim, pair.evidence) for pair in self.pairs]
        self.scores = np.where(copied, 1.0, scores)
        self.truth = np.array([pair.supported for pair in self.pairs])
        self.floor = np.array([overlap(pair) for pair in self.pairs])
        self.holds = np.array([gate.holds for gate in gates])
        self._falls = np.array([gate.falls for gate in gates])
        self._named = np.array([gate.is_named for gate in gates])
        self._min_named = min_named
        self._sets = np.array([pair.source for pair in self.pairs])

    def of(self, name: str) -> NDArray[np.bool_]:
        """Return which pairs are of a set, or of all."""
        found: NDArray[np.bool_] = (self._sets == name) | (name == _ALL)
        return found

    def auc(self, name: str) -> tuple[float, float]:
        """Return the AUC of the scores and of plain word overlap on a set."""
        chosen = self.of(name)
        return tuple(  # type: ignore[return-value]
            float(roc_auc_score(self.truth[chosen], values[chosen]))
            for values in (self.scores, self.floor)
        )

    def balanced(self, name: str) -> tuple[float, float]:
        """Return the best balanced accuracy of the scores and of the floor on a set."""
        chosen = self.of(name)
        found = []
        for values in (self.scores, self.floor):
            wrong, right, _ = roc_curve(self.truth[chosen], values[chosen])
            found.append(float(((right + 1 - wrong) / 2).max()))
        return found[0], found[1]

    def rejected(self, name: str, threshold: float, *, whole: bool = True) -> float:
        """Return the share of true claims, whose figures and quotes hold, that fall.

        Args:
            name: of a set, or of all.
            threshold: the least score that passes.
            whole: by the whole gate, with names; else by the score alone.
        """
        chosen = self.of(name) & self.truth & self.holds
        return float(self._fallen(threshold, whole=whole)[chosen].mean())

    def accepted(self, name: str, threshold: float, *, whole: bool = True) -> float:
        """Return the share of false claims that pass; see `rejected`."""
        chosen = self.of(name) & ~self.truth
        return float((~self._fallen(threshold, whole=whole))[chosen].mean())

    def _fallen(self, threshold: float, *, whole: bool) -> NDArray[np.bool_]:
        by_score: NDArray[np.bool_] = self.scores < threshold
        if not whole:
            return by_score
        fallen: NDArray[np.bool_] = (
            by_score | self._falls | (self._named & (self.scores < self._min_named))
        )
        return fallen


def overlap(pair: Pair) -> float:
    """Return the floor: the share of the claim's content words that its evidence has."""
    wanted = content_words(pair.claim)
    return len(wanted & content_words(pair.evidence)) / (len(wanted) or 1)


def print_sets(title: str, results: Results) -> bool:
    """Print one line a set; return whether both goals are met: AUC, and true claims rejected."""
    rows = []
    for name in (*SETS, _ALL):
        auc, floor = results.auc(name)
        best, best_floor = results.balanced(name)
        figures = (auc, floor, auc - floor, best, best_floor)
        errors = (
            error(name, DEFAULT_THRESHOLD, whole=whole)
            for whole in (False, True)
            for error in (results.rejected, results.accepted)
        )
        rows.append(
            [name, *(f"{value:.3f}" for value in figures), *(f"{value:.1%}" for value in errors)]
        )
    print(f"\n## {title}\n")
    header = ["set", "AUC", "overlap", "gain", "balanced accuracy", "overlap"]
    header += ["true rejected: score", "false accepted: score"]
    print(table([*header, "true rejected: whole gate", "false accepted: whole gate"], rows))
    is_far = all(results.auc(name)[0] - results.auc(name)[1] >= GAIN for name in SETS)
    return is_far and results.rejected(_ALL, DEFAULT_THRESHOLD) <= REJECTED_AT_MOST


def print_curve(title: str, results: Results) -> None:
    """Print both errors of the whole gate over thresholds."""
    rows = [
        [
            f"{threshold}" + (" (default)" if threshold == DEFAULT_THRESHOLD else ""),
            *(f"{results.rejected(name, threshold):.1%}" for name in (*SETS, _ALL)),
            *(f"{results.accepted(name, threshold):.1%}" for name in (*SETS, _ALL)),
        ]
        for threshold in _THRESHOLDS
    ]
    print(f"\n## True claims rejected, false ones accepted by the whole gate: {title}\n")
    header = [f"{word}: {name}" for word in ("rejected", "accepted") for name in (*SETS, _ALL)]
    print(table(["threshold", *header], rows))


def print_kinds(title: str, examples: Sequence[Example], scores: Sequence[float]) -> None:
    """Print what share of each kind of edit is caught, and of true sentences rejected."""
    kinds = dict.fromkeys(example.pair.kind for example in examples)
    rows = []
    for kind in kinds:
        found = [
            score
            for example, score in zip(examples, scores, strict=True)
            if example.pair.kind == kind
        ]
        caught = sum(score < DEFAULT_THRESHOLD for score in found) / len(found)
        label = f"({TRUE}: rejected)" if kind == TRUE else kind
        rows.append([label, str(len(found)), f"{caught:.1%}"])
    print(f"\n## Sentences of {title}, with one edit: share that scores under the threshold\n")
    print(table(["edit", "sentences", "caught"], rows))
