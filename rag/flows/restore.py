"""An earlier edition is the last one again; a lost report.md is written from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.store import Commit
from rag.errors import UsageError
from rag.files import replace_file
from rag.flows.desk import citations_of
from rag.flows.events import NothingToDo, Restored, SetAside
from rag.flows.publish import publish, read_report, recover, set_aside
from rag.flows.standing import own
from rag.types import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.adapters.store import Edition, Outcome
    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.tools import Tools


def restore(project: Project, tools: Tools, number: int | None = None) -> Iterator[Event]:
    """Write an edition to report.md as it was committed; what the file held is set aside.

    An edition that is not the last one becomes a new one, so that nothing of the history is lost:
    its claims return, also those that the user had deleted since, and later ones are retired.

    Args:
        project: where the files are.
        tools: the wired adapters.
        number: the edition; the last one if None.

    Yields:
        What happens, as it happens.

    Raises:
        UsageError: there is no such edition.
    """
    yield from recover(project, tools)
    latest = tools.store.latest()
    edition = latest if number is None else tools.store.edition(number)
    if latest is None or edition is None:
        last = f"the editions are 1 to {latest.number}" if latest else "run `rag compose`"
        which = "any edition" if number is None else f"edition {number}"
        raise UsageError(f"the store does not have {which}", advice=last)
    now = read_report(project)
    if now == edition.text and edition.number == latest.number:
        yield NothingToDo(reason=f"report.md is edition {edition.number}")
        return
    if now is not None and now not in {edition.text, latest.text}:
        yield SetAside(path=str(set_aside(project, now)))
    if edition.number == latest.number:
        replace_file(project.report, edition.text.encode("utf-8", "surrogateescape"))
        yield Restored(edition=edition.number, number=edition.number)
        return
    cited = {item.reference_key for item in citations_of(edition.sections)}
    # What it stands on is in use again, if it was retracted meanwhile.
    reinstated: dict[str, Outcome] = dict.fromkeys(cited & tools.store.retracted(), "used")
    again = tools.store.commit_edition(_commit(latest, edition, now, reinstated))
    publish(project, tools, again)
    yield Restored(edition=edition.number, number=again.number)


def _commit(
    latest: Edition, edition: Edition, now: str | None, reinstated: dict[str, Outcome]
) -> Commit:
    current = {claim.id: (section, claim) for section, claim in own(latest.sections)}
    wanted = {claim.id: (section, claim) for section, claim in own(edition.sections)}
    reason = f"edition {edition.number} was restored"
    entries = [
        Entry(section=section.id, fate="retired", claim=claim, reason=reason)
        for name, (section, claim) in current.items()
        if name not in wanted
    ]
    entries += [
        Entry(section=section.id, fate="returned", claim=claim, reason=reason)
        for name, (section, claim) in wanted.items()
        if name not in current
    ]
    return Commit(
        before=now,
        report=edition.report,
        text=edition.text,
        sections=edition.sections,
        cause=f"restore {edition.number}",
        entries=tuple(entries),
        outcomes=reinstated,
        welcome=tuple(wanted),
    )
