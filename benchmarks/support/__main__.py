"""Print how well support is judged, or learn the weights anew.

python -m benchmarks.support [--data DIR] [--sample N] [--cache FILE] [--train]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import DATA, REPOSITORY, required, timed
from benchmarks.support import report
from benchmarks.support.data import edited_evidence, edited_references, load
from benchmarks.support.gate import gate
from benchmarks.support.learning import Example, cut, fit, folds, scores
from benchmarks.support.scoring import CachedReranker, examples
from rag.adapters.support import SupportScorer
from rag.adapters.support.model import Model, Weights
from rag.adapters.support.scorer import feature_names
from rag.flows.checking import names_of
from rag.settings import load_config
from rag.types import digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    return fit(items, names).model_copy(update={"cut": cut(items, names)})


def _train(items: Sequence[Example]) -> None:
    """Write the weights: the same pairs give the same file."""
    models = [_learned(items, with_reranker=on) for on in (True, False)]
    version = digest(*(model.model_dump_json() for model in models))[:12]
    found = Weights(version=version, with_reranker=models[0], without_reranker=models[1])
    _WEIGHTS.write_text(found.model_dump_json() + "\n", encoding="utf-8")
    print(f"Wrote {_WEIGHTS.name}, version {version}.")


def _measure(items: Sequence[Example]) -> bool:
    """Print every table but those of edits; return whether all goals are met."""
    met = True
    labelled = [at for at, item in enumerate(items) if not item.pair.kind]
    chosen = [items[at] for at in labelled]
    config = load_config(REPOSITORY)
    gates = [gate(item.pair, names_of(config)) for item in chosen]
    least = config.settings.verify.min_support_named
    sets = [item.pair.source for item in items]
    for on in (True, False):
        names, word = feature_names(with_reranker=on), "with" if on else "without"
        regimes: dict[str, Sequence[object]] = {
            "no evidence shared between folds": folds(items),
            "the set left out": sets,
        }
        for title, parts in regimes.items():
            found = scores(items, names, parts)[labelled]
            results = report.Results(chosen, gates, found, least)
            good = report.print_sets(f"{word} reranker: {title}", results)
            met &= good or not on
            if on:
                report.print_curve(title, results)
    return met


def _print_edits(edits: Mapping[str, Sequence[Example]], reranker: CachedReranker) -> None:
    for title, edited in edits.items():
        for on in (True, False):
            scorer = SupportScorer(reranker if on else None)
            found = scorer.score([(item.pair.claim, item.pair.evidence) for item in edited])
            word = "with" if on else "without"
            report.print_kinds(f"{title}, {word} reranker", edited, found)


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
    met = _measure(items)
    edited = {"the references": examples(edits, reranker), "the evidence": items[len(labelled) :]}
    _print_edits(edited, reranker)
    _print_speed(items[: len(labelled)])
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
