"""Affected sections → the next edition: drafted, accounted for, committed, published."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rag.flows.commit import commit
from rag.flows.desk import Turn
from rag.flows.drafting import draft, stop_at_end
from rag.flows.standing import bring_up_to_date
from rag.interrupts import held

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from rag.flows.desk import Desk
    from rag.flows.events import Event
    from rag.flows.sections import Shelf
    from rag.types import Reference, SectionSpec


def write(  # noqa: PLR0913 - one edition, whole
    desk: Desk,
    shelf: Shelf,
    affected: Sequence[SectionSpec],
    used: Sequence[Reference],
    *,
    cause: str,
    key: str = "",
) -> Generator[Event, None, None]:
    """Draft the affected sections and those made of them, then commit and publish.

    Args:
        desk: what the run works with.
        shelf: where the evidence is.
        affected: the sections to draft.
        used: the references whose evidence they may use.
        cause: what makes the edition, as a user would call it.
        key: the reference whose box is ticked with the edition; empty if none is.
    """
    brought = yield from bring_up_to_date(desk)
    whole = brought.stale | desk.tools.store.owed()
    asked = {spec.id for spec in affected} | whole
    start = Turn(brought.sections, brought.entries, refused=brought.refused)
    as_it_was = partial(brought.keeping, desk.tools)
    with held():
        turn = yield from draft(
            desk, shelf, start, asked, used, as_it_was=as_it_was, key=key, stale=whole
        )
        is_committed = not turn.failed or bool(brought.stale & turn.drafted) or turn.differs(start)
        if is_committed:
            yield from commit(desk, turn, brought, cause=cause, key=key)
        else:
            is_begun = bool(key) and (turn.calls > 0 or turn.ended is None)
            left = [(key, item) for item in turn.failed if is_begun]
            desk.tools.store.save_undrafted(left, turn.rejected)
    stop_at_end(turn, key, is_committed=is_committed)
