"""A run in a process of its own that is killed: at an instant, behind an event, before a write.

As a script: `python killing.py ROOT COMMAND [ARGUMENT] [--behind EVENT | --before WRITE]`. The
store, the index and the files are real; the embedder and the reranker are fakes, so that starting
takes a moment and most instants fall into the work itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from program import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects import FakeTools

_WRITES = frozenset("execute executemany executescript fsync write rename replace unlink".split())
"""Names of the functions in C by which anything reaches the disk."""
_TIMEOUT_S = 120


class Death(NamedTuple):
    """What is to be known of a run that was killed, or came to its end."""

    killed: bool
    took_s: float
    """Seconds from the beginning of the work."""
    said: str


def run(root: Path, *words: str, after_s: float | None = None) -> Death:
    """Run a command in a process of its own and kill it, `after_s` seconds after it began to work.

    Args:
        root: the project.
        words: the command line of the script.
        after_s: when to kill it; it is not killed from outside if None.
    """
    tests = REPOSITORY / "tests"
    with subprocess.Popen(
        [sys.executable, str(Path(__file__)), str(root), *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(tests)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        first = process.stdout.readline()
        began = time.monotonic()
        if after_s is not None:
            time.sleep(after_s)
            process.kill()
        out = process.stdout.read()
        status = process.wait(_TIMEOUT_S)
    took = time.monotonic() - began
    assert first == "begun\n", first + out
    assert status in {0, -signal.SIGKILL}, out
    return Death(status != 0, took, out)


def open_tools(root: Path) -> FakeTools:
    """Return tools for a project with files: the real store and the real index, fake models."""
    from projects import FakeTools  # noqa: PLC0415 - what only the script's process needs

    from rag.adapters.chroma import ChromaIndex  # noqa: PLC0415
    from rag.flows.project import Project  # noqa: PLC0415

    project = Project(root=root)
    project.store.mkdir(exist_ok=True)
    tools = FakeTools(project, {})
    tools.index = ChromaIndex(project.store, exact_below=50_000)
    return tools


def events_of(tools: FakeTools, command: str, argument: str = "") -> Iterator[Any]:
    """Return what happens when a command runs."""
    # Here, since the script is slow enough to start without the ones it does not run.
    from rag.flows.compose import compose  # noqa: PLC0415
    from rag.flows.ingest import ingest  # noqa: PLC0415
    from rag.flows.refresh import refresh  # noqa: PLC0415
    from rag.flows.restore import restore  # noqa: PLC0415
    from rag.flows.retract import retract  # noqa: PLC0415

    project = tools.project
    if command == "ingest":
        return ingest(project, tools)
    if command == "compose":
        return compose(project, tools, every=True)
    if command == "retract":
        return retract(project, tools, argument)
    if command == "refresh":
        return refresh(project, tools)
    return restore(project, tools, int(argument))


def _die_before(number: int) -> None:
    """Kill this process before its n-th write; if there are fewer, `count` says how many."""
    count = [0]

    def watch(_frame: object, event: str, function: Any) -> None:
        if event != "c_call" or function.__name__ not in _WRITES:
            return
        if isinstance(getattr(function, "__self__", None), str | bytes | type(sys.stdout)):
            return
        count[0] += 1
        if count[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)
    _die_before.count = count  # type: ignore[attr-defined]


def main(root: str, command: str, *words: str) -> None:
    """Run a command of the script's command line."""
    named = dict(zip(words[-2::2], words[-1::2], strict=True)) if "--" in "".join(words) else {}
    argument = words[0] if words and not words[0].startswith("--") else ""
    tools = open_tools(Path(root))
    stream = events_of(tools, command, argument)
    print("begun", flush=True)  # noqa: T201 - whoever kills it waits for the word
    if "--before" in named:
        _die_before(int(named["--before"]))
    number = 0
    for number, _ in enumerate(stream, start=1):
        if number == int(named.get("--behind", 0)):
            os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(None)
    writes = getattr(_die_before, "count", [0])[0]
    print(number, writes)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
