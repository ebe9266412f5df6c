"""SIGKILL at any instant, behind any event, before any write: what is left agrees.

Report, boxes, ledger and index agree after the next start, and the command run again ends as if
nothing had happened.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

import pytest
from agreement import faults, in_chroma, start
from killing import events_of, open_tools, run
from projects import NAMES, local_project_at

if TYPE_CHECKING:
    from pathlib import Path

_COMMANDS = ("ingest", "compose", "retract beta", "refresh", "restore 1")
_CHANGED = (
    "The Beta accelerator has 144 GB of memory on each chip, which is more than it had before."
)

_ATTEMPTS = 4


class Case(NamedTuple):
    """A command with the project that it starts from, and what it comes to."""

    words: tuple[str, ...]
    before: Path
    took_s: float
    events: int
    writes: int
    report: bytes
    boxes: bytes


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Each command, run to its end once."""
    folder = tmp_path_factory.mktemp("cases")
    bare = local_project_at(folder / "bare").root
    composed = _copy(bare, folder / "composed")
    run(composed, "compose")
    changed = _copy(composed, folder / "changed")
    page = changed / "beta.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    lines = [_CHANGED if "141 GB" in line else line for line in lines]
    page.write_text("\n".join(["New words above.", "", *lines, ""]), encoding="utf-8")
    roots = dict(zip(_COMMANDS, (bare, bare, composed, changed, composed), strict=True))
    return {command: _case(command, root, folder) for command, root in roots.items()}


def _copy(root: Path, to: Path) -> Path:
    shutil.copytree(root, to)
    return to


def _case(command: str, before: Path, folder: Path) -> Case:
    words = tuple(command.split())
    root = _copy(before, folder / f"done-{words[0]}")
    done = run(root, *words, "--before", "0")
    events, writes = map(int, done.said.split())
    assert events
    assert writes
    files = (root / "report.md", root / "references.md")
    report, boxes = (path.read_bytes() if path.exists() else b"" for path in files)
    return Case(words, before, done.took_s, events, writes, report, boxes)


def _agrees(case: Case, root: Path) -> None:
    """Assert that all agrees after the next start, and that the command ends as it would have."""
    tools = start(root)
    assert not list(faults(tools))
    list(events_of(tools, *case.words))
    assert not list(faults(tools))
    known = {item.id for name in tools.store.chunk_counts() for item in tools.store.chunks(name)[0]}
    _close(tools)
    assert known <= in_chroma(root / "store")
    assert (root / "references.md").read_bytes() == case.boxes
    report = root / "report.md"
    assert (report.read_bytes() if report.exists() else b"") == case.report


def _close(tools: object) -> None:
    tools.store.close()
    tools.index.close()


def _killed_at_random(cases: dict[str, Case], folder: Path, seed: int) -> int:
    """Kill one run of each command and check what is left; return how many were killed in time.

    A run that came to its end first is tried again, a few times.
    """
    killed = 0
    for number, case in enumerate(cases.values()):
        for attempt in range(_ATTEMPTS):
            chance = random.Random(f"{seed}/{number}/{attempt}")  # noqa: S311 - no secrets
            root = _copy(case.before, folder / f"{seed}-{number}-{attempt}")
            if seed % 2:
                death = run(root, *case.words, "--before", str(chance.randint(1, case.writes)))
            else:
                death = run(root, *case.words, after_s=chance.uniform(0, case.took_s))
            _agrees(case, root)
            if death.killed:
                killed += 1
                break
    return killed


def test_the_commands_change_what_they_should(cases: dict[str, Case]) -> None:
    """What is killed is work: each command but `ingest` leaves another report."""
    assert not cases["ingest"].report
    reports = [case.report for case in cases.values()]
    assert len(set(reports)) == len(reports)
    assert b"144 GB" in cases["refresh"].report
    assert b"Beta" not in cases["retract beta"].report
    assert cases["compose"].boxes.count(b"[x]") == len(NAMES)
    assert cases["restore 1"].boxes.count(b"[x]") == 1


@pytest.mark.parametrize(
    ("tampered", "said"),
    [
        ("report", "report.md is not the last edition"),
        ("box", "used and not ticked"),
        ("tick", "ticked and was never used"),
        ("index", "the index lacks chunks of beta"),
        ("edition", "is not published"),
    ],
)
def test_what_does_not_agree_is_seen(
    cases: dict[str, Case], tmp_path: Path, tampered: str, said: str
) -> None:
    """The check that killing is held to sees each kind of disagreement."""
    root = _copy(cases["restore 1"].before, tmp_path / "project")
    tools = open_tools(root)
    assert not list(faults(tools))
    for name, old, new in (
        ("report", "Beta", "Gamma"),
        ("references", "[x]" if tampered == "box" else "[ ]", "[ ]"),
    ):
        if tampered in {"report", "box"}:
            path = root / f"{name}.md"
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    if tampered == "tick":
        path = root / "references.md"
        more = "- [x] [More](more.md)\n"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    if tampered == "index":
        tools.index.remove([tools.store.ingested()["beta"].document_id])
    if tampered == "edition":
        with contextlib.closing(sqlite3.connect(root / "store/rag.db")) as database, database:
            database.execute("UPDATE edition SET published = 0 WHERE number = 2")
    assert [line for line in faults(tools) if said in line]
    _close(tools)


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random(cases: dict[str, Case], tmp_path: Path, seed: int) -> None:
    """Killed at a random instant or before a random write, nothing is lost or half-written."""
    _killed_at_random(cases, tmp_path, seed)


@pytest.mark.parametrize("command", _COMMANDS)
def test_dropped_behind_every_event(cases: dict[str, Case], tmp_path: Path, command: str) -> None:
    """Dropped behind any event, with nothing closed, the next start finds all that agrees."""
    case = cases[command]
    for number in range(1, case.events + 1):
        root = _copy(case.before, tmp_path / str(number))
        tools = open_tools(root)
        stream = events_of(tools, *case.words)
        for _ in range(number):
            next(stream)
        tools.index.close()  # a thread that is adding to it would die with a killed process
        _agrees(case, root)
        stream.close()
        _close(tools)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_killed_often(
    cases: dict[str, Case], tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same three hundred times: sixty of each command."""
    killed = _killed_at_random(cases, tmp_path, seed)
    with capsys.disabled():
        print(f"\n{killed} of {len(cases)} killed")  # noqa: T201 - the figure is the outcome


@pytest.mark.slow
@pytest.mark.parametrize("command", _COMMANDS)
def test_killed_behind_every_event(cases: dict[str, Case], tmp_path: Path, command: str) -> None:
    """Killed behind any event, the next start finds all that agrees."""
    case = cases[command]
    for number in range(1, case.events + 1):
        root = _copy(case.before, tmp_path / str(number))
        assert run(root, *case.words, "--behind", str(number)).killed
        _agrees(case, root)
