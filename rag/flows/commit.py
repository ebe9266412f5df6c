"""A turn → the next edition, committed and published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.store import Commit
from rag.flows.desk import citations_of, cited_by, sections_of
from rag.flows.events import Kept, Ledger, Ticked
from rag.flows.publish import publish
from rag.flows.standing import own, shown, without
from rag.stages.merge import merge
from rag.stages.render import render_report
from rag.text.footnotes import definitions, keep_footnotes

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from rag.adapters.store import Edition
    from rag.flows.desk import Desk, Turn
    from rag.flows.events import Event
    from rag.flows.standing import Brought
    from rag.stages.merge import Merged
    from rag.types import Outcome, Resolution, Section


WITHHELD = "the user's text stands in its place"


def commit(  # noqa: PLR0913 - one edition, whole
    desk: Desk,
    turn: Turn,
    brought: Brought,
    *,
    cause: str,
    key: str = "",
    retracted: Sequence[str] = (),
    resolved: Sequence[Resolution] = (),
    outcomes: Mapping[str, Outcome] | None = None,
    unticked: Sequence[str] = (),
) -> Generator[Event, None, Edition]:
    """Commit the turn as an edition, with the user's edits in its text, and publish it.

    Args:
        desk: what the run works with.
        turn: the sections and what became of their claims.
        brought: the last edition as it stood when the turn began.
        cause: what makes the edition, as a user would call it.
        key: the reference whose turn it was: its box is ticked unless a section got no draft. If it
            was none's, such a section waits for the next run that drafts.
        retracted: keys of references that the report no longer stands on.
        resolved: conflicts settled with the edition.
        outcomes: other references that are done with it.
        unticked: keys of references whose turn comes again.
    """
    store = desk.tools.store
    report, merged = _merged(desk, turn.sections, brought)
    hidden = _hidden(desk, turn, merged, report)
    if hidden:
        turn = _without(turn, hidden)
        kept = merged.kept
        report, merged = _merged(desk, turn.sections, brought)
        merged = merged._replace(kept=kept)
    if merged.kept:
        yield Kept(lines=merged.kept)
    is_used = any(item.reference_key == key for item in citations_of(turn.sections))
    outcome: Outcome = "used" if is_used else "no material change"
    ticks = bool(key) and not turn.failed
    edition = store.commit_edition(
        Commit(
            before=brought.before,
            report=report,
            text=merged.text,
            sections=turn.sections,
            cause=cause,
            calls=turn.calls,
            outcomes={**(outcomes or {}), **({key: outcome} if ticks else {})},
            rejected=turn.rejected,
            undrafted=tuple((key, item) for item in turn.failed),
            drafted=tuple(sorted(turn.drafted)),
            entries=turn.entries,
            refused=tuple(sorted(turn.refused | hidden)),
            retracted=tuple(retracted),
            resolved=tuple(resolved),
            told=_told(desk, turn),
            unticked=tuple(unticked),
        )
    )
    publish(desk.project, desk.tools, edition)
    if turn.entries:
        yield Ledger(entries=turn.entries, edition=edition.number)
    if ticks:
        old = {item.id: item for item in sections_of(brought.edition)}
        changed = tuple(item.id for item in turn.sections if old.get(item.id) != item)
        yield Ticked(key=key, outcome=outcome, edition=edition.number, sections=changed)
    return edition


def _told(desk: Desk, turn: Turn) -> dict[str, frozenset[str]]:
    """Return which claims of others each section's writer has been shown, of those there are."""
    latest = desk.tools.store.latest()
    told = {**(desk.tools.store.told(latest.number) if latest else {}), **dict(turn.told)}
    there = {claim.id for section in turn.sections for claim in section.claims}
    return {section: claims & there for section, claims in told.items() if claims & there}


def _merged(desk: Desk, sections: Sequence[Section], brought: Brought) -> tuple[str, Merged]:
    """Return the report as rendered, and with the user's edits in it.

    Where the file is gone, or is another, they are those that were committed last.
    """
    last = brought.edition
    report = _rendered(desk, sections, last)
    base, committed = (last.report, last.text) if last else (report, report)
    mine = committed if brought.now is None else brought.now
    merged = merge(base, mine, report)
    # Of a mark that the user left he cannot mean to delete the footnote, though he may reword it.
    text = keep_footnotes(keep_footnotes(merged.text, mine), report)
    return report, merged._replace(text=text)


def _rendered(desk: Desk, sections: Sequence[Section], last: Edition | None) -> str:
    """Return the report as rendered, the footnotes of stale claims as they were.

    Their passages do not stand in what the reference says now: nothing new can be said of them.
    """
    report = render_report(desk.tools.config.outline, sections, cited_by(desk, sections))
    known = desk.tools.store.ingested()
    stale = {
        item.label
        for item in citations_of(sections)
        if item.document_id != known[item.reference_key].document_id
    }
    if not stale or last is None:
        return report
    now, then = definitions(report), definitions(last.report)
    for label in stale & now.keys() & then.keys():
        report = report.replace(now[label], then[label])
    return report


def _hidden(desk: Desk, turn: Turn, merged: Merged, report: str) -> frozenset[str]:
    """Return the ids of claims that the user's text keeps out of the report.

    The ledger holds what the report shows; where both changed a line, the user's stays.
    """
    if not merged.kept:
        return frozenset()
    outline = desk.tools.config.outline
    visible, rendered = shown(merged.text, outline), shown(report, outline)
    return frozenset(
        claim.id
        for at, claim in own(turn.sections)
        if not visible.has(at, claim) and not visible.has_all_of(rendered, at, claim)
    )


def _without(turn: Turn, hidden: frozenset[str]) -> Turn:
    left = without(turn.sections, lambda _, claim: WITHHELD if claim.id in hidden else None)
    return turn._replace(sections=left.sections, entries=(*turn.entries, *left.entries))
