"""Print what each reference costs beside writing the whole report anew.

python -m benchmarks.cost [--project DIR] [--tokenizer FILE] [--data DIR] [--only tokens|recall]
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

from tokenizers import Tokenizer

from benchmarks.common import DATA, REPOSITORY, required, table
from benchmarks.cost.measure import GOAL, Turn, measure, total
from benchmarks.cost.recall import CLAIMS, recall
from benchmarks.cost.recall import GOAL as RECALL_GOAL
from rag.modelfiles import find_model

_MODEL = "BAAI/bge-small-en-v1.5"


def main() -> int:
    """Measure; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--project", type=Path, default=REPOSITORY, help="has references.md")
    parser.add_argument("--tokenizer", type=Path, help=f"a tokenizer.json (default: {_MODEL}'s)")
    parser.add_argument("--data", type=Path, default=DATA, help="has references/")
    parser.add_argument("--only", choices=("tokens", "recall"))
    options = parser.parse_args()
    met = []
    if options.only != "recall":
        met.append(_tokens(options.project, options.tokenizer))
    if options.only != "tokens":
        met.append(_recall([required(options.data / "references"), REPOSITORY / "references"]))
    return 0 if all(met) else 1


def _recall(folders: list[Path]) -> bool:
    found = recall(folders)
    rows = [
        (item.kind, str(item.all), f"{item.found / item.all:.1%}", f"{item.sent / item.all:.1f}")
        for item in found
    ]
    print(table(("change", "cases", "sent with it", f"sent of {CLAIMS}"), rows))
    share = sum(item.found for item in found) / sum(item.all for item in found)
    print(f"\nsent with what repeats or contradicts it: {share:.1%} (goal: {RECALL_GOAL:.0%})\n")
    return share >= RECALL_GOAL


def _tokens(project: Path, tokenizer_file: Path | None) -> bool:
    file = tokenizer_file or find_model(_MODEL, ()).path / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def tokens(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    with tempfile.TemporaryDirectory() as folder:
        _copy(required(project), Path(folder))
        turns = []
        for turn in measure(Path(folder), tokens):
            turns.append(turn)
            print(f"{turn.key}: {turn.share:.0%}", file=sys.stderr, flush=True)
    _print(turns)
    return bool(turns) and turns[-1].share <= GOAL


def _copy(project: Path, folder: Path) -> None:
    """Copy a project without its report and store, with all boxes open."""
    for name in ("config", "references"):
        if (project / name).is_dir():
            shutil.copytree(project / name, folder / name)
    checklist = (project / "references.md").read_text(encoding="utf-8")
    (folder / "references.md").write_text(re.sub(r"\[x\]", "[ ]", checklist), encoding="utf-8")


def _print(turns: list[Turn]) -> None:
    header = (
        "reference", "claims", "new evidence", "calls", "told", "claims shown", "out", "tokens",
        "whole: calls", "whole: tokens", "share",
    )  # fmt: skip
    rows = [
        (
            turn.key,
            str(turn.claims),
            f"{turn.evidence:,}",
            str(len(turn.run)),
            f"{sum(count.told for count in turn.run):,}",
            f"{sum(count.claims for count in turn.run):,}",
            f"{sum(count.output for count in turn.run):,}",
            f"{total(turn.run):,}",
            str(len(turn.whole)),
            f"{total(turn.whole):,}",
            f"{turn.share:.0%}",
        )
        for turn in turns
    ]
    print(table(header, rows))
    run, whole = sum(total(turn.run) for turn in turns), sum(total(turn.whole) for turn in turns)
    print(f"\nall together: {run:,} of {whole:,} tokens, {run / whole:.0%}")
    print(f"the last reference: {turns[-1].share:.0%} (goal: at most {GOAL:.0%})")


if __name__ == "__main__":
    sys.exit(main())
