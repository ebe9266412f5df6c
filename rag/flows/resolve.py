"""A conflict between two claims is settled by the user, with the reason on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.flows.adopt import adopt
from rag.flows.commit import commit
from rag.flows.desk import Desk, Turn, in_use, sections_of
from rag.flows.disagreements import disagreements_of
from rag.flows.drafting import draft, stop_at_end
from rag.flows.ingest import check_store, remake
from rag.flows.publish import recover
from rag.flows.sections import Shelf
from rag.flows.standing import Stand, bring_up_to_date, without
from rag.interrupts import held
from rag.types import Entry, Resolution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.flows.disagreements import Disagreement
    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.tools import Tools


def open_conflicts(tools: Tools) -> list[Disagreement]:
    """Return the conflicts of the last edition that nobody has settled."""
    return disagreements_of(tools, sections_of(tools.store.latest()))


def resolve(
    project: Project, tools: Tools, name: str, keep: int | None, reason: str
) -> Iterator[Event]:
    """Settle a conflict: one claim supersedes the other, or both stand.

    Args:
        project: where the files are.
        tools: the wired adapters.
        name: the conflict, as the report and `rag resolve` name it.
        keep: which of the two stands, 1 or 2 in the order of the report; None for both.
        reason: why, for the record.

    Yields:
        What happens, as it happens.

    Raises:
        UsageError: there is no such open conflict.
    """
    yield from recover(project, tools)
    _, reading = project.read_checklist()
    desk = Desk(project, tools, reading.references)
    check_store(tools)
    yield from remake(project, tools)
    yield from adopt(desk)
    found = {item.name: item for item in open_conflicts(tools)}
    if name not in found:
        names = ", ".join(found) or "there are none"
        raise UsageError(f"no open conflict is called {name!r}", advice=f"open conflicts: {names}")
    brought = yield from bring_up_to_date(desk)
    kept, lost = _sides(found[name], keep)

    def settling(keeping: frozenset[str]) -> Stand:
        return _without(brought.keeping(tools, keeping), lost, kept, reason)

    settled = [Resolution(conflict=name, kept=kept, reason=reason)]
    start = settling(frozenset())
    turn = Turn(start.sections, start.entries, refused=brought.refused | lost)
    asked = brought.stale | {
        spec.id for spec in tools.config.outline.sections if spec.form == "conflicts"
    }
    shelf = Shelf(tools)
    closed = frozenset({name})
    with held():
        turn = yield from draft(
            desk, shelf, turn, asked, in_use(desk), as_it_was=settling, settled=closed
        )
        yield from commit(desk, turn, brought, cause=f"resolve {name}", resolved=settled)
    stop_at_end(turn)


def _without(stand: Stand, lost: frozenset[str], kept: str, reason: str) -> Stand:
    """Return the sections without the claims that another one supersedes."""
    left = without(stand.sections, lambda _, claim: reason if claim.id in lost else None)
    entries = (
        Entry(section=it.section, fate="superseded", claim=it.claim, by=kept, reason=it.reason)
        for it in left.entries
    )
    return Stand(left.sections, (*stand.entries, *entries))


def _sides(item: Disagreement, keep: int | None) -> tuple[str, frozenset[str]]:
    if keep is None:
        return "", frozenset()
    kept = item.claims[keep - 1].id
    return kept, frozenset(claim.id for claim in item.claims if claim.id != kept)
