"""The ledger: what became of every claim, edition by edition."""

from __future__ import annotations

from typing import Literal

from rag.types.base import Value
from rag.types.claims import Claim, Rejected, Section

Fate = Literal["added", "returned", "restored", "merged", "superseded", "retired"]
"""`added`: new. `returned`: it was retired, and there is room or ground for it again. `restored`:
a draft merely dropped it, and it was put back. `merged`, `superseded`: another claim has its place.
`retired`: it left, for the reason given."""

Outcome = Literal["used", "no material change"]


class Entry(Value):
    """One thing that happened to a claim in an edition."""

    section: str
    fate: Fate
    claim: Claim
    """As it was, with its citations."""
    by: str = ""
    """For what was merged or superseded: the id of the claim in its place."""
    reason: str = ""


class Used(Value):
    """A reference whose evidence the report has, or which brought none."""

    key: str
    outcome: Outcome
    edition: int
    at: str


class Resolution(Value):
    """How a conflict between two claims was settled."""

    conflict: str
    kept: str
    """The id of the claim that stands; empty if both do."""
    reason: str


class PastEdition(Value):
    """An edition as the ledger keeps it, with all that happened in it."""

    number: int
    at: str
    cause: str
    calls: int
    ticks: tuple[str, ...]
    unticks: tuple[str, ...]
    report: str
    """The report as rendered."""
    text: str
    """The report with the user's edits."""
    sections: tuple[Section, ...]
    entries: tuple[Entry, ...]
    rejected: tuple[tuple[str, Rejected], ...]
    """Section ids and claims that fell."""


class History(Value):
    """All editions of a report, and what holds beyond them. Each number is an edition's."""

    editions: tuple[PastEdition, ...] = ()
    """From the first, without a gap."""
    used: tuple[Used, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()
    """Claims that the user deleted."""
    retracted: tuple[tuple[str, int], ...] = ()
    """References that were taken back."""
    resolved: tuple[tuple[Resolution, int], ...] = ()
