"""A judge by language model beside the default scorer, on the same labelled pairs.

    python -m benchmarks.support.judge MODEL --sample 60 --cache judged.json

MODEL is what may stand behind `judge/`: `local/<GGUF file>`, `bedrock/<model id>`. What was judged
once is read from the file, so a run that was cut short goes on. The packaged trees were learned on
these very sets: their figures here are better than on text that they have not seen.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks.common import REPOSITORY, table
from benchmarks.support.data import SETS, load
from benchmarks.support.scoring import CachedReranker
from rag.adapters.support import SupportScorer
from rag.flows.project import Project
from rag.types import digest
from rag.wiring import Wired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.support.data import Pair
    from rag.ports import PairScorer


def main() -> None:
    """Print AUC, balanced accuracy and what passes, of the judge and of the default scorer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared/data/support")
    parser.add_argument("--sample", type=int, default=60, help="pairs of each set")
    parser.add_argument("--sets", nargs="+", default=["attributionbench-dev", "wice-dev"])
    parser.add_argument("--cache", type=Path, default=Path("judged.json"))
    options = parser.parse_args()
    pairs = [pair for pair in load(options.data, options.sample) if pair.source in options.sets]
    with tempfile.TemporaryDirectory() as folder:
        judge = _judge(Path(folder), options.model)
        begun = time.monotonic()
        judged, new = _judged(judge, pairs, options.cache)
        seconds = time.monotonic() - begun
    default = SupportScorer(CachedReranker(None)).score([(p.claim, p.evidence) for p in pairs])
    rows = []
    for name in [item for item in SETS if item in options.sets]:
        at = [i for i, pair in enumerate(pairs) if pair.source == name]
        for who, scores in (("judge", judged), ("default", default)):
            rows.append([name, str(len(at)), who, *_figures(pairs, scores, at)])
    header = ("set", "pairs", "scorer", "AUC", "best balanced accuracy")
    print(table([*header, "true rejected at 0.1", "false accepted at 0.1"], rows))
    if new:
        print(f"\n{new} pairs were judged in {seconds:.0f} s, {seconds / new:.1f} s each.")


def _judge(folder: Path, model: str) -> PairScorer:
    kind, _, name = model.partition("/")
    if kind == "local":
        name = str(Path(name).resolve())
    text = f'[verify]\nsupport = "judge/{kind}/{name}"\n[local]\nreuse_prompt = true\n'
    (folder / "config").mkdir()
    (folder / "config/rag.toml").write_text(f"{text}output_tokens = 600\n", encoding="utf-8")
    (folder / "store").mkdir()
    found = Wired(Project(root=folder)).support
    assert found is not None  # noqa: S101 - it was set above
    return found


def _judged(judge: PairScorer, pairs: Sequence[Pair], path: Path) -> tuple[list[float], int]:
    """Return the judge's scores, and how many pairs it was asked about now."""
    known: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}
    new = 0
    for pair in pairs:
        key = digest(judge.name, pair.claim, pair.evidence)
        if key not in known:
            known[key] = judge.score([(pair.claim, pair.evidence)])[0]
            path.write_text(json.dumps(known))
            new += 1
    return [known[digest(judge.name, pair.claim, pair.evidence)] for pair in pairs], new


def _figures(pairs: Sequence[Pair], scores: Sequence[float], at: Sequence[int]) -> list[str]:
    truth = np.array([pairs[i].supported for i in at])
    found = np.array([scores[i] for i in at])
    false, true, _ = roc_curve(truth, found)
    passes = found >= 0.1
    return [
        f"{roc_auc_score(truth, found):.3f}",
        f"{float(np.max((true + 1 - false) / 2)):.3f}",
        f"{float(np.mean(~passes[truth])):.0%}",
        f"{float(np.mean(passes[~truth])):.0%}",
    ]


if __name__ == "__main__":
    main()
