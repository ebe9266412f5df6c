"""Claims that were read back → those that hold, with their passages; what is lost, what falls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.flows.checking import rules_of
from rag.flows.desk import cited_references
from rag.flows.disagreements import HEADER
from rag.flows.standing import replaced
from rag.flows.supporting import support_of
from rag.flows.verify import claimed, misplacement
from rag.stages.render import place_of
from rag.stages.verify import against, ground, objection, question
from rag.text.calculations import split_calculation
from rag.text.labels import footnote_label
from rag.text.normal import find_quotes, normalise
from rag.types import (
    CheckedBlock,
    Citation,
    Claim,
    ProposedCitation,
    ProposedClaim,
    Rejected,
    Section,
    claim_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.flows.desk import Desk
    from rag.stages.readback import ReadBlock, ReadClaim, ReadFootnote, ReadReport
    from rag.stages.render import Cited
    from rag.types import Verdict


class Fall(NamedTuple):
    """A claim that was read back and does not hold."""

    section: str
    line: int
    """Where it begins in the file, from 1."""
    rejected: Rejected


class Finder:
    """Finds the passages of a report that was read back.

    Args:
        desk: what the run works with; the cited references are in the store.
        report: what was read.
    """

    def __init__(self, desk: Desk, report: ReadReport) -> None:
        self._report = report
        self._notes: dict[str, ReadFootnote] = {}
        for note in report.footnotes:
            self._notes.setdefault(note.label, note)
        keys = {note.reference_key for note in report.footnotes}
        self._cited = cited_references(desk, keys & desk.tools.store.ingested().keys())
        self._derived = {spec.id: spec.is_derived for spec in desk.tools.config.outline.sections}
        self._rules = rules_of(desk.tools.config)
        self._support = support_of(desk.tools)
        self._own: dict[str, Claim] = {}
        self.fallen: list[Fall] = []
        """Claims whose words their passages do not have."""
        self.lost: dict[str, None] = {}
        """Labels of footnotes whose words do not stand where they say, in order."""

    def sections(self) -> list[Section]:
        """Return the sections whose claims were found; what they repeat is found first."""
        made: dict[str, Section] = {}
        for derived in (False, True):
            for section in self._report.sections:
                if section.id and self._derived[section.id] is derived:
                    found = ((self._block(section.id, block), block) for block in section.blocks)
                    kept = (item for item, read in found if item.claims or _is_outlines(read))
                    before = made[section.id].blocks if section.id in made else ()
                    blocks = (*before, *kept)  # the user may have parted a section
                    made[section.id] = Section(id=section.id, title=section.title, blocks=blocks)
        names = dict.fromkeys(item.id for item in self._report.sections if item.id in made)
        ordered = [made[name] for name in names]
        # A heading over what is lost is the user's as well, or the next edition would take it away.
        return list(replaced(ordered, lambda claim: claim))

    def _block(self, section: str, block: ReadBlock) -> CheckedBlock:
        claims = (self._claim(section, block, claim) for claim in block.claims if claim.labels)
        found = tuple(claim for claim in claims if claim is not None)
        return CheckedBlock(form=block.form, text=block.text, header=block.header, claims=found)

    def _claim(self, section: str, block: ReadBlock, read: ReadClaim) -> Claim | None:
        """Return a claim with its passages, if they are found and have what it says."""
        citations = [self._citation(label) for label in read.labels]
        grounds = tuple(item for item in citations if item is not None)
        if len(grounds) < len(citations):
            return None
        repeated = next((self._own[w] for w in _told(read) if w in self._own), None)
        text, cells, calculation = _split(read)
        if block.form == "table":
            text = repeated.text if repeated else " ".join(grounds[0].quote.split())
        claim = Claim(
            id=claim_id(text, cells),
            text=text,
            cells=cells,
            calculation=calculation,
            attribution=read.attribution,
            citations=grounds,
            repeats=repeated.id if repeated else "",
        )
        if found := self._objection(block, read, claim):
            self.fallen.append(Fall(section, read.line, _rejected(claim, found)))
            return None
        if block.header == HEADER and not repeated:
            return None  # a side of a conflict is nothing without the claim that it shows
        if not repeated and not claim.cells:
            self._own.setdefault(normalise(text), claim)
        return claim

    def _objection(
        self, block: ReadBlock, read: ReadClaim, claim: Claim
    ) -> tuple[Verdict, str] | None:
        """Return what can be said against a claim: its words may have been edited."""
        if block.header == HEADER:  # titles and dates beside its words are not the claim's
            words, _, calculation = claimed(block, read)
            told = {"text": words, "cells": (), "calculation": calculation}
            claim = claim.model_copy(update=told)
        documents = [self._cited[item.reference_key].document for item in claim.citations]
        grounds = list(map(ground, claim.citations, documents))
        if found := next(against(claim, grounds, self._rules, block.form), None):
            return found
        if found := misplacement(claim, block, documents):
            return found
        asked = question(claim, grounds, self._rules)
        return objection(asked, self._support([asked])[0], self._rules) if asked else None

    def _citation(self, label: str) -> Citation | None:
        """Return the passage of a footnote, if its words stand in the reference."""
        note = self._notes.get(label)
        cited = self._cited.get(note.reference_key) if note else None
        found = _places(label, note, cited) if note and cited else []
        if not found or footnote_label(found[0].reference_key, found[0].quote) != label:
            self.lost[label] = None
            return None
        return found[0]


def _is_outlines(block: ReadBlock) -> bool:
    """Whether a block is a heading of the outline: one of the user's own is his statement."""
    return block.form == "heading" and not block.claims


def _rejected(claim: Claim, found: tuple[Verdict, str]) -> Rejected:
    verdict, reason = found
    proposed = ProposedClaim(
        text=" | ".join(claim.cells) or claim.text,
        cells=claim.cells,
        attribution=claim.attribution,
        calculation=claim.calculation,
        citations=tuple(
            ProposedCitation(evidence=item.label, quote=item.quote) for item in claim.citations
        ),
    )
    return Rejected(claim=proposed, verdict=verdict, reason=reason)


def _split(read: ReadClaim) -> tuple[str, tuple[str, ...], str]:
    """Return a claim's text and cells without the calculation shown behind them, and that."""
    text, calculation = split_calculation(read.cells[-1] if read.cells else read.text)
    if not calculation:
        return read.text, read.cells, ""
    return text, (*read.cells[:-1], text) if read.cells else (), calculation


def _told(read: ReadClaim) -> Iterator[str]:
    for words in read.cells or (read.text,):
        yield normalise(words.removeprefix("“").removesuffix("”"))


def _places(label: str, note: ReadFootnote, cited: Cited) -> list[Citation]:
    """Return where a footnote's words stand; first, of equal places, the one that it names."""
    document = cited.document
    found = [
        Citation(
            label=label,
            reference_key=note.reference_key,
            document_id=document.id,
            start=start,
            end=end,
            quote=document.text[start:end],
        )
        for start, end in find_quotes(document.text, note.quote)
    ]
    return sorted(found, key=lambda item: place_of(item, cited).words != note.where)
