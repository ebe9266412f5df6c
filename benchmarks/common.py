"""What the benchmarks share: where data is, how a child process is measured, how a table looks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rag.modelfiles import ModelFolder, find_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = REPOSITORY.parent / "shared" / "data"
MINILM = "sentence-transformers/all-MiniLM-L6-v2"


def required(folder: Path) -> Path:
    """Return the folder, or end the program with one line that says what is missing."""
    if not folder.is_dir():
        sys.exit(f"there is no {folder}: name the folder that has the data (see --help)")
    return folder


def minilm() -> ModelFolder:
    """Return the MiniLM that both sides use where weights are to be the same."""
    return find_model(MINILM, ())


def scratch() -> Path:
    """Return a folder for what is made once and used again (exported models, compiled files)."""
    folder = Path(tempfile.gettempdir()) / "rag-benchmarks"
    folder.mkdir(exist_ok=True)
    return folder


@dataclass(frozen=True)
class Finished:
    """A child process that ended well."""

    seconds: float
    """From start to exit."""
    peak_mb: float
    """Largest resident size."""
    output: str


def run(arguments: Sequence[str], *, cwd: Path) -> Finished:
    """Return how long `python ARGUMENTS` took and how much memory, or end the program."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        # Whoever installed a program has its compiled modules; a checkout may not.
        "PYTHONPYCACHEPREFIX": str(scratch() / "compiled"),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=cwd,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if child.returncode:
        sys.exit(f"{' '.join(arguments)} ended with {child.returncode}:\n{said}")
    return Finished(seconds=seconds, peak_mb=usage.ru_maxrss / 1024, output=said)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alternating(rounds: int, *works: Callable[[], float]) -> list[float]:
    """Return the median of each work's figures, taken in turn, so that noise meets all alike."""
    figures: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        order = range(len(works)) if number % 2 == 0 else reversed(range(len(works)))
        for at in order:
            figures[at].append(works[at]())
    return [median(values) for values in figures]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
