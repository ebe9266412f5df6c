"""The ledger as its reader wants it: what each edition changed, and who brought each claim."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.flows.disagreements import as_of
from rag.flows.standing import own
from rag.types import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.adapters.store import Ingested
    from rag.flows.tools import Tools
    from rag.types import Claim, Fate


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
    """Claims that fell before they reached the report."""
    calls: int = 0
    """How often a writer was asked: what it cost."""
    material: bool = True
    """Whether anything changed."""


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
    """How many references stand behind it, briefs of one original counted once."""
    as_of: str
    """The newest date that they state; empty if none does."""


def history(tools: Tools) -> list[EditionRecord]:
    """Return the editions, oldest first."""
    entries: dict[int, dict[Fate, int]] = defaultdict(lambda: defaultdict(int))
    for number, entry in tools.store.entries():
        entries[number][entry.fate] += 1
    return [
        EditionRecord(
            number=edition.number,
            at=edition.at,
            cause=edition.cause,
            rejected=len(tools.store.rejected(edition.number)),
            calls=edition.calls,
            material=bool(entries[edition.number].keys() - {"restored"}),
            **entries[edition.number],
        )
        for edition in tools.store.editions()
    ]


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
    known = tools.store.ingested()
    return [
        Blame(
            section=home.id,
            claim=claim.id,
            text=claim.text,
            edition=first.get(claim.id, 0),
            cause=causes.get(first.get(claim.id, 0), ""),
            references=claim.references,
            independent=_independent(claim, known),
            as_of=as_of(tools, claim),
        )
        for home, claim in own(sections)
    ]


def _independent(claim: Claim, known: Mapping[str, Ingested]) -> int:
    """Return how many works stand behind a claim: a brief and its original are one."""
    works = {
        known[key].reference.origin or known[key].reference.locator for key in claim.references
    }
    return len(works)
