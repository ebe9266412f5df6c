"""What a report says of where its claims stand → what of that is not so.

A footnote opens on a passage by its label; its title, link and dates are words that anybody can
edit. So are the reference and the date in a row of what the references disagree in.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from rag.flows.desk import Desk, cited_references
from rag.flows.disagreements import HEADER, UNDATED, as_of
from rag.stages.readback import read_footnotes
from rag.stages.render import render_citation, render_entry
from rag.stages.verify import find_whole
from rag.text.calculations import split_calculation
from rag.text.footnotes import definitions
from rag.text.normal import normalise
from rag.types import MATCH_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.stages.readback import ReadClaim, ReadFootnote
    from rag.stages.render import Cited
    from rag.types import CheckedBlock, Citation, Claim

_LINE_END = re.compile(r"\r\n?|\n")
"""What ends a line for Markdown."""
_BULLET = re.compile(r"^\s*[-*+]\s+")
_COUNT = re.compile(r": \d+ claims?(?: \(no longer in the checklist\))?\s*$")


class Sourced:
    """Holds a report's words on its sources against the store.

    Args:
        project: whose checklist says where references are.
        tools: the wired adapters.
        text: the report.
    """

    def __init__(self, project: Project, tools: Tools, text: str) -> None:
        self._project = project
        self._tools = tools
        self._lines = _LINE_END.split(text)
        self._cited: dict[str, Cited] = {}

    def misstated(self, claim: Claim, notes: Mapping[str, ReadFootnote]) -> str:
        """Return what a claim's footnotes say that is not so; nothing if all is.

        What a footnote leaves out is no misstatement.

        Args:
            claim: with its citations, as the gates found them.
            notes: the footnotes of the report, by label.
        """
        for citation in claim.citations:
            label = citation.label
            # Not just any line like it: the one that Markdown shows, and no comment or code.
            shown = self._lines[notes[label].line - 1]
            if shown == self._published.get(label):
                continue  # as the edition has it: what was read again since changes it later
            expected = self._expected(citation)
            if shown == expected:
                continue
            (own,) = read_footnotes(expected)
            if wrong := _differences(notes[label], own):
                return f"footnote {label} misstates its source: {wrong}"
        return ""

    def misdated(self, claim: Claim, row: ReadClaim) -> str:
        """Return which cell of a row of conflicts is not the claim's; nothing if both are."""
        told = tuple(map(normalise, row.cells[2:]))
        if (row.cells[0], *told) in self._rows:
            return ""
        known = self._tools.store.ingested()
        titles = "; ".join(known[key].title for key in claim.references)
        wanted = (titles, as_of(self._tools, claim) or UNDATED)
        pairs = zip(HEADER[2:], told, wanted, strict=False)
        wrong = (f"{name} is {own!r}" for name, shown, own in pairs if shown != normalise(own))
        return next(wrong, "")

    def unlisted(self, entries: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Yield what looks like an entry of the list of references and is none of the store's.

        Args:
            entries: their lines, from 1.
        """
        found = {number: _entry(self._lines[number - 1]) for number in entries}
        edition = self._tools.store.latest()
        known = set(map(_entry, edition.report.splitlines() if edition else ()))
        if any(words not in known for words in found.values()):
            cited = cited_references(self._desk, self._tools.store.ingested())
            known |= set(map(render_entry, cited.values()))
        yield from (item for item in found.items() if item[1] not in known)

    @cached_property
    def _desk(self) -> Desk:
        _, reading = self._project.read_checklist()
        return Desk(self._project, self._tools, reading.references)

    def mismatched(self, row: ReadClaim) -> str:
        """Return what a row of matches names that its last cell, the claim, does not; or nothing.

        A row of the last edition was checked when it was drafted: its writer may use other words.
        """
        *names, last = row.cells
        text, _ = split_calculation(last)
        if tuple(map(normalise, (*names, text))) in self._matches:
            return ""
        words = normalise(text)
        parts = (part for cell in names for part in cell.split("; "))
        wrong = (part for part in parts if not find_whole(normalise(part), words))
        return next((f"the reference does not say {part!r} there" for part in wrong), "")

    @cached_property
    def _matches(self) -> frozenset[tuple[str, ...]]:
        return frozenset(
            tuple(map(normalise, claim.cells))
            for block in self._tables
            if block.header == MATCH_COLUMNS
            for claim in block.claims
        )

    @cached_property
    def _published(self) -> dict[str, str]:
        edition = self._tools.store.latest()
        return definitions(edition.report) if edition else {}

    @cached_property
    def _rows(self) -> frozenset[tuple[str, ...]]:
        return frozenset(
            (claim.cells[0], *map(normalise, claim.cells[2:]))
            for block in self._tables
            if block.header == HEADER
            for claim in block.claims
        )

    @cached_property
    def _tables(self) -> tuple[CheckedBlock, ...]:
        edition = self._tools.store.latest()
        sections = edition.sections if edition else ()
        return tuple(block for section in sections for block in section.blocks if block.header)

    def _expected(self, citation: Citation) -> str:
        """Return the line that defines a citation's footnote as it would be rendered today."""
        key = citation.reference_key
        if key not in self._cited:
            self._cited |= cited_references(self._desk, [key])
        return f"[^{citation.label}]: {render_citation(citation, self._cited[key])}"


def _entry(line: str) -> str:
    """Return what a line of the list of references says, without its count."""
    return _COUNT.sub("", _BULLET.sub("", line))


def _differences(note: ReadFootnote, own: ReadFootnote) -> str:
    """Return the first thing that a footnote says otherwise, as it should be."""
    pairs = (
        ("its title", note.title, own.title),
        ("its link", note.link.split("#")[0], own.link.split("#")[0]),
        ("the original", note.origin, own.origin),
        ("its date", note.date, own.date),
        ("the day it was read", note.read_on, own.read_on),
    )
    wrong = (
        f"{name} is {right or 'not known'!r}"
        for name, shown, right in pairs
        if shown and normalise(shown) != normalise(right)
    )
    return next(wrong, "")
