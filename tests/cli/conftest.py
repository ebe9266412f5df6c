"""The program, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from projects import local_project_at

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parents[2]


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


@pytest.fixture(scope="session")
def rag() -> Callable[..., Ran]:
    """Run the program in a folder: `rag(folder, "ask", "Why?", given=b"")`."""

    def run(folder: Path, *arguments: str, given: bytes = b"") -> Ran:
        done = subprocess.run(
            command(*arguments),
            cwd=folder,
            env=environment(),
            input=given,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A project with four references in files, nothing read yet."""
    return local_project_at(tmp_path / "project").root


@pytest.fixture(scope="session")
def composed(tmp_path_factory: pytest.TempPathFactory, rag: Callable[..., Ran]) -> Path:
    """A project whose references are all used; tests read it and change nothing."""
    root = local_project_at(tmp_path_factory.mktemp("composed") / "project").root
    done = rag(root, "compose", "--all")
    assert done.status == 0, done.err
    return root
