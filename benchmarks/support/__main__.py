"""Print how well support is judged, or learn the weights anew.

python -m benchmarks.support [--data DIR] [--sample N] [--cache FILE] [--train]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import DATA, required, timed
from benchmarks.support import report
from benchmarks.support.data import edited_evidence, edited_references, load
from benchmarks.support.learning import Example, cuts, fit, folds, held_out, scores
from benchmarks.support.scoring import CachedReranker, examples
from rag.adapters.support import SupportScorer
from rag.adapters.support.model import Model, Weights
from rag.adapters.support.scorer import feature_names
from rag.types import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

_WEIGHTS = Path(__file__).resolve().parents[2] / "rag/adapters/support/weights.json"
_EDITED_EACH = 60
"""Sentences of each kind of edit: a set for learning, of the references for the table."""
_TIMED = 300


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.support", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="has support/ and references/")
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="pairs a set (default: all)"
    )
    parser.add_argument("--cache", type=Path, help="scratch file that keeps the reranker's scores")
    parser.add_argument("--train", action="store_true", help="write the package's weights anew")
    return parser.parse_args()


def _learned(items: Sequence[Example], *, with_reranker: bool) -> Model:
    names = feature_names(with_reranker=with_reranker)
    chances = held_out(items, names, folds(items))
    return fit(items, names).model_copy(update={"cuts": cuts(items, chances)})


def _train(items: Sequence[Example]) -> None:
    """Write the weights: the same pairs give the same file."""
    models = [_learned(items, with_reranker=on) for on in (True, False)]
    version = digest(*(model.model_dump_json() for model in models))[:12]
    found = Weights(version=version, with_reranker=models[0], without_reranker=models[1])
    _WEIGHTS.write_text(found.model_dump_json() + "\n", encoding="utf-8")
    print(f"Wrote {_WEIGHTS.name}, version {version}.")


def _measure(items: Sequence[Example], edited: Sequence[Example], reranker: CachedReranker) -> bool:
    """Print every table; return whether all goals are met."""
    met = True
    labelled = [at for at, item in enumerate(items) if not item.pair.kind]
    chosen = [items[at] for at in labelled]
    for on in (True, False):
        names, word = feature_names(with_reranker=on), "with" if on else "without"
        fold, sets = folds(items), [item.pair.source for item in items]
        by_fold = scores(items, held_out(items, names, fold), fold)
        by_set = scores(items, held_out(items, names, sets), sets)
        results = report.Results(chosen, by_fold[labelled])
        far = report.print_sets(f"{word} reranker: no evidence shared between folds", results)
        out = report.Results(chosen, by_set[labelled])
        report.print_sets(f"{word} reranker: the set left out", out)
        few = report.print_curve(results)
        met &= (far and few) or not on
        scorer = SupportScorer(reranker if on else None)
        pairs = [(item.pair.claim, item.pair.evidence) for item in edited]
        report.print_kinds(edited, scorer.score(pairs))
    return met


def _print_speed(items: Sequence[Example]) -> None:
    some = [items[at] for at in np.linspace(0, len(items) - 1, _TIMED).astype(int)]
    pairs = [(item.pair.claim, item.pair.evidence) for item in some]
    scorer = SupportScorer(CachedReranker(None))
    print(f"\n{_TIMED} claims in {timed(lambda: scorer.score(pairs)):.1f} s on this machine.")


def main() -> int:
    """Run; return 1 if a goal is missed."""
    options = _options()
    labelled = load(required(options.data / "support"), options.sample)
    each = max(4, _EDITED_EACH * len(labelled) // 3496) if options.sample else _EDITED_EACH
    reranker = CachedReranker(options.cache)
    items = examples([*labelled, *edited_evidence(labelled, each)], reranker)
    if options.train:
        _train(items)
        return 0
    edits = edited_references(required(options.data / "references"), _EDITED_EACH)
    met = _measure(items, examples(edits, reranker), reranker)
    _print_speed(items[: len(labelled)])
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
