"""Events on a terminal: a progress display; piped: plain lines."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from rag.flows import events
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rag.types import Value


class Outcome:
    """What a run came to, counted while it is shown."""

    def __init__(self) -> None:
        self.done = 0
        self.skipped = 0

    def exit_status(self, *, strict: bool) -> int:
        """Return 0 when something was done or nothing had to be, else 1."""
        if self.skipped and (strict or not self.done):
            return 1
        return 0


def show(stream: Iterable[Any], *, as_json: bool = False) -> Outcome:
    """Show events as they come, or as JSON when all have come; return what they came to."""
    if as_json:
        return _show_json(stream)
    outcome = Outcome()
    if sys.stdout.isatty() and sys.stderr.isatty():
        _on_terminal(stream, outcome)
    else:
        for event in stream:
            _count(event, outcome)
            if line := line_of(event):
                say(line)
    return outcome


def _show_json(stream: Iterable[Any]) -> Outcome:
    """Print events as a JSON list, each with its name, also those before an error."""
    outcome = Outcome()
    told = []
    try:
        for event in stream:
            _count(event, outcome)
            told.append({"event": type(event).__name__, **event.model_dump(mode="json")})
    finally:
        say(json.dumps(told, indent=2))
    return outcome


def as_json_list(values: Iterable[Value]) -> str:
    """Return values as a JSON list."""
    return json.dumps([item.model_dump(mode="json") for item in values], indent=2)


def say(text: str) -> None:
    """Print a text; whoever read our output may have gone, as `head` does: the work goes on."""
    try:
        click.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _on_terminal(stream: Iterable[Any], outcome: Outcome) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for event in stream:
            _count(event, outcome)
            if line := line_of(event):
                progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
            elif step := _step(event):
                for task in progress.task_ids:
                    progress.remove_task(task)
                progress.add_task(step.words, completed=step.done, total=step.total)


class _Step(NamedTuple):
    """What is being done, and how far it has come."""

    words: str
    done: int = 0
    total: int | None = None


def _step(event: object) -> _Step | None:
    match event:
        case events.Reading():
            return _Step(f"reading {event.key}")
        case events.Embedding():
            return _Step(f"embedding {event.key}", event.done, event.total)
        case events.Composing():
            return _Step(f"composing {event.section}")
    return None


def _count(event: object, outcome: Outcome) -> None:
    if isinstance(event, Skipped):
        outcome.skipped += 1
    elif isinstance(
        event,
        events.Ingest
        | events.Unchanged
        | events.Composed
        | events.Ticked
        | events.NothingToDo
        | events.Planned
        | events.Foreseen
        | events.Adopted
        | events.Ledger
        | events.Restored,
    ):
        outcome.done += 1


def line_of(event: object) -> str:
    """Return the line that stays on the screen for an event; empty if none does."""
    words = _WORDS.get(type(event))
    return words(event) if words else ""


def _composed(event: events.Composed) -> str:
    fell = f", {len(event.rejected)} rejected" if event.rejected else ""
    word = "rewritten" if event.changed else "as it was"
    waits = f", {event.untold} of other sections not shown yet" if event.untold else ""
    return f"  {event.section}: {_counted(event.claims, 'claim')}, {word}{fell}{waits}"


def _taking(event: events.Foreseen | events.ForeseenTotal) -> str:
    how = "counted" if event.is_counted else "estimated"
    read = _range(f"{event.input_least:,}", f"{event.input_most:,}")
    said = _range(f"{event.output_least:,}", f"{event.output_most:,}")
    if isinstance(event, events.Foreseen):
        limit = event.output_from == "limit"
        said += " (the longest reply)" if limit else " (as recorded calls)"
    cost = ""
    if event.cost_least is not None and event.cost_most is not None:
        cost = f", cost {_range(f'{event.cost_least:.4f}', f'{event.cost_most:.4f}')}"
    return f"{read} tokens in ({how}), {said} out{cost}"


def _range(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _ledger(event: events.Ledger) -> str:
    counts = Counter(entry.fate for entry in event.entries)
    told = ", ".join(f"{count} {fate}" for fate, count in counts.items())
    return f"  edition {event.edition}: {told}"


_WORDS: dict[type, Callable[[Any], str]] = {
    events.Ingest: lambda event: (
        f"{event.key}: {_counted(event.chunks, 'chunk')} of {event.title!r}"
    ),
    events.LeftOut: lambda event: f"  left out: {event.what}",
    events.Unchanged: lambda event: f"{event.key}: unchanged",
    Skipped: lambda event: (
        f"skipped {event.subject} ({f'line {event.line}, ' if event.line else ''}{event.stage}): "
        f"{event.reason}"
    ),
    events.Composed: _composed,
    events.Planned: lambda event: (
        f"{event.key} may change {event.section} from {_counted(event.evidence, 'passage')}"
    ),
    events.Foreseen: lambda event: f"  {event.section}: {_taking(event)}",
    events.ForeseenTotal: lambda event: (
        f"in all {_range(str(event.calls), str(event.calls_most))} "
        f"{'call' if event.calls_most == 1 else 'calls'}: "
        f"{_taking(event)}; "
        "corrections and revisions come on top"
        + (f" (not counted: {event.uncounted})" if event.uncounted else "")
    ),
    events.Ticked: lambda event: f"{event.key}: {event.outcome}, edition {event.edition}",
    events.Kept: lambda event: (
        f"your edits stay where the new edition differs: {'; '.join(event.lines)}"
    ),
    events.SetAside: lambda event: f"what report.md held is kept in {event.path}",
    events.Adopted: lambda event: (
        f"report.md is taken over: {_counted(event.claims, 'claim')} of "
        + (", ".join(event.references) or "none")
        + (f", with {_counted(event.editions, 'edition')}" if event.editions else "")
        + (f"; passages not found: {', '.join(event.lost)}" if event.lost else "")
        + (
            f"; yours, as the outline does not have them: {', '.join(event.unplaced)}"
            if event.unplaced
            else ""
        )
    ),
    events.Fallen: lambda event: (
        f"report.md:{event.line}: {event.verdict}: {event.reason}: it stays as your words: "
        + " ".join(event.text.split())
    ),
    events.Deleted: lambda event: (
        f"retired, as you took out of report.md: {_counted(len(event.claims), 'claim')}; "
        f"`rag restore {event.edition}` brings back what was there"
    ),
    events.Stale: lambda event: (
        f"stale: {_counted(len(event.entries), 'claim')}: "
        + "; ".join(" ".join(entry.claim.text.split())[:80] for entry in event.entries)
    ),
    events.Restored: lambda event: (
        f"report.md is edition {event.edition} again"
        + (f", as edition {event.number}" if event.number != event.edition else "")
        + (f"; to be read again: {', '.join(event.unticked)}" if event.unticked else "")
    ),
    events.Ledger: _ledger,
    events.NothingToDo: lambda event: f"nothing to do: {event.reason}",
    events.Recovered: lambda event: f"finished what an earlier run began: {event.what}",
}
