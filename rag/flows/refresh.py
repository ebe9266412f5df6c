"""References are read again, and the report reconciled with what they say now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.flows.adopt import adopt
from rag.flows.desk import Desk, cited_by, in_use
from rag.flows.edition import write
from rag.flows.events import Ingest, NothingToDo, Stale, Unchanged
from rag.flows.ingest import ingest
from rag.flows.presence import check_presence
from rag.flows.publish import recover
from rag.flows.sections import Shelf
from rag.flows.standing import reread
from rag.stages.render import render_report
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator

    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.tools import Tools


def refresh(project: Project, tools: Tools, *, only: Collection[str] = ()) -> Iterator[Event]:
    """Read references again, and write anew what their changes touch.

    A claim whose passage is still there, even moved, stays as it is and costs no writer's call;
    one whose passage changed or vanished is stale, and its section is written anew.

    Args:
        project: where the files are.
        tools: the wired adapters.
        only: reference keys; the others are left alone. All if empty.

    Yields:
        What happens, as it happens.

    Raises:
        RagError: nothing is left to do, and report.md does not show the last edition.
    """
    yield from recover(project, tools)
    _, reading = project.read_checklist()
    desk = Desk(project, tools, reading.references)
    yield from adopt(desk)
    any_read = yield from _read(project, tools, only)
    latest = tools.store.latest()
    if latest is None:
        yield NothingToDo(reason="there is no report yet; run `rag compose`")
        return
    found = reread(tools, latest.sections)
    if found.entries:
        yield Stale(entries=found.entries)
    outline = tools.config.outline
    rendered = render_report(outline, found.sections, cited_by(desk, found.sections))
    owed = tools.store.owed() & {spec.id for spec in outline.sections}
    if found.sections == latest.sections and rendered == latest.report and not owed:
        check_presence(project, tools)
        if any_read:
            yield NothingToDo(reason="the report stands as it is")
        return
    cause = " ".join(("refresh", *only))
    yield from write(desk, Shelf(tools), [], in_use(desk), cause=cause)


def _read(project: Project, tools: Tools, only: Collection[str]) -> Generator[Event, None, bool]:
    """Read references again; return whether any could be, or there was none to read."""
    seen = []
    for event in ingest(project, tools, only=only, refresh=True):
        yield event
        seen.append(event)
    return not any(isinstance(item, Skipped) for item in seen) or any(
        isinstance(item, Ingest | Unchanged) for item in seen
    )
