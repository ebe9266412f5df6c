"""One project's life: commands, interruptions and documents that change, and its user's edits."""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch

from projects import FakeTools, checklist, project_at

from hostile.edits import EDITS, Page
from hostile.laws import User, broken, cited, look, words
from hostile.world import OUTLINE, Unsteady, World, prose_writer
from rag.errors import RagError
from rag.files import replace_file
from rag.flows.compose import compose
from rag.flows.refresh import refresh
from rag.flows.resolve import open_conflicts, resolve
from rag.flows.retract import retract
from rag.flows.standing import own, staleness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rag.flows.events import Event

    Command = Callable[[], Iterator[Event]]

_INTERRUPTED = 0.08
_UNSTEADY = 0.15
"""The share of drafts that come to no good end."""
_SECTIONS = ("summary", "memory", "training", "conflicts")


class _KilledError(Exception):
    """The machine stopped at this point."""


class Life:
    """A project that is led through random steps; each command is held against the laws.

    Args:
        root: an empty folder.
        seed: decides on everything.
        is_prose: whether a writer arranges all anew each time; else passages are quoted.
    """

    def __init__(self, root: Path, seed: int, *, is_prose: bool) -> None:
        self.log: list[str] = []
        self.played: Counter[str] = Counter()
        self._chance = chance = Random(seed)  # noqa: S311 - a life, no secret
        self._world = World(chance)
        project = project_at(root, checklist(self._world.names))
        (root / "config/report.toml").write_text(OUTLINE, encoding="utf-8")
        writer = prose_writer(chance) if is_prose else None
        self._tools = FakeTools(project, self._world.pages, writer)
        self._writer = Unsteady(self._tools.writer, chance, _UNSTEADY)
        self._tools.writer = self._writer
        self._user = User([], set(), set(), set())
        self._edits = 0
        self._is_cut = True
        """Whether commands are cut short at times."""

    def lead(self, steps: int) -> list[str]:
        """Return the laws that the first command broke which broke any."""
        faults = self._compose()
        for _ in range(steps):
            if faults:
                break
            faults = self._step()
        faults = faults or self._rest()
        self._tools.store.close()
        return faults

    def _step(self) -> list[str]:
        step = self._chance.choices(
            [self._edit, self._compose, self._refresh, self._retract, self._resolve],
            weights=[10, 7, 4, 1, 1],
        )[0]
        return step()

    # --- commands ---------------------------------------------------------------------------------

    def _compose(self) -> list[str]:
        section = self._chance.choice(_SECTIONS) if self._chance.random() < 0.2 else None
        name = "compose" if section is None else "compose one section"
        return self._run(name, lambda: compose(self._tools.project, self._tools, section=section))

    def _refresh(self) -> list[str]:
        self._world.change()
        return self._run("refresh", lambda: refresh(self._tools.project, self._tools))

    def _retract(self) -> list[str]:
        key = self._chance.choice(self._world.names)
        return self._run("retract", lambda: retract(self._tools.project, self._tools, key))

    def _resolve(self) -> list[str]:
        found = open_conflicts(self._tools) if self._tools.store.latest() else ()
        if not found:
            return []
        name, keep = self._chance.choice(found).name, self._chance.choice([1, 2, None])
        return self._run(
            "resolve", lambda: resolve(self._tools.project, self._tools, name, keep, "because")
        )

    def _run(self, name: str, command: Command) -> list[str]:
        before = look(self._tools)
        events: list[object] = []
        self._note_down(name)
        try:
            if self._is_cut and self._chance.random() < _INTERRUPTED:
                self._interrupt(command, events)
            else:
                events.extend(command())
        except (RagError, KeyboardInterrupt) as error:
            self.log.append(f"  {error!r}")
        self.log += [f"  {event}"[:300] for event in events]
        return list(broken(before, self._tools, self._user, events))

    def _interrupt(self, command: Command, events: list[object]) -> None:
        """Run a command until the user, or a power cut before a file is written, ends it."""
        if self._chance.random() < 0.5:
            running = command()
            for event, _ in zip(running, range(self._chance.randint(0, 12)), strict=False):
                events.append(event)
            getattr(running, "close", lambda: None)()
            self._note_down("  interrupted")
            return
        left = self._chance.randint(0, 1)

        def killed(path: Path, content: bytes) -> None:
            nonlocal left
            if not left:
                raise _KilledError
            left -= 1
            replace_file(path, content)

        with patch("rag.flows.publish.replace_file", killed):
            try:
                events.extend(command())
            except _KilledError:
                self._note_down("  killed")

    def _rest(self) -> list[str]:
        """Compose all that is open, and read all again; nothing waits any more then."""
        project, tools = self._tools.project, self._tools
        self._writer.share = 0
        for command in (partial(compose, every=True), refresh):
            faults = self._run("rest", partial(command, project, tools))
            if faults:
                return faults
        self._is_cut = False
        if faults := self._run("rest", partial(refresh, project, tools)):
            return faults
        return [f"it waits: {waits}"] if (waits := staleness(tools)) else []

    # --- the user ---------------------------------------------------------------------------------

    def _edit(self) -> list[str]:
        report = self._tools.project.report
        if not report.exists():
            return []
        text = report.read_bytes().decode()
        ends = "\r\n" if "\r\n" in text else "\n"
        if self._chance.random() < 0.05:
            self._note_down("line ends")
            new = "\n" if ends == "\r\n" else "\r\n"
            report.write_bytes(text.replace(ends, new).encode())
            self._user.notes[:] = [note.replace(ends, new) for note in self._user.notes]
            return []
        self._edits += 1
        page = Page(text.replace("\r\n", "\n"), self._edits, self._chance)
        edit = self._chance.choice(EDITS)
        edited = edit(page) if page.own else None
        if edited is None:
            return []
        self._note_down(f"{edit.__name__}")
        self._remember(text, edited.text.replace("\n", ends), edited.note.replace("\n", ends))
        return []

    def _remember(self, before: str, after: str, note: str) -> None:
        """Write the report, and keep in mind what the user did to it."""
        user = self._user
        self._tools.project.report.write_bytes(after.encode())
        there = cited(after, self._tools)
        was = cited(before, self._tools)
        latest = self._tools.store.latest()
        known = {words(claim) for _, claim in own(latest.sections if latest else ())}
        user.touched.update(was - there, known - there.keys())
        user.copied.update(said for said in there if there[said] > max(1, was[said]))
        if note:
            user.notes.append(note)
        # What he took out again himself is not lost.
        user.notes[:] = [own_words for own_words in user.notes if own_words in after]

    def _note_down(self, what: str) -> None:
        self.played[what.strip()] += 1
        self.log.append(what)
