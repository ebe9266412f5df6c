"""The ledger as its reader wants it: what each edition changed, and who brought each claim."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.flows.disagreements import as_of
from rag.flows.standing import own
from rag.flows.works import Works
from rag.types import Fate, Value, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.adapters.store import Edition
    from rag.flows.tools import Tools
    from rag.types import Entry, Rejected

UNMADE = "no edition yet"
"""Named as the cause of what runs did that made no edition."""


class RejectedClaim(Value):
    """A claim that fell before it reached the report."""

    section: str
    text: str
    verdict: Verdict
    reason: str


class Happening(Value):
    """What became of a claim in an edition."""

    section: str
    fate: Fate
    claim: str
    text: str
    references: tuple[str, ...]
    reason: str = ""
    by: str = ""
    """For what was merged or superseded: the words of the claim in its place."""


class EditionRecord(Value):
    """One edition and what it did."""

    number: int
    at: str
    cause: str
    added: int = 0
    returned: int = 0
    restored: int = 0
    merged: int = 0
    superseded: int = 0
    retired: int = 0
    rejected: int = 0
    """How many claims fell before they reached the report."""
    rejections: tuple[RejectedClaim, ...] = ()
    """Those claims, also of runs after the edition before that made none."""
    calls: int = 0
    """How often a writer was asked: what it cost."""
    material: bool = True
    """Whether anything changed."""


class EditionAccount(EditionRecord):
    """One edition, claim by claim."""

    happenings: tuple[Happening, ...] = ()


class Blame(Value):
    """A claim with who brought it."""

    section: str
    claim: str
    text: str
    edition: int
    """The edition that first had it; it may have left and returned since."""
    cause: str
    references: tuple[str, ...]
    independent: int
    """How many works stand behind it: copies and briefs of one are counted once."""
    as_of: str
    """The newest date that they state; empty if none does."""


def history(tools: Tools) -> list[EditionRecord]:
    """Return the editions, oldest first.

    If runs since the last one made no edition but had claims that fell, a record of the edition to
    come is the last: it has no time yet.
    """
    entries: dict[int, list[Entry]] = defaultdict(list)
    for number, entry in tools.store.entries():
        entries[number].append(entry)
    editions = tools.store.editions()
    records = [_record(tools, edition, entries[edition.number]) for edition in editions]
    coming = len(editions) + 1
    if fallen := tools.store.rejected(coming):
        records.append(_unmade(coming, fallen))
    return records


def account(tools: Tools, number: int) -> EditionAccount:
    """Return what one edition did, claim by claim.

    Raises:
        UsageError: there is no such edition.
    """
    records = history(tools)
    record = next((item for item in records if item.number == number), None)
    if record is None:
        last = f"the editions are 1 to {len(records)}" if records else "run `rag compose`"
        raise UsageError(f"the store does not have edition {number}", advice=last)
    edition = tools.store.edition(number)
    words = {claim.id: claim.words for _, claim in own(edition.sections if edition else ())}
    happenings = tuple(_happening(entry, words) for _, entry in tools.store.entries(number))
    return EditionAccount(**dict(record), happenings=happenings)


def _record(tools: Tools, edition: Edition, entries: Sequence[Entry]) -> EditionRecord:
    counts: dict[Fate, int] = Counter(entry.fate for entry in entries)
    fallen = tools.store.rejected(edition.number)
    return EditionRecord(
        number=edition.number,
        at=edition.at,
        cause=edition.cause,
        rejected=len(fallen),
        rejections=_rejections(fallen),
        calls=edition.calls,
        material=bool(counts.keys() - {"restored"}),
        **counts,
    )


def _unmade(number: int, fallen: Sequence[tuple[str, Rejected]]) -> EditionRecord:
    return EditionRecord(
        number=number,
        at="",
        cause=UNMADE,
        rejected=len(fallen),
        rejections=_rejections(fallen),
        material=False,
    )


def _rejections(fallen: Iterable[tuple[str, Rejected]]) -> tuple[RejectedClaim, ...]:
    return tuple(
        RejectedClaim(
            section=section,
            text=item.claim.text or " | ".join(item.claim.cells),
            verdict=item.verdict,
            reason=item.reason,
        )
        for section, item in fallen
    )


def _happening(entry: Entry, words: Mapping[str, str]) -> Happening:
    return Happening(
        section=entry.section,
        fate=entry.fate,
        claim=entry.claim.id,
        text=entry.claim.words,
        references=entry.claim.references,
        reason=entry.reason,
        by=words.get(entry.by, ""),
    )


def blame(tools: Tools, section: str | None = None) -> list[Blame]:
    """Return the claims of the last edition with the reference and the edition that brought them.

    Args:
        tools: the wired adapters.
        section: only this section's.

    Raises:
        UsageError: the last edition has no such section.
    """
    latest = tools.store.latest()
    sections = [item for item in latest.sections if section in (None, item.id)] if latest else []
    if section is not None and not sections:
        names = ", ".join(item.id for item in latest.sections) if latest else "none"
        raise UsageError(f"the report has no section {section!r}", advice=f"it has: {names}")
    first: dict[str, int] = {}
    for number, entry in tools.store.entries():
        first.setdefault(entry.claim.id, number)
    causes = {edition.number: edition.cause for edition in tools.store.editions()}
    works = Works(tools)
    return [
        Blame(
            section=home.id,
            claim=claim.id,
            text=claim.text,
            edition=first.get(claim.id, 0),
            cause=causes.get(first.get(claim.id, 0), ""),
            references=claim.references,
            independent=works.behind(claim),
            as_of=as_of(tools, claim),
        )
        for home, claim in own(sections)
    ]
