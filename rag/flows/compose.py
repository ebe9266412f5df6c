"""The next unchecked reference → the report rewritten, its box ticked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from rag.errors import RagError, UsageError
from rag.flows.edition import Desk, in_use, write
from rag.flows.events import (
    Composed,
    Composing,
    Embedding,
    Ingest,
    Kept,
    NothingToDo,
    Planned,
    Reading,
    Recovered,
    SetAside,
    Ticked,
    Unchanged,
)
from rag.flows.ingest import check_store, ingest_one, is_ingested, remake
from rag.flows.publish import read_report, recover
from rag.flows.sections import Shelf
from rag.stages.render import render_report
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Reference, SectionSpec

Event: TypeAlias = (
    Reading
    | Embedding
    | Ingest
    | Unchanged
    | Skipped
    | Composing
    | Composed
    | Planned
    | Kept
    | SetAside
    | Ticked
    | Recovered
    | NothingToDo
)
_FOOTNOTE = re.compile(r"^\[\^([\w.-]+)-[0-9a-f]{6}\]:", re.MULTILINE)


def compose(
    project: Project,
    tools: Tools,
    *,
    every: bool = False,
    section: str | None = None,
    dry_run: bool = False,
) -> Iterator[Event]:
    """Rewrite the report with the next unchecked reference, then tick its box.

    A reference that cannot be read stays unchecked and the run takes the next one.

    Args:
        project: where the files are.
        tools: the wired adapters.
        every: go on until no box is left.
        section: recompose only this section, from all evidence used so far.
        dry_run: draft and write nothing: say which sections would change, from how much evidence.

    Yields:
        What happens, as it happens.

    Raises:
        UsageError: `section` is no section of the outline; report.md is not of rag's making.
    """
    yield from recover(project, tools)
    _, reading = project.read_checklist()
    yield from reading.problems
    check_store(tools)
    yield from remake(project, tools)
    desk = Desk(project, tools, reading.references)
    if section is not None:
        yield from _recompose(desk, section, dry_run=dry_run)
        return
    waiting = [item for item in reading.references if not item.checked]
    if not waiting:
        yield NothingToDo(reason=f"none of {len(reading.references)} references is unchecked")
        return
    adopted = yield from _adopt(desk)
    for reference in waiting:
        done = yield from _take(desk, reference, adopted, dry_run=dry_run)
        if done and not every:
            return


def _take(
    desk: Desk, reference: Reference, adopted: frozenset[str], *, dry_run: bool
) -> Generator[Event, None, bool]:
    """Take one reference in; return whether it could be read."""
    store = desk.tools.store
    known = store.ingested()
    again = reference.key in store.used()  # the user took the tick away
    if again or not is_ingested(reference, known):
        for event in ingest_one(desk.project, desk.tools, reference, known.get(reference.key)):
            yield event
            if isinstance(event, Skipped):
                return False
    used = in_use(desk, adopted | {reference.key})
    shelf = Shelf(desk.tools)
    bringing = [reference] if store.latest() else used
    affected = _affected(desk, shelf, reference, bringing)
    if dry_run:
        yield from _plan(shelf, reference, affected)
    else:
        yield from write(desk, shelf, affected, used, reference.key)
    return True


def _affected(
    desk: Desk, shelf: Shelf, reference: Reference, bringing: Sequence[Reference]
) -> list[SectionSpec]:
    """Return the sections that are to be drafted in the reference's turn.

    Args:
        desk: what the run works with.
        shelf: where the evidence is.
        reference: the one whose turn it is; of a turn begun before, only what is missing is left.
        bringing: the references with evidence that the report does not have yet.
    """
    sections = desk.tools.config.outline.sections
    if missing := desk.tools.store.undrafted().get(reference.key):
        return [spec for spec in sections if spec.id in missing]
    return [spec for spec in sections if any(shelf.evidence(spec, item) for item in bringing)]


def _plan(shelf: Shelf, reference: Reference, affected: Sequence[SectionSpec]) -> Iterator[Event]:
    counts = {spec.id: len(shelf.evidence(spec, reference)) for spec in affected}
    for name, count in counts.items():
        if count:
            yield Planned(key=reference.key, section=name, evidence=count)
    if not any(counts.values()):
        yield NothingToDo(reason=f"{reference.key} brings no evidence")


def _adopt(desk: Desk) -> Generator[Event, None, frozenset[str]]:
    """Return the references that a report without a store already cites, read into the store.

    A clone has report.md but no store: what the report stands on stays in it.

    Raises:
        UsageError: report.md cites none of the checklist's references.
        RagError: a reference that the report stands on cannot be read.
    """
    text = read_report(desk.project)
    if desk.tools.store.latest() is not None or text is None or not text.strip():
        return frozenset()
    cited = {match[1] for match in _FOOTNOTE.finditer(text)}
    adopted = [item for item in desk.references if item.key in cited]
    if not adopted and text != render_report(desk.tools.config.outline, (), {}):
        raise UsageError(
            f"{desk.project.report} was not written by rag",
            advice="move it away: rag writes its own report.md",
        )
    for reference in adopted:
        known = desk.tools.store.ingested()
        if is_ingested(reference, known):
            continue
        for event in ingest_one(desk.project, desk.tools, reference, known.get(reference.key)):
            yield event
            if isinstance(event, Skipped):
                raise RagError(
                    f"report.md stands on {reference.key}, which cannot be read: {event.reason}",
                    advice="mend its locator, or delete report.md to write it without",
                )
    return frozenset(item.key for item in adopted)


def _recompose(desk: Desk, section: str, *, dry_run: bool) -> Generator[Event, None, None]:
    specs = {spec.id: spec for spec in desk.tools.config.outline.sections}
    if section not in specs:
        raise UsageError(
            f"the outline has no section {section!r}",
            advice=f"the sections are: {', '.join(specs)}",
        )
    used = in_use(desk)
    if not used:
        yield NothingToDo(reason="no reference has been used yet; run `rag compose`")
        return
    shelf = Shelf(desk.tools)
    if dry_run:
        for reference in used:
            yield from _plan(shelf, reference, [specs[section]])
        return
    yield from write(desk, shelf, [specs[section]], used)
