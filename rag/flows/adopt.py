"""A report.md without its store → the first edition: claims read back, passages found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import RagError, UsageError
from rag.flows.bundle import check
from rag.flows.commit import commit
from rag.flows.desk import Turn, citations_of
from rag.flows.events import Adopted, Fallen
from rag.flows.found_again import Finder
from rag.flows.ingest import ingest_one, is_ingested
from rag.flows.publish import publish, read_report
from rag.flows.standing import Brought, own, reread
from rag.stages.readback import read_back
from rag.stages.render import render_report
from rag.types import Entry, Reference, Skipped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from rag.flows.bundle import Proved
    from rag.flows.desk import Desk
    from rag.flows.events import Event
    from rag.flows.found_again import Fall
    from rag.stages.readback import ReadReport
    from rag.types import Claim, Outcome, Section

CAUSE = "adopt report.md"


def adopt(desk: Desk, proof: str = "") -> Generator[Event, None, frozenset[str]]:
    """Take a report that the store does not know for the last edition.

    A clone has report.md but no store: the references that it cites are read again, and its
    quotations found in them; those that are found are in use, and their boxes are ticked without
    a draft. What cannot be found is named, and so is a claim that its passages do not have as it
    stands; both stay in the file as the user's words, and the reference's box is opened: what it
    says now is in no draft yet.

    Args:
        desk: what the run works with.
        proof: a proof bundle of the report, as JSON: it brings the report's history along, and
            the last of its editions is the last edition.

    Returns:
        Keys of references that the report cites and that are gone: their claims are lost.

    Raises:
        UsageError: report.md cites none of the checklist's references, or most of its footnotes are
            missing, or the proof does not hold.
        RagError: a reference that the report stands on cannot be read and may be there later, or
            all are gone.
    """
    outline = desk.tools.config.outline
    text = read_report(desk.project)
    if desk.tools.store.latest() is not None or text is None or not text.strip():
        return frozenset()
    if text == render_report(outline, (), {}):
        return frozenset()
    report = read_back(text, outline)
    cited = {note.reference_key for note in report.footnotes}
    listed = [item for item in desk.references if item.key in cited]
    if not listed:
        raise UsageError(
            f"{desk.project.report} was not written by rag",
            advice="move it away: rag writes its own report.md",
        )
    _check_footnotes(desk, report)
    if proof and (bundle := _proof(proof, text)).history.editions:
        yield from _take_over(desk, bundle)
        return frozenset()
    failed = yield from _read_again(desk, listed)
    if len(failed) == len(listed):
        raise _unreadable(failed, "move report.md away to begin anew")
    if not all(item.gone for item in failed):
        line = "its line" if len(failed) == 1 else "their lines"
        without = f"delete {line} in references.md: what stood on it stays as your words"
        raise _unreadable(failed, without)
    finder = Finder(desk, report)
    sections = tuple(finder.sections())
    wanting = _wanting(report, finder, sections)
    whole = [item.key for item in listed if item.key not in wanting]
    fallen = tuple((fall.section, fall.rejected) for fall in finder.fallen)
    turn = Turn(sections, _added(own(sections)), rejected=fallen)
    yield Adopted(
        claims=len(turn.entries),
        references=tuple(whole),
        lost=tuple(finder.lost),
        unplaced=_unplaced(report),
    )
    yield from map(_fallen, finder.fallen)
    again = [item.key for item in listed if item.key in wanting]
    yield from _commit(desk, turn, text, whole, again)
    return frozenset(item.subject for item in failed)


def _unplaced(report: ReadReport) -> tuple[str, ...]:
    """Return the titles of the sections with citations that the outline does not have."""
    titles = (
        section.title
        for section in report.sections
        if not section.id
        and any(item.is_cited for block in section.blocks for item in block.claims)
    )
    return tuple(dict.fromkeys(titles))


def _check_footnotes(desk: Desk, report: ReadReport) -> None:
    """Refuse a report that was cut off: what lost its footnotes would be drafted beside itself."""
    marks = {label for claim in report.claims() for label in claim.labels}
    lacking = marks - {note.label for note in report.footnotes}
    if 2 * len(lacking) > len(marks):
        raise UsageError(
            f"{desk.project.report} lacks {len(lacking)} of the {len(marks)} footnotes that it "
            "refers to, as if it had been cut off",
            advice="bring the whole file back, as from git; or move it away to begin anew",
        )


def adopt_again(desk: Desk, reference: Reference) -> Generator[Event, None, bool]:
    """Take over what was lost of a reference when report.md was, and is found now.

    The words stand in the text still; drafted anew they would stand there twice.

    Args:
        desk: what the run works with; the reference is in the store.
        reference: one that is not in use.

    Returns:
        Whether all that the report cites of it was found: it is in use then, its box ticked.
    """
    store, text = desk.tools.store, read_report(desk.project)
    latest, first = store.latest(), store.edition(1)
    if latest is None or first is None or first.cause != CAUSE or text is None:
        return False
    report = read_back(text, desk.tools.config.outline)
    ever = {item.label for _, entry in store.entries() for item in entry.claim.citations}
    labels = {note.label for note in report.footnotes if note.reference_key == reference.key}
    if reference.key in store.used() or not labels - ever:
        return False
    finder = Finder(desk, report)
    turn = _grown(latest.sections, tuple(finder.sections()), labels - ever)
    if not turn.entries:
        return False
    lost = [label for label in finder.lost if label in labels]
    whole = [] if lost else [reference.key]
    yield Adopted(claims=len(turn.entries), references=tuple(whole), lost=tuple(lost))
    yield from _commit(desk, turn, text, whole)
    return not lost


def _grown(before: Sequence[Section], found: tuple[Section, ...], labels: set[str]) -> Turn:
    """Return the sections as they are found in the text, with the claims that are new in them.

    None are where the user has changed other claims since: that is not for an adoption to settle.
    """
    had = {claim.id for _, claim in own(before)}
    now = {claim.id: (section, claim) for section, claim in own(found)}
    new = [now[name] for name in now if name not in had]
    is_known = all(any(item.label in labels for item in claim.citations) for _, claim in new)
    return Turn(found, _added(new)) if had <= now.keys() and is_known else Turn(tuple(before))


def _added(claims: Iterable[tuple[Section, Claim]]) -> tuple[Entry, ...]:
    return tuple(
        Entry(section=section.id, fate="added", claim=claim, reason="adopted")
        for section, claim in claims
    )


def _commit(
    desk: Desk, turn: Turn, text: str, whole: Sequence[str], again: Sequence[str] = ()
) -> Generator[Event, None, None]:
    """Commit what was taken over; the text stays as it is, byte for byte."""
    outcomes: dict[str, Outcome] = dict.fromkeys(whole, "used")
    brought = Brought(None, text, text)
    yield from commit(desk, turn, brought, cause=CAUSE, outcomes=outcomes, unticked=again)


def _wanting(report: ReadReport, finder: Finder, sections: Sequence[Section]) -> set[str]:
    """Return the keys of references that are not taken over whole: their turn comes again.

    They are those with a passage that is lost, and those whose claims all fell. Where only some
    fell, every passage was found, and the user's words stand in their place as after any edit.
    """
    lost = {note.reference_key for note in report.footnotes if note.label in finder.lost}
    fallen = {
        note.reference_key
        for note in report.footnotes
        for fall in finder.fallen
        if any(item.evidence == note.label for item in fall.rejected.claim.citations)
    }
    return lost | (fallen - {item.reference_key for item in citations_of(sections)})


def _fallen(fall: Fall) -> Fallen:
    return Fallen(
        line=fall.line,
        section=fall.section,
        text=fall.rejected.claim.text,
        verdict=fall.rejected.verdict,
        reason=fall.rejected.reason,
    )


def _proof(proof: str, text: str) -> Proved:
    found = check(proof)
    if found.problems or found.bundle.report != text:
        reason = found.problems[0].reason if found.problems else "it is of another report"
        raise UsageError(f"the bundle does not prove report.md: {reason}", advice="leave it out")
    return found


def _take_over(desk: Desk, proved: Proved) -> Generator[Event, None, None]:
    """Go on where another store stopped: its history is this one's.

    What its report stands on is read again, from where the bundle has it if the checklist has it no
    more. What does not stand there is stale, and the next run that writes says so. A reference that
    was in use and is not cited may be missing; `rag ingest` reads it when it is there again.
    """
    store, history = desk.tools.store, proved.history
    last = history.editions[-1]
    if failed := (yield from _read_again(desk, _grounds(desk, proved))):
        raise _unreadable(failed, "leave the bundle out")
    for item in (item for item in desk.references if item.key in {x.key for x in history.used}):
        known = store.ingested()
        if not is_ingested(item, known):
            yield from ingest_one(desk.project, desk.tools, item, known.get(item.key))
    store.take_over(history)
    for edition in store.pending():
        publish(desk.project, desk.tools, edition)
    stale = [entry.claim for entry in reread(desk.tools, last.sections).entries]
    yield Adopted(
        claims=sum(1 for _ in own(last.sections)),
        references=tuple(item.key for item in history.used if item.outcome == "used"),
        lost=tuple(dict.fromkeys(item.label for claim in stale for item in claim.citations)),
        editions=len(history.editions),
    )


def _grounds(desk: Desk, proved: Proved) -> list[Reference]:
    """Return what the report and the last edition stand on, as the checklist has it if it does."""
    bundled = {item.key: item for item in proved.bundle.references}
    listed = {item.key: item for item in desk.references}
    last = proved.history.editions[-1]
    keys = bundled.keys() | {item.reference_key for item in citations_of(last.sections)}
    if lacking := sorted(keys - bundled.keys() - listed.keys()):
        raise RagError(
            f"{desk.project.checklist} lacks what the report stood on: {', '.join(lacking)}",
            advice="put the line back, or leave the bundle out",
        )
    return [
        listed.get(key)
        or Reference(
            key=key, title=bundled[key].title, locator=bundled[key].locator, checked=True, line=1
        )
        for key in sorted(keys)
    ]


def _read_again(desk: Desk, listed: Sequence[Reference]) -> Generator[Event, None, list[Skipped]]:
    """Read references that the store does not have; return those that cannot be read."""
    failed = []
    for reference in listed:
        known = desk.tools.store.ingested()
        if is_ingested(reference, known):
            continue
        for event in ingest_one(desk.project, desk.tools, reference, known.get(reference.key)):
            yield event
            if isinstance(event, Skipped):
                failed.append(event)
    return failed


def _unreadable(failed: Sequence[Skipped], without: str) -> RagError:
    """Return the error for references that the report stands on; why was said of each before."""
    names = ", ".join(item.subject for item in failed)
    first = "put it there" if all(item.gone for item in failed) else "try again later"
    return RagError(
        f"report.md stands on {names}, which cannot be read", advice=f"{first}, or {without}"
    )
