"""A history in little room: each claim and each citation once, each text as what changed in it."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field, NonNegativeInt, model_validator

from rag.text.deltas import Change, changed, delta
from rag.types import (
    BlockForm,
    CheckedBlock,
    Citation,
    Claim,
    Entry,
    Fate,
    History,
    PastEdition,
    Rejected,
    Resolution,
    Section,
    Used,
    Value,
)

_Place = NonNegativeInt
"""Where a claim or a citation stands in its list."""


class _Strict(Value):
    model_config = ConfigDict(strict=True)


class PackedClaim(_Strict):
    """A claim as some edition had it; its grounds may have been others in another one."""

    id: str
    text: str
    cells: tuple[str, ...]
    attribution: str
    calculation: str
    repeats: str
    citations: tuple[_Place, ...]


class PackedBlock(_Strict):
    """A block of a section."""

    form: BlockForm
    text: str
    header: tuple[str, ...]
    claims: tuple[_Place, ...]


class PackedSection(_Strict):
    """A section of an edition."""

    id: str
    title: str
    blocks: tuple[PackedBlock, ...]


class PackedEntry(_Strict):
    """One thing that happened to a claim."""

    section: str
    fate: Fate
    claim: _Place
    by: str
    reason: str


class PackedEdition(_Strict):
    """An edition; its texts are what changed in them, by lines."""

    number: int = Field(ge=1)
    at: str
    cause: str
    calls: int
    ticks: tuple[str, ...]
    unticks: tuple[str, ...]
    text: tuple[Change, ...]
    """From the text of the edition before, from nothing for the first."""
    report: tuple[Change, ...]
    """From this edition's own text."""
    sections: tuple[PackedSection, ...]
    entries: tuple[PackedEntry, ...]
    rejected: tuple[tuple[str, Rejected], ...]


class PackedHistory(_Strict):
    """All editions, and what holds beyond them."""

    citations: tuple[Citation, ...]
    claims: tuple[PackedClaim, ...]
    editions: tuple[PackedEdition, ...]
    used: tuple[Used, ...]
    refused: tuple[tuple[str, int], ...]
    retracted: tuple[tuple[str, int], ...]
    resolved: tuple[tuple[Resolution, int], ...]

    @model_validator(mode="after")
    def _unfolds(self) -> Self:
        try:
            unpacked(self)
        except IndexError as error:
            raise ValueError("a claim or a citation is not in the list") from error
        return self


class _Packer:
    """Numbers claims and citations as they come."""

    def __init__(self) -> None:
        self.citations: dict[Citation, int] = {}
        self.claims: dict[Claim, int] = {}

    def claim(self, claim: Claim) -> int:
        for citation in claim.citations:
            self.citations.setdefault(citation, len(self.citations))
        return self.claims.setdefault(claim, len(self.claims))

    def section(self, section: Section) -> PackedSection:
        blocks = tuple(
            PackedBlock(
                form=block.form,
                text=block.text,
                header=block.header,
                claims=tuple(map(self.claim, block.claims)),
            )
            for block in section.blocks
        )
        return PackedSection(id=section.id, title=section.title, blocks=blocks)

    def entry(self, entry: Entry) -> PackedEntry:
        fields = entry.model_dump(exclude={"claim"})
        return PackedEntry(**fields, claim=self.claim(entry.claim))

    def edition(self, edition: PastEdition, before: str) -> PackedEdition:
        return PackedEdition(
            number=edition.number,
            at=edition.at,
            cause=edition.cause,
            calls=edition.calls,
            ticks=edition.ticks,
            unticks=edition.unticks,
            text=delta(before, edition.text),
            report=delta(edition.text, edition.report),
            sections=tuple(map(self.section, edition.sections)),
            entries=tuple(map(self.entry, edition.entries)),
            rejected=edition.rejected,
        )


def packed(history: History) -> PackedHistory:
    """Return the history as a bundle carries it."""
    packer = _Packer()
    before = ""
    editions = []
    for edition in history.editions:
        editions.append(packer.edition(edition, before))
        before = edition.text
    return PackedHistory(
        citations=tuple(packer.citations),
        claims=tuple(
            PackedClaim(
                **claim.model_dump(exclude={"citations"}),
                citations=tuple(packer.citations[item] for item in claim.citations),
            )
            for claim in packer.claims
        ),
        editions=tuple(editions),
        used=history.used,
        refused=history.refused,
        retracted=history.retracted,
        resolved=history.resolved,
    )


def unpacked(history: PackedHistory) -> History:
    """Return the history in full.

    Raises:
        IndexError: a claim or a citation is not there.
        ValueError: a text cannot be made.
    """
    claims = [
        Claim(
            **claim.model_dump(exclude={"citations"}),
            citations=tuple(history.citations[place] for place in claim.citations),
        )
        for claim in history.claims
    ]
    text = ""
    editions = []
    for edition in history.editions:
        text = changed(text, edition.text)
        editions.append(_edition(edition, text, claims))
    return History(
        editions=tuple(editions),
        used=history.used,
        refused=history.refused,
        retracted=history.retracted,
        resolved=history.resolved,
    )


def _edition(edition: PackedEdition, text: str, claims: list[Claim]) -> PastEdition:
    return PastEdition(
        number=edition.number,
        at=edition.at,
        cause=edition.cause,
        calls=edition.calls,
        ticks=edition.ticks,
        unticks=edition.unticks,
        report=changed(text, edition.report),
        text=text,
        sections=tuple(_section(section, claims) for section in edition.sections),
        entries=tuple(
            Entry(**entry.model_dump(exclude={"claim"}), claim=claims[entry.claim])
            for entry in edition.entries
        ),
        rejected=edition.rejected,
    )


def _section(section: PackedSection, claims: list[Claim]) -> Section:
    blocks = tuple(
        CheckedBlock(
            form=block.form,
            text=block.text,
            header=block.header,
            claims=tuple(claims[place] for place in block.claims),
        )
        for block in section.blocks
    )
    return Section(id=section.id, title=section.title, blocks=blocks)
