"""The next unchecked reference → the report rewritten, its box ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.flows.adopt import adopt, adopt_again
from rag.flows.desk import Desk, in_use
from rag.flows.edition import write
from rag.flows.events import (
    NothingToDo,
    Planned,
)
from rag.flows.foreseeing import foresee, summed
from rag.flows.ingest import check_store, ingest_one, is_ingested, remake
from rag.flows.presence import check_presence
from rag.flows.publish import recover
from rag.flows.questions import embeds_elsewhere
from rag.flows.sections import Shelf
from rag.flows.standing import staleness
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Reference, SectionSpec

_UNREAD = "{} is not read yet, and reading it asks an embedder that may cost: run `rag ingest`"


def compose(  # noqa: PLR0913 - one parameter an option
    project: Project,
    tools: Tools,
    *,
    every: bool = False,
    section: str | None = None,
    dry_run: bool = False,
    proof: str = "",
) -> Iterator[Event]:
    """Rewrite the report with the next unchecked reference, then tick its box.

    A reference that cannot be read stays unchecked and the run takes the next one.

    Args:
        project: where the files are.
        tools: the wired adapters.
        every: go on until no box is left.
        section: recompose only this section, from all evidence used so far.
        dry_run: draft and write nothing: say which sections may change, from how much evidence,
            and what that would take of a model.
        proof: a proof bundle as JSON, whose history goes with a report that is taken over.

    Yields:
        What happens, as it happens.

    Raises:
        UsageError: `section` is no section of the outline; report.md is not of rag's making.
        RagError: nothing is left to do, and report.md does not show the last edition.
    """
    events = _compose(project, tools, every=every, section=section, dry_run=dry_run, proof=proof)
    yield from summed(events) if dry_run else events


def _compose(  # noqa: PLR0913 - see `compose`
    project: Project,
    tools: Tools,
    *,
    every: bool,
    section: str | None,
    dry_run: bool,
    proof: str,
) -> Iterator[Event]:
    yield from recover(project, tools)
    _, reading = project.read_checklist()
    yield from reading.problems
    check_store(tools)
    if not (dry_run and embeds_elsewhere(tools)):
        yield from remake(project, tools)
    desk = Desk(project, tools, reading.references)
    gone: frozenset[str] = frozenset()
    if not dry_run:
        gone = yield from adopt(desk, proof)
        _, reading = project.read_checklist()  # what the report stands on already is ticked
        desk = desk._replace(references=reading.references)
    if section is not None:
        yield from _recompose(desk, section, dry_run=dry_run)
        return
    waiting = [item for item in reading.references if not item.checked and item.key not in gone]
    if not waiting and not gone:
        check_presence(project, tools)
        stale = staleness(tools)
        left = _none_left(len(reading.references))
        yield NothingToDo(reason=f"{left}; {stale}" if stale else left)
        return
    yield from _take_each(desk, waiting, every=every, dry_run=dry_run)


def _take_each(
    desk: Desk, waiting: Sequence[Reference], *, every: bool, dry_run: bool
) -> Generator[Event, None, None]:
    """Take in the first reference that can be read, or every one."""
    any_done = False
    for reference in waiting:
        done = yield from _take(desk, reference, dry_run=dry_run, is_first=not any_done)
        any_done |= done
        if done and not every:
            return
    if not any_done:  # nothing was written that would have brought a lost report back
        check_presence(desk.project, desk.tools)


def _none_left(references: int) -> str:
    if not references:
        return "references.md lists no reference; add a line such as - [ ] <https://…>"
    return f"none of {references} references is unchecked"


def _take(
    desk: Desk, reference: Reference, *, dry_run: bool, is_first: bool
) -> Generator[Event, None, bool]:
    """Take one reference in, the first of the run or a later one; return if it could be read."""
    store = desk.tools.store
    known = store.ingested()
    if dry_run and embeds_elsewhere(desk.tools):
        if not is_ingested(reference, known):
            yield NothingToDo(reason=_UNREAD.format(reference.key))
            return False
    elif reference.key in store.used() or not is_ingested(reference, known):
        # What was used before: the user took the tick away.
        for event in ingest_one(desk.project, desk.tools, reference, known.get(reference.key)):
            yield event
            if isinstance(event, Skipped):
                return False
    if not dry_run and (yield from adopt_again(desk, reference)):
        return True
    used = in_use(desk, {reference.key})
    shelf = Shelf(desk.tools, is_free=dry_run)
    affected = _affected(desk, shelf, reference, [reference] if store.latest() else used)
    if dry_run:
        yield from _plan(shelf, reference, affected)
        yield from foresee(desk, shelf, affected, used, reference.key, is_first=is_first)
    else:
        cause = f"compose {reference.key}"
        yield from write(desk, shelf, affected, used, cause=cause, key=reference.key)
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
    shelf = Shelf(desk.tools, is_free=dry_run)
    if dry_run:
        for reference in used:
            yield from _plan(shelf, reference, [specs[section]])
        yield from foresee(desk, shelf, [specs[section]], used)
        return
    yield from write(desk, shelf, [specs[section]], used, cause=f"compose --section {section}")
