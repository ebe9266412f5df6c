"""What a flow yields: things that happened, for a screen, a web page or a test alike."""

from __future__ import annotations

from typing import Literal, TypeAlias

from rag.types import Entry, Rejected, Value, Verdict

Event: TypeAlias = Value
"""Anything that a flow yields; those that could not be done are `Skipped`."""


class Reading(Value):
    """A reference is being fetched and parsed."""

    key: str
    title: str


class Embedding(Value):
    """So many of a reference's chunks are embedded."""

    key: str
    done: int
    total: int


class Ingest(Value):
    """A reference is in the store."""

    key: str
    title: str
    chunks: int


class LeftOut(Value):
    """One of a reference's objects could not be read; the others are in the store."""

    key: str
    what: str
    """Where it stands, and why."""


class Unchanged(Value):
    """A reference was read again and is what it was."""

    key: str


class Composing(Value):
    """A section is being written for a reference."""

    key: str
    section: str
    evidence: int


class Composed(Value):
    """A section was written; `changed` is whether a reader would see a difference."""

    key: str
    section: str
    claims: int
    changed: bool
    rejected: tuple[Rejected, ...] = ()
    untold: int = 0
    """How many claims of other sections had no room in the prompts: they wait for the next."""


class Adopted(Value):
    """A report.md without its store is the first edition now, or the last one of its history."""

    claims: int
    references: tuple[str, ...]
    """Keys of those of which every passage was found again."""
    lost: tuple[str, ...]
    """Labels of footnotes whose words do not stand in their references."""
    unplaced: tuple[str, ...] = ()
    """Titles of sections with citations that the outline does not have: they are the user's."""
    editions: int = 0
    """How many editions a proof bundle brought along."""


class Fallen(Value):
    """A claim of a report that is taken over does not hold: it stays in the text as the user's."""

    line: int
    """Where it begins in report.md, from 1."""
    section: str
    text: str
    verdict: Verdict
    reason: str


class Deleted(Value):
    """Claims that the user took out of report.md are retired."""

    claims: tuple[Entry, ...]
    edition: int
    """The edition that still has them."""


class Stale(Value):
    """Claims whose passages no longer stand in their references: their sections are rewritten."""

    entries: tuple[Entry, ...]


class Restored(Value):
    """report.md is an earlier edition again, under a number of its own unless it was the last."""

    edition: int
    number: int
    unticked: tuple[str, ...] = ()
    """Keys of the references that it does not know: their turn comes again."""


class Ledger(Value):
    """What became of claims in the edition that was committed."""

    entries: tuple[Entry, ...]
    edition: int


class Planned(Value):
    """`--dry-run`: a section would be written from so much evidence."""

    key: str
    section: str
    evidence: int


class _Taking(Value):
    """Tokens and costs, from the least to the most; a cost is None where there is no price."""

    calls: int
    """How many calls it is at least, without corrections and revisions."""
    calls_most: int
    """How many it may become: claims that are drafted take room from the evidence behind them."""
    input_least: int
    input_most: int
    is_counted: bool
    """Whether the service counted the least input; else it is estimated."""
    uncounted: str
    """Why the service did not count, where it was asked to; one line."""
    output_least: int
    output_most: int
    cost_least: float | None
    cost_most: float | None


class Foreseen(_Taking):
    """`--dry-run`: what drafting a section would take, in one pass or several."""

    key: str
    section: str
    output_from: Literal["recorded calls", "limit"]
    """What the range of the output is made of."""


class ForeseenTotal(_Taking):
    """`--dry-run`: what all foreseen calls would take."""


class Ticked(Value):
    """A reference's evidence is in the report (or it brought none); its box is ticked."""

    key: str
    outcome: Literal["used", "no material change"]
    edition: int
    sections: tuple[str, ...]
    """Sections that changed."""


class NothingToDo(Value):
    """Nothing is left to do; says what is already done."""

    reason: str


class Recovered(Value):
    """A run that was cut short has been finished."""

    what: str


class Kept(Value):
    """The user's own words stayed where the new edition would have changed them too."""

    lines: tuple[str, ...]
    """The first line of each such place."""


class SetAside(Value):
    """Where what report.md held is kept, as the store does not have it."""

    path: str
