"""One run at a time, whatever becomes of the other process."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from rag.adapters.lock import exclusive
from rag.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROGRAM = """
import pathlib, sys
from rag.adapters.lock import exclusive
with exclusive(pathlib.Path(sys.argv[1]), command="rag compose"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_run(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock in another process, until its input has a line."""
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_second_run_says_who_is_at_work(tmp_path):
    """Command and process of the holder are named, and the advice is to wait."""
    with (
        another_run(tmp_path) as other,
        pytest.raises(LockedError, match=rf"`rag compose` \(process {other.pid} on .*--wait"),
        exclusive(tmp_path, command="rag ingest"),
    ):
        pass


def test_the_second_run_can_wait(tmp_path):
    """Given time, it goes on as soon as the first one ends."""
    with another_run(tmp_path) as other:
        assert other.stdin
        other.stdin.write("\n")
        other.stdin.flush()
        with exclusive(tmp_path, command="rag ingest", wait_s=20):
            pass


def test_waiting_ends(tmp_path):
    """It waits as long as it was told to, and no longer."""
    before = time.monotonic()
    with (
        another_run(tmp_path),
        pytest.raises(LockedError),
        exclusive(tmp_path, command="rag ingest", wait_s=0.3),
    ):
        pass
    assert time.monotonic() - before >= 0.3


def test_a_killed_run_holds_nothing(tmp_path):
    """The system frees the lock with the process, however it ended."""
    with another_run(tmp_path) as other:
        other.kill()
        other.wait()
    with exclusive(tmp_path, command="rag ingest"):
        pass


def test_an_error_frees_the_lock(tmp_path):
    """What goes wrong inside is not swallowed, and the next run can begin."""
    with pytest.raises(KeyError, match="mine"), exclusive(tmp_path, command="rag ingest"):
        raise KeyError("mine")
    with exclusive(tmp_path, command="rag ingest"):
        pass


def test_a_holder_without_a_name_is_another_run(tmp_path):
    """A record that is missing or torn does not hide that the lock is held."""
    for torn in (b"", b"{", b"[]", b"\xff", b'{"command": 1}'):
        with another_run(tmp_path):
            (tmp_path / "lock.json").write_bytes(torn)
            with (
                pytest.raises(LockedError, match="another run"),
                exclusive(tmp_path, command="rag ingest"),
            ):
                pass
