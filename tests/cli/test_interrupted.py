"""Runs that are cut short, that meet another run, or a full disk: nothing is lost."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from program import command, environment, run
from projects import local_project_at

from rag.adapters.lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.models

_START_S = 0.15
"""Python itself takes its first moments to start; nobody can catch a signal then."""


@pytest.fixture(scope="session")
def whole_s(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long an uninterrupted run takes here and now."""
    root = local_project_at(tmp_path_factory.mktemp("whole") / "project").root
    started = time.monotonic()
    assert run(root, "compose", "--all").status == 0
    return time.monotonic() - started


def _cut(root: Path, words: str, how: signal.Signals, after_s: float) -> tuple[int, str]:
    """Run the program, send it a signal after a while; return its status and its last line."""
    process = subprocess.Popen(
        command(*words.split()),
        cwd=root,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    process.send_signal(how)
    _, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    lines = [line for line in err.splitlines() if line.strip()]
    assert len(lines) <= 1, err
    return process.returncode, "".join(lines)


def _moments(seed: int, count: int, whole_s: float) -> list[float]:
    chance = random.Random(seed)  # noqa: S311 - points in time, no secrets
    return [chance.uniform(_START_S, whole_s) for _ in range(count)]


def _cut_often(root: Path, composed: Path, how: signal.Signals, moments: list[float]) -> None:
    """Cut several runs short at random points; assert that a clean run ends as one would have."""
    before = (root / "references.md").read_bytes()
    for number, moment in enumerate(moments):
        words = "compose --all" if number % 3 else "ingest"
        status, line = _cut(root, words, how, moment)
        # Where Python starts and ends, a signal does what it does to any program.
        assert status in {0, 130, -how}, (status, line)
        assert (status == 130) == ("interrupted" in line)
    done = run(root, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    assert (root / "report.md").read_bytes() == (composed / "report.md").read_bytes()
    assert (root / "references.md").read_bytes() == before.replace(b"[ ]", b"[x]")
    assert run(root, "ingest").out.startswith("nothing to do: ")
    assert not [path for path in root.rglob("*.tmp") if how is signal.SIGINT]


@pytest.mark.parametrize("seed", range(4))
def test_ctrl_c(bare: Path, composed: Path, whole_s: float, seed: int) -> None:
    """Ctrl-C at any point ends with one line and 130; a clean run ends with the same report."""
    _cut_often(bare, composed, signal.SIGINT, _moments(seed, 3, whole_s))


@pytest.mark.parametrize("seed", range(4))
def test_killed(bare: Path, composed: Path, whole_s: float, seed: int) -> None:
    """Killed at any instant, nothing is lost: a clean run ends with the same report."""
    _cut_often(bare, composed, signal.SIGKILL, _moments(seed, 3, whole_s))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("seed", range(100, 125))
def test_cut_short_often(
    bare: Path, composed: Path, whole_s: float, how: signal.Signals, seed: int
) -> None:
    """The same over many more points in time."""
    _cut_often(bare, composed, how, _moments(seed, 6, whole_s))


_CALLED_BACK = """
import ctypes, os, signal, sys, time
import click
from rag import cli
from rag.__main__ import main

@click.command
def wait():
    ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), signal.SIGTERM))()
    time.sleep(60)

cli.group.get_command = lambda _, name: wait
sys.argv = ["rag", "wait"]
main()
"""


def test_an_interrupt_that_an_extension_ignores() -> None:
    """An extension that calls back can hand no exception on: Python drops it with many lines."""
    done = subprocess.run(
        [sys.executable, "-c", _CALLED_BACK],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 130
    assert done.stderr.strip() == "rag: interrupted; what was committed stays, the next run goes on"


# --- two runs at once ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ingest", "compose"])
def test_another_run_holds_the_lock(bare: Path, name: str) -> None:
    """The second run exits with 4 and says who is at work; it changes nothing."""
    before = (bare / "references.md").read_bytes()
    (bare / "store").mkdir()
    with exclusive(bare / "store", command="rag compose --all"):
        done = run(bare, name)
    assert done.status == 4
    assert f"`rag compose --all` (process {os.getpid()} on {socket.gethostname()})" in done.line
    assert "--wait" in done.line
    assert (bare / "references.md").read_bytes() == before
    assert not (bare / "report.md").exists()


def test_wait_for_another_run(bare: Path) -> None:
    """With `--wait` the second run begins when the first one ends."""
    (bare / "store").mkdir()
    free = threading.Event()

    def hold() -> None:
        with exclusive(bare / "store", command="rag ingest"):
            held.set()
            free.wait(30)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    release = threading.Timer(1.5, free.set)
    release.start()
    started = time.monotonic()
    done = run(bare, "ingest", "--wait", "60")
    holder.join()
    assert (done.status, done.err) == (0, "")
    assert time.monotonic() - started > 1


def test_reading_needs_no_lock(composed: Path) -> None:
    """Status and questions are answered while another run is at work."""
    with exclusive(composed / "store", command="rag compose"):
        assert run(composed, "status").status == 0
        assert run(composed, "ask", "How much memory does the Beta accelerator have?").status == 0


def test_two_new_stores_at_once(bare: Path) -> None:
    """Two processes that open a project for the first time make one store."""
    processes = [
        subprocess.Popen(
            command("status"),
            cwd=bare,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[1] for process in processes] == [b""] * 4
    assert [process.returncode for process in processes] == [0] * 4


# --- a full disk -----------------------------------------------------------------------------


def _limited(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [1_000, 20_000, 150_000, 300_000])
def test_no_file_may_grow(bare: Path, composed: Path, size: int) -> None:
    """Where files cannot grow the run exits with 6 and one line; with room it ends as ever."""
    done = subprocess.run(
        command("compose", "--all"),
        cwd=bare,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=_limited(size),
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        assert (done.returncode, len(lines)) == (6, 1), done.stderr
        assert "free some space" in lines[0]
    assert run(bare, "compose", "--all").status == 0
    assert (bare / "report.md").read_bytes() == (composed / "report.md").read_bytes()


_ALL = command("compose", "--all")
_FILL = """
mount -t tmpfs -o size=$1 tmpfs "$2" || exit 77
cp -r "$3/." "$2" && cd "$2" || exit 77
"${@:4}"
echo "status $?" >&2
mount -o remount,size=100m "$2" && "${@:4}" && cp report.md "$3/report.md"
"""


@pytest.mark.parametrize("size", ["60k", "400k", "1m"])
def test_full_disk(tmp_path: Path, bare: Path, composed: Path, size: str) -> None:
    """On a full disk the run exits with 6 and one line; with room again it ends as ever."""
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare to mount a small disk with")
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-c", _FILL, "fill", size, disk, bare, *_ALL],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if done.returncode and "status" not in done.stderr:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 2, done.stderr
    assert "free some space" in lines[0]
    assert lines[1] == "status 6"
    assert (bare / "report.md").read_bytes() == (composed / "report.md").read_bytes()
