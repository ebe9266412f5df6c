"""Affected sections → the next edition: drafted, accounted for, committed, published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.flows.commit import commit
from rag.flows.desk import Turn
from rag.flows.drafting import draft, stop_at_end
from rag.flows.standing import bring_up_to_date
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence

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
    asked = {spec.id for spec in affected} | brought.stale
    start = Turn(brought.sections, brought.entries, refused=brought.refused)
    turn = yield from draft(desk, shelf, start, asked, used, key=key, stale=brought.stale)
    lost = [item for item in turn.failed if item.subject in brought.stale]
    # Its old claims stand in a text that is gone, so there is nothing to fall back on.
    is_committed = not (lost or (turn.failed and turn.sections == start.sections))
    if not is_committed:
        is_begun = bool(key) and (turn.calls > 0 or turn.ended is None)
        left = _undrafted(turn, asked, lost) if is_begun else ()
        desk.tools.store.save_undrafted([(key, item) for item in left], turn.rejected)
    else:
        yield from commit(desk, turn, brought, cause=cause, key=key)
    stop_at_end(turn, key, is_committed=is_committed)


def _undrafted(turn: Turn, asked: Collection[str], lost: Sequence[Skipped]) -> Sequence[Skipped]:
    """Return the sections that lack a draft: all that were asked for, if nothing is committed."""
    if not lost:
        return turn.failed
    why = lost[0].reason
    return [Skipped(subject=name, stage="draft", reason=why) for name in sorted(asked)]
