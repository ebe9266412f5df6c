"""What the store remembers of references and editions."""

from __future__ import annotations

from pydantic import Field

from rag.types import (
    Entry,
    Outcome,
    Reference,
    Rejected,
    Resolution,
    Section,
    Skipped,
    Source,
    Value,
)

RESTORE = "restore "
"""How the cause of an edition begins that is an earlier one again; its number follows."""


class Ingested(Value):
    """A reference that the store has."""

    reference: Reference
    """The checklist's entry at that time."""
    title: str
    source: Source
    document_id: str
    chunks: int
    """How many chunks the document has; 0 when they were forgotten and are to be made anew."""
    at: str
    """ISO time of ingestion, UTC; for the user's eyes, never in the report."""


class Failed(Value):
    """A reference that could not be read the last time it was tried."""

    key: str
    locator: str
    stage: str
    reason: str
    at: str


class Edition(Value):
    """One committed state of the report."""

    number: int
    before: str | None
    """What report.md held when the edition was made; None if there was none."""
    report: str
    """The report as rendered from the sections: the base of the next merge."""
    text: str
    """The report with the user's own edits merged in: what report.md is to hold."""
    sections: tuple[Section, ...]
    ticks: tuple[str, ...]
    """Keys of the references whose boxes are ticked with the edition."""
    unticks: tuple[str, ...] = ()
    """Keys of those whose boxes are unticked: their turn comes again."""
    published: bool
    at: str
    cause: str = ""
    """What made it, as a user would call it: `compose efa`, `retract efa`."""
    calls: int = 0
    """How often a writer was asked."""


class Commit(Value):
    """All that goes into one edition, at once or not at all."""

    before: str | None
    """What report.md holds now; None if there is none."""
    report: str
    """The report as rendered."""
    text: str
    """The report with the user's edits: what report.md is to hold."""
    sections: tuple[Section, ...]
    """All sections, in order."""
    cause: str
    calls: int = 0
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    """The references that are done, by key."""
    rejected: tuple[tuple[str, Rejected], ...] = ()
    """Section id and claim that fell."""
    undrafted: tuple[tuple[str, Skipped], ...] = ()
    """Reference key and section (the subject) that got no draft; they take the place of what was
    recorded for these references before. No key: it was no reference's turn."""
    drafted: tuple[str, ...] = ()
    """Ids of sections that got a draft: they are owed none any more."""
    entries: tuple[Entry, ...] = ()
    """What became of claims."""
    refused: tuple[str, ...] = ()
    """Ids of claims that the user deleted: never to be proposed again."""
    welcome: tuple[str, ...] = ()
    """Ids of claims that were refused and are not any more."""
    retracted: tuple[str, ...] = ()
    """Keys of references that the report no longer stands on."""
    resolved: tuple[Resolution, ...] = ()
    unticked: tuple[str, ...] = ()
    """Keys of references that are in use no more, until their turn comes again."""
    told: dict[str, frozenset[str]] = Field(default_factory=dict)
    """By section: ids of the other sections' claims that its writer was shown. See `Draft.told`."""
