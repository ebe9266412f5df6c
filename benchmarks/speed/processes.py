"""Whole processes, from start to exit."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.common import alternating, run
from benchmarks.speed.paraphrases import write_report
from benchmarks.speed.projects import make_project

QUESTION = "Which instances have B200 GPUs?"


class Ingests(NamedTuple):
    """Whole ingests of the same files, medians."""

    stock_s: float
    rag_s: float
    stock_mb: float
    rag_mb: float
    """The most that any run used."""
    nothing_s: float
    """`rag ingest` with nothing to do."""


class Asks(NamedTuple):
    """One question from a cold start, medians."""

    stock_s: float
    rag_s: float


class Verifications(NamedTuple):
    """`rag verify` of a report of paraphrases."""

    claims: int
    words: int
    first_s: float
    """With no score known."""
    again_s: float
    """With nothing changed, median."""


def help_seconds(rounds: int) -> float:
    """Return what `rag --help` takes, median."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(["-m", "rag", "--help"], cwd=folder)
        return alternating(rounds, lambda: run(["-m", "rag", "--help"], cwd=folder).seconds)[0]


def ingests_and_asks(references: Path, rounds: int) -> tuple[Ingests, Asks]:
    """Return what both sides take to read the files into new stores, then to answer from them."""
    peaks: dict[str, list[float]] = {"rag": [], "stock": []}
    with tempfile.TemporaryDirectory(prefix="rag-speed-") as name:
        root = Path(name)
        numbers = iter(range(2 * rounds))

        def ours() -> float:
            folder = root / f"rag-{next(numbers)}"
            folder.mkdir()
            make_project(folder, references)
            ended = run(["-m", "rag", "ingest"], cwd=folder)
            peaks["rag"].append(ended.peak_mb)
            (root / "rag").unlink(missing_ok=True)
            (root / "rag").symlink_to(folder)
            return ended.seconds

        def peer() -> float:
            folder = root / f"stock-{next(numbers)}"
            ended = run(
                ["-m", "benchmarks.stock", "ingest", str(references), str(folder)], cwd=root
            )
            peaks["stock"].append(ended.peak_mb)
            (root / "stock").unlink(missing_ok=True)
            (root / "stock").symlink_to(folder)
            return ended.seconds

        stock_s, rag_s = alternating(rounds, peer, ours)
        nothing = alternating(
            rounds, lambda: run(["-m", "rag", "ingest"], cwd=root / "rag").seconds
        )[0]
        asks = _asks(root, rounds)
    ingests = Ingests(stock_s, rag_s, max(peaks["stock"]), max(peaks["rag"]), nothing)
    return ingests, asks


def _asks(root: Path, rounds: int) -> Asks:
    ours = ["-m", "rag", "ask", QUESTION]
    peer = ["-m", "benchmarks.stock", "query", str(root / "stock"), QUESTION]
    return Asks(
        *alternating(
            rounds,
            lambda: run(peer, cwd=root).seconds,
            lambda: run(ours, cwd=root / "rag").seconds,
        )
    )


def verifications(references: Path, claims: int, rounds: int) -> Verifications:
    """Return what it takes to verify a report of so many paraphrases, and to do so again."""
    verify = ["-m", "rag", "verify"]
    with tempfile.TemporaryDirectory(prefix="rag-speed-") as name:
        folder = Path(name)
        make_project(folder, references)
        run(["-m", "rag", "ingest"], cwd=folder)
        number, words = write_report(folder, claims)
        first = run(verify, cwd=folder)
        if f"{number} of {number} claims hold" not in first.output:
            sys.exit(f"claims fell that should hold, and were not scored:\n{first.output}")
        again = alternating(rounds, lambda: run(verify, cwd=folder).seconds)[0]
    return Verifications(number, words, first.seconds, again)
