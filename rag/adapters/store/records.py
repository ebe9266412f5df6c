"""What the store remembers of references and editions."""

from __future__ import annotations

from typing import Literal

from rag.types import Reference, Section, Source, Value

Outcome = Literal["used", "no material change"]


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


class Used(Value):
    """A reference whose evidence the report has, or which brought none."""

    key: str
    outcome: Outcome
    edition: int
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
    """Keys of the references whose boxes go with the edition."""
    published: bool
    at: str
