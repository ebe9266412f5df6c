"""A reference is taken back: the claims that lose their last support leave the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.flows.adopt import adopt
from rag.flows.checking import rules_of
from rag.flows.commit import commit
from rag.flows.desk import Desk, Turn, citations_of, in_use
from rag.flows.drafting import draft, stop_at_end
from rag.flows.events import NothingToDo
from rag.flows.ingest import check_store, remake, unknown_reference
from rag.flows.publish import recover
from rag.flows.sections import Shelf
from rag.flows.standing import Stand, bring_up_to_date, replaced, without
from rag.flows.supporting import support_of
from rag.interrupts import held
from rag.stages.verify import ground, stands_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Claim

RETRACT = "retract "
"""How the cause of an edition begins that takes a reference back; its key follows."""


def retract(project: Project, tools: Tools, key: str) -> Iterator[Event]:
    """Remove exactly the claims that stand on nothing but the reference.

    A claim that stands on others keeps standing on those; what is made of the claims that left is
    made anew in the same edition. The reference is not drawn on again until its box is unticked.

    Args:
        project: where the files are.
        tools: the wired adapters.
        key: the reference.

    Yields:
        What happens, as it happens.

    Raises:
        UsageError: neither the checklist nor the store knows the reference.
    """
    yield from recover(project, tools)
    _, reading = project.read_checklist()
    desk = Desk(project, tools, reading.references)
    check_store(tools)
    yield from remake(project, tools)
    yield from adopt(desk)
    known = tools.store.ingested()
    if key not in known and key not in {item.key for item in reading.references}:
        raise unknown_reference(key, [item.reference for item in known.values()])
    latest = tools.store.latest()
    cited = {item.reference_key for item in citations_of(latest.sections if latest else ())}
    if key not in cited and (key in tools.store.retracted() or key not in tools.store.used()):
        yield NothingToDo(reason=f"the report does not stand on {key}")
        return
    brought = yield from bring_up_to_date(desk)

    def taken_back(keeping: frozenset[str]) -> Stand:
        return _without_it(tools, brought.keeping(tools, keeping), key)

    start = taken_back(frozenset())
    turn = Turn(start.sections, start.entries, refused=brought.refused)
    used = [item for item in in_use(desk) if item.key != key]
    shelf = Shelf(tools)
    with held():
        turn = yield from draft(desk, shelf, turn, brought.stale, used, as_it_was=taken_back)
        yield from commit(desk, turn, brought, cause=f"{RETRACT}{key}", retracted=[key])
    stop_at_end(turn)


def _without_it(tools: Tools, stand: Stand, key: str) -> Stand:
    """Return the sections without what stands on nothing but the reference."""
    left = without(stand.sections, lambda _, claim: _leaving(tools, claim, key))
    sections = replaced(left.sections, lambda claim: _standing_on_others(claim, key))
    return Stand(sections, (*stand.entries, *left.entries))


def _leaving(tools: Tools, claim: Claim, key: str) -> str | None:
    rest = [item for item in claim.citations if item.reference_key != key]
    if len(rest) == len(claim.citations):
        return None
    known = tools.store.ingested()
    if any(item.document_id != known[item.reference_key].document_id for item in rest):
        return None  # a stale one that waits for its section: what it stood on cannot be read
    grounds = [ground(item, tools.store.document(item.document_id)) for item in rest]
    if stands_on(claim, grounds, rules_of(tools.config), support_of(tools)):
        return None
    return f"{key} was retracted, and nothing else supports it"


def _standing_on_others(claim: Claim, key: str) -> Claim:
    rest = tuple(item for item in claim.citations if item.reference_key != key)
    return claim.model_copy(update={"citations": rest}) if rest else claim
