"""Print the speed of `rag` beside the bare model and the stock pipeline, as ratios of one run.

python -m benchmarks.speed [--references DIR] [--rounds N] [--only PART]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.common import DATA, required, table
from benchmarks.speed.processes import help_seconds, ingests_and_asks, verifications

_PARTS = ("help", "verify", "process", "bare", "minilm")
"""Processes first: until it runs a program of its own, a child is as large as this one, which the
other parts fill with libraries."""
_CLAIMS = 300
"""Of a report of 6,000 words."""


class Row(NamedTuple):
    """One goal, and whether it is met."""

    what: str
    measured: str
    goal: str
    met: bool


def _help(rounds: int) -> list[Row]:
    seconds = help_seconds(max(rounds, 5))
    return [Row("`rag --help`", f"{seconds:.2f} s", "< 0.3 s", seconds < 0.3)]


def _verify(references: Path, rounds: int) -> list[Row]:
    found = verifications(references, _CLAIMS, max(rounds, 5))
    print(f"a report of {found.claims} claims, {found.words} words, every one a paraphrase")
    first, again = found.first_s, found.again_s
    return [
        Row("`rag verify`, nothing scored yet", f"{first:.1f} s", "< 60 s", first < 60),
        Row(
            "`rag verify` again, nothing changed",
            f"{again:.2f} s ({again / first:.0%} of the first)",
            "< 1 s",
            again < 1,
        ),
    ]


def _bare(references: Path, rounds: int) -> list[Row]:
    from benchmarks.speed.embedding import against_bare_model  # noqa: PLC0415 - seconds

    found = against_bare_model(references, rounds)
    limit, ours = found.passages / found.bare_s, found.passages / found.ingest_s
    print(f"machine's limit: the bare default model embeds {limit:.1f} passages/s")
    share = found.bare_s / found.ingest_s
    measured = f"{share:.2f} ({ours:.1f} of {limit:.1f} passages/s)"
    return [Row("whole ingest / bare model", measured, ">= 0.90", share >= 0.90)]


def _minilm(references: Path, rounds: int) -> list[Row]:
    from benchmarks.speed.embedding import against_stock  # noqa: PLC0415 - seconds

    found = against_stock(references, rounds)
    print(
        f"the same files with MiniLM: stock {found.stock_s:.1f} s ({found.stock_nodes} nodes), "
        f"rag {found.ours_s:.1f} s, rag int8 {found.quantised_s:.1f} s ({found.chunks} chunks)"
    )
    plain, quantised = found.stock_s / found.ours_s, found.stock_s / found.quantised_s
    return [
        Row("stock / rag, MiniLM by torch", f"{plain:.2f}x", ">= 1.0x", plain >= 1.0),
        Row("stock / rag, MiniLM int8", f"{quantised:.2f}x", ">= 1.6x", quantised >= 1.6),
    ]


def _processes(references: Path, rounds: int) -> list[Row]:
    ingests, asks = ingests_and_asks(references, rounds)
    ingest, ask = ingests.stock_s / ingests.rag_s, asks.stock_s / asks.rag_s
    return [
        Row(
            "stock / `rag ingest`, whole process",
            f"{ingest:.2f}x ({ingests.stock_s:.1f} s, {ingests.rag_s:.1f} s)",
            ">= 1.0x",
            ingest >= 1.0,
        ),
        Row(
            "peak memory of `rag ingest`",
            f"{ingests.rag_mb:.0f} MB (stock {ingests.stock_mb:.0f} MB)",
            "< 800 MB",
            ingests.rag_mb < 800,
        ),
        Row(
            "`rag ingest`, nothing to do",
            f"{ingests.nothing_s:.2f} s",
            "< 1.5 s",
            ingests.nothing_s < 1.5,
        ),
        Row("`rag ask`, cold", f"{asks.rag_s:.2f} s", "< 3.5 s", asks.rag_s < 3.5),
        Row(
            "stock / `rag ask`, cold",
            f"{ask:.2f}x ({asks.stock_s:.1f} s, {asks.rag_s:.1f} s)",
            ">= 2.5x",
            ask >= 2.5,
        ),
    ]


def main() -> int:
    """Print the table; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument(
        "--references", type=Path, default=DATA / "references", help="a folder of Markdown files"
    )
    parser.add_argument("--rounds", type=int, default=3, help="medians are over so many")
    parser.add_argument("--only", choices=_PARTS, action="append", help="may be repeated")
    options = parser.parse_args()
    references, rounds = required(options.references), options.rounds
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} before the start (ratios; times need it idle)")
    parts = {
        "help": lambda: _help(rounds),
        "verify": lambda: _verify(references, rounds),
        "process": lambda: _processes(references, rounds),
        "bare": lambda: _bare(references, rounds),
        "minilm": lambda: _minilm(references, rounds),
    }
    chosen = [name for name in _PARTS if name in (options.only or _PARTS)]
    rows = [row for name in chosen for row in parts[name]()]
    lines = [(row.what, row.measured, row.goal, "yes" if row.met else "NO") for row in rows]
    print("\n" + table(("what", "measured", "goal", "met"), lines))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
