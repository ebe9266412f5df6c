"""The program of this checkout, run in a process of its own as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[1]


class Ran(NamedTuple):
    """What a run of the program came to."""

    status: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on standard error."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert len(lines) == 1, f"not one line on standard error:\n{self.err}\n{self.out}"
        return lines[0]


def environment() -> dict[str, str]:
    """Return an environment in which `python -m rag` is the program of this checkout."""
    return os.environ | {"PYTHONPATH": str(REPOSITORY), "HF_HUB_OFFLINE": "1", "COLUMNS": "100"}


def command(*arguments: str) -> list[str]:
    """Return the command line of the program."""
    return [sys.executable, "-m", "rag", *arguments]


def run(folder: Path, *arguments: str, given: bytes = b"") -> Ran:
    """Run the program in a folder, with these bytes on its standard input."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(),
        input=given,
        capture_output=True,
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
