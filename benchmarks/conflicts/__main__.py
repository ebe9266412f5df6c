"""Print how many seeded conflicts are found, and how many are found that are none.

python -m benchmarks.conflicts [--data DIR] [--show N]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.common import DATA, REPOSITORY, required
from benchmarks.conflicts.measure import Measured, measure


def main() -> int:
    """Measure; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conflicts", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="has references/")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="of each kind of error")
    options = parser.parse_args()
    folders = (required(options.data / "references"), REPOSITORY / "references")
    start = time.perf_counter()
    found = measure(folders)
    print(f"{time.perf_counter() - start:.1f} s\n")
    _print(found, options.show)
    return 0 if found.meets_goals else 1


def _print(found: Measured, show: int) -> None:
    print("| kind | cases | near copy | paraphrase | reported |\n|---|---|---|---|---|")
    for kind, (copies, others) in found.by_kind.items():
        told = copies.found + others.found
        cells = [f"{part.found} of {part.all}" for part in (copies, others)]
        print(f"| {kind} | {copies.all + others.all} | {' | '.join(cells)} | {told} |")
    print(f"\nfound: {found.recall:.1%} of {found.conflicts} conflicts")
    print(f"hard negatives reported: {found.false_alarms} of {found.negatives}")
    print(
        f"unaltered: {len(found.reported)} pairs, {found.false_claims} claims of {found.real} "
        f"with figures ({100 * len(found.reported) / found.real:.2f} pairs per 100)"
    )
    for title, pairs in (("missed", found.missed), ("false", found.false)):
        for case in pairs[:show]:
            print(f"\n{title} {case.kind}\n  {case.first.text}\n  {case.second.text}")
    for pair in found.reported[: show or 5]:
        print(f"\nreal: {pair.reason}\n  {pair.first.text}\n  {pair.second.text}")


if __name__ == "__main__":
    sys.exit(main())
