"""The program of this checkout, run in a process of its own as a user runs it."""

from __future__ import annotations

import json
import os
import re
import shlex
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

    def fails(self, status: int, words: str) -> None:
        """Assert that it ended with this status and one line, in which these words are found."""
        assert self.status == status, self
        assert self.line.startswith("rag: ")
        assert re.search(words, self.line), self.line


_EACH = """
import contextlib, io, json, sys
from rag.cli import main
done = []
for words in json.load(sys.stdin):
    sys.argv = ["rag", *words]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code
    for stream in (out, err):
        stream.flush()
    done.append((status, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()))
print(json.dumps(done))
"""


def environment() -> dict[str, str]:
    """Return an environment in which `python -m rag` is the program of this checkout."""
    return os.environ | {"PYTHONPATH": str(REPOSITORY), "HF_HUB_OFFLINE": "1", "COLUMNS": "100"}


def command(*arguments: str) -> list[str]:
    """Return the command line of the program."""
    return [sys.executable, "-m", "rag", *arguments]


def run(folder: Path, *arguments: str, given: bytes = b"", timeout_s: float = 300) -> Ran:
    """Run the program in a folder, with these bytes on its standard input."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(),
        input=given,
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_each(folder: Path, *lines: str) -> list[Ran]:
    """Run the program once for each command line, one after the other in one process.

    It is what a user sees at a fraction of the time, for commands that share no state but files.
    """
    done = subprocess.run(
        [sys.executable, "-c", _EACH],
        cwd=folder,
        env=environment(),
        input=json.dumps([shlex.split(line) for line in lines]),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Ran(*item) for item in json.loads(done.stdout)]
