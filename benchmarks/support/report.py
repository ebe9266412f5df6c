"""What the scorer for support is good and bad at, as tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks.common import table
from benchmarks.support.data import SETS, TRUE
from rag.adapters.support import DEFAULT_THRESHOLD
from rag.adapters.support.scorer import is_verbatim
from rag.text.figures import content_words
from rag.text.normal import find_quote
from rag.text.quantities import missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.support.data import Pair
    from benchmarks.support.learning import Example

GAIN = 0.05
"""By how much the AUC must be over that of plain word overlap, on each set."""
REJECTED_AT_MOST = 0.05
_QUOTED = re.compile(r"[\"“]([^\"“”]{2,})[\"”]")
_THRESHOLDS = (0.02, 0.05, 0.08, DEFAULT_THRESHOLD, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_ALL = "all"
Scores = "NDArray[np.float64]"


class Results:
    """Scores of labelled pairs, and how good they are.

    Args:
        examples: labelled pairs.
        scores: theirs, by models that have not seen them.
    """

    def __init__(self, examples: Sequence[Example], scores: NDArray[np.float64]) -> None:
        self.pairs = [example.pair for example in examples]
        copied = [is_verbatim(pair.claim, pair.evidence) for pair in self.pairs]
        self.scores = np.where(copied, 1.0, scores)
        self.truth = np.array([pair.supported for pair in self.pairs])
        self.floor = np.array([overlap(pair) for pair in self.pairs])
        self.holds = np.array([figures_hold(pair) for pair in self.pairs])
        self._sets = np.array([pair.source for pair in self.pairs])

    def of(self, name: str) -> NDArray[np.bool_]:
        """Return which pairs are of a set, or of all."""
        return (self._sets == name) | (name == _ALL)

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

    def rejected(self, name: str, threshold: float) -> float:
        """Return the share of true claims, whose figures and quotes hold, under the threshold."""
        chosen = self.of(name) & self.truth & self.holds
        return float((self.scores[chosen] < threshold).mean())

    def accepted(self, name: str, threshold: float) -> float:
        """Return the share of false claims at or over the threshold."""
        chosen = self.of(name) & ~self.truth
        return float((self.scores[chosen] >= threshold).mean())


def overlap(pair: Pair) -> float:
    """Return the floor: the share of the claim's content words that its evidence has."""
    wanted = content_words(pair.claim)
    return len(wanted & content_words(pair.evidence)) / (len(wanted) or 1)


def figures_hold(pair: Pair) -> bool:
    """Whether the claim's figures and quoted words stand in its evidence (gates 2 and 3)."""
    quoted = [match[1] for match in _QUOTED.finditer(pair.claim)]
    return not missing(pair.claim, pair.evidence) and all(
        find_quote(pair.evidence, words) for words in quoted
    )


def print_sets(title: str, results: Results) -> bool:
    """Print one line a set; return whether the AUC is far enough over the floor on each."""
    rows = []
    for name in (*SETS, _ALL):
        auc, floor = results.auc(name)
        best, best_floor = results.balanced(name)
        rejected = results.rejected(name, DEFAULT_THRESHOLD)
        accepted = results.accepted(name, DEFAULT_THRESHOLD)
        figures = (auc, floor, auc - floor, best, best_floor)
        rows.append(
            [name, *(f"{value:.3f}" for value in figures), f"{rejected:.1%}", f"{accepted:.1%}"]
        )
    print(f"\n## {title}\n")
    header = ["set", "AUC", "overlap", "gain", "balanced accuracy", "overlap"]
    print(table([*header, "true rejected", "false accepted"], rows))
    return all(results.auc(name)[0] - results.auc(name)[1] >= GAIN for name in SETS)


def print_curve(results: Results) -> bool:
    """Print both errors over thresholds; return whether few enough true claims are rejected."""
    rows = [
        [
            f"{threshold}" + (" (default)" if threshold == DEFAULT_THRESHOLD else ""),
            *(f"{results.rejected(name, threshold):.1%}" for name in (*SETS, _ALL)),
            *(f"{results.accepted(name, threshold):.1%}" for name in (*SETS, _ALL)),
        ]
        for threshold in _THRESHOLDS
    ]
    print("\n## True claims rejected, false claims accepted, by threshold\n")
    header = [f"{word}: {name}" for word in ("rejected", "accepted") for name in (*SETS, _ALL)]
    print(table(["threshold", *header], rows))
    return results.rejected(_ALL, DEFAULT_THRESHOLD) <= REJECTED_AT_MOST


def print_kinds(examples: Sequence[Example], scores: Sequence[float]) -> None:
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
    print("\n## Sentences of the references with one edit: share that scores under the threshold\n")
    print(table(["edit", "sentences", "caught"], rows))
