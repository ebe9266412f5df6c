"""An earlier edition is the last one again; a lost report.md is written from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.store import RESTORE, Commit
from rag.errors import UsageError
from rag.files import replace_file
from rag.flows.desk import citations_of
from rag.flows.events import NothingToDo, Restored
from rag.flows.later_words import with_later_words
from rag.flows.publish import publish, read_report, recover, set_aside
from rag.flows.retract import RETRACT
from rag.flows.standing import deleted, own
from rag.types import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.adapters.store import Edition, Store
    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Outcome


def restore(project: Project, tools: Tools, number: int | None = None) -> Iterator[Event]:
    """Write an edition to report.md as it was committed; what the file held is set aside.

    An edition that is not the last one becomes a new one, so that nothing of the history is lost:
    its claims return, also those that the user had deleted since, and later ones are retired. What
    the user wrote since stays in the text where nothing of the edition gives way to it. The
    references are in use again that were in use with it, also those retracted since; those that
    came later are not, and their boxes are unticked, so that the next run takes them again.

    Args:
        project: where the files are.
        tools: the wired adapters.
        number: the edition; the last one if None.

    Yields:
        What happens, as it happens.

    Raises:
        UsageError: there is no such edition, or the store lacks a reference that it stands on.
    """
    yield from recover(project, tools)
    latest = tools.store.latest()
    edition = latest if number is None else tools.store.edition(number)
    if latest is None or edition is None:
        last = f"the editions are 1 to {latest.number}" if latest else "run `rag compose`"
        which = "any edition" if number is None else f"edition {number}"
        raise UsageError(f"the store does not have {which}", advice=last)
    _check_references(tools.store, edition)
    now = read_report(project)
    if now == edition.text and edition.number == latest.number:
        yield NothingToDo(reason=f"report.md is edition {edition.number}")
        return
    if edition.number == latest.number:
        if now is not None:
            yield from set_aside(project, now)
        replace_file(project.report, edition.text.encode("utf-8", "surrogateescape"))
        yield Restored(edition=edition.number, number=edition.number)
        return
    is_report = now is not None and deleted(latest, now, tools.config.outline) is not None
    mine = now if now is not None and is_report else latest.text
    text, is_whole = with_later_words(edition, latest, mine, tools.config.outline)
    if now is not None and not is_report:
        yield from set_aside(project, now)
    if not is_whole:
        yield from set_aside(project, mine)
    again = tools.store.commit_edition(_commit(tools.store, latest, edition, now, text))
    publish(project, tools, again)
    yield Restored(edition=edition.number, number=again.number, unticked=again.unticks)


def _check_references(store: Store, edition: Edition) -> None:
    """Refuse an edition that stands on what the store never read: a clone has only its history."""
    cited = {item.reference_key for item in citations_of(edition.sections)}
    if lacking := sorted(cited - store.ingested().keys()):
        raise UsageError(
            f"edition {edition.number} stands on what the store lacks: {', '.join(lacking)}",
            advice="see to it that references.md lists it, run `rag ingest`, then restore",
        )


def _commit(store: Store, latest: Edition, edition: Edition, now: str | None, text: str) -> Commit:
    cited = frozenset(item.reference_key for item in citations_of(edition.sections))
    then, used = _in_use_with(store, edition), store.used().keys()
    back = (then - used) | (cited & store.retracted())
    outcomes: dict[str, Outcome] = {
        key: "used" if key in cited else "no material change" for key in back
    }
    later = (used | store.undrafted().keys()) - then
    return Commit(
        before=now,
        report=edition.report,
        text=text,
        sections=edition.sections,
        cause=f"{RESTORE}{edition.number}",
        entries=_entries(latest, edition),
        outcomes=outcomes,
        unticked=tuple(sorted(later)),
        welcome=tuple(claim.id for _, claim in own(edition.sections)),
        told=store.told(edition.number),
        drafted=tuple(sorted(store.owed())),  # as they are in the edition, they were not
    )


def _in_use_with(store: Store, edition: Edition) -> frozenset[str]:
    """Return the keys of the references that were in use when an edition had been made."""
    keys: set[str] = set()
    for item in store.editions()[: edition.number]:
        keys |= set(item.ticks)
        keys -= set(item.unticks)
        if item.cause.startswith(RETRACT):
            keys.discard(item.cause.removeprefix(RETRACT))
    return frozenset(keys)


def _entries(latest: Edition, edition: Edition) -> tuple[Entry, ...]:
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
    return tuple(entries)
