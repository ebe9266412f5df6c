"""What reached the report, counted from the committed edition and from its file alone."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from hostile.words import key, leaves, low, plain, row, slices, tokens
from rag.flows.standing import own
from rag.stages.readback import read_back
from rag.text.labels import footnote_label
from rag.text.normal import find_quote, normalise
from rag.text.quantities import missing
from rag.types import claim_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from rag.adapters.store import Edition, Store
    from rag.stages.readback import ReadReport
    from rag.types import CheckedBlock, Citation, Claim, Document, Outline

_QUOTED = re.compile(
    r"“([^“”]*)(?:[“”]|$)|(?<![\w.])\"([^\"]*)(?:\"|$)|«([^«»]*)»|„([^„“”]*)(?:[“”]|$)|‹([^‹›]*)›"
    r"|(?<!\w)‘([^‘’]*)’(?!\w)"
)
_BLANK = re.compile(r"\n{3,}")
_MARK = re.compile(r"\[\^[^\]\s]+\]")
_SEGMENT = re.compile(r"(?P<words>[^\n]*?)(?P<marks>(?:\[\^[^\]\s]+\])+|$)", re.MULTILINE)
"""A claim: words on one line up to and with their marks, or to the line's end."""


class Audit:
    """Checks editions of one store; what is wrong is counted, with examples.

    Args:
        store: where documents and editions are.
        outline: what the report was rendered with.
    """

    def __init__(self, store: Store, outline: Outline) -> None:
        self.wrong: Counter[str] = Counter()
        self.examples: list[str] = []
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []
        """What the user wrote into report.md between editions: paragraphs without a citation."""
        self._store = store
        self._outline = outline
        self._documents: dict[str, Document] = {}

    def edition(self, now: Edition, before: Edition | None, asked: Collection[str]) -> None:
        """Check an edition by itself, and against the one before it.

        Args:
            now: the edition.
            before: the one before it.
            asked: ids of the sections that were drafted for it.
        """
        self.counts["editions"] += 1
        now = self._without_notes(now)
        before = before and before.model_copy(update={"text": self._bare(before.text)})
        read = read_back(now.text, self._outline)
        self._report(now, read)
        self._words(now.text)
        for section in now.sections:
            for claim in section.claims:
                self._claim(claim)
            for block in section.blocks:
                self._columns_of(block)
        self._shown(now, read)
        self._ledger(now, before)
        self._untouched(now, before, asked)

    def _without_notes(self, now: Edition) -> Edition:
        """Check that each note stands in an edition as it was written, and take them out."""
        self.counts["notes of the user's"] += len(self.notes)
        for note in self.notes:
            if [item.strip("\n") for item in now.text.split("\n\n")].count(note) != 1:
                self._fault("the user's words changed", note)
        return now.model_copy(update={"text": self._bare(now.text)})

    def _bare(self, text: str) -> str:
        for note in self.notes:
            text = text.replace(f"{note}\n\n", "")
        return _BLANK.sub("\n\n", text)

    def _fault(self, kind: str, example: object) -> None:
        self.wrong[kind] += 1
        if len(self.examples) < 12:
            self.examples.append(f"{kind}: {example!r}"[:600])

    def _document(self, name: str) -> Document:
        if name not in self._documents:
            self._documents[name] = self._store.document(name)
        return self._documents[name]

    # --- one claim ---------------------------------------------------------------------------

    def _claim(self, claim: Claim) -> None:
        self.counts["claims"] += 1
        if not claim.citations:
            self._fault("uncited claims", claim)
        for citation in claim.citations:
            self._citation(citation)
        said = "\n".join(item.quote for item in claim.citations)
        made = claim.calculation.rpartition("=")[2]
        lacking = missing(" | ".join((claim.text, *claim.cells)), f"{said}\n{made}")
        lacking += missing(claim.calculation.partition("=")[0], said)
        if lacking:
            self._fault("unsupported figures", (lacking, claim.words, claim.cells, said))
        if claim.attribution and not self._may_say(claim):
            self._fault("words in the wrong mouth", (claim.attribution, claim.text))
        quotes = [plain(normalise(item.quote)) for item in claim.citations]
        if claim.attribution and not any(plain(normalise(claim.text)) in it for it in quotes):
            self._fault("altered quotations", claim.words)

    def _citation(self, citation: Citation) -> None:
        self.counts["citations"] += 1
        known = self._store.ingested().get(citation.reference_key)
        if known is None or known.document_id != citation.document_id:
            self._fault("invented references", citation)
            return
        document = self._document(citation.document_id)
        if document.text[citation.start : citation.end] != citation.quote or not citation.quote:
            self._fault("altered quotations", citation)
        if footnote_label(citation.reference_key, citation.quote) != citation.label:
            self._fault("invented references", citation)

    def _may_say(self, claim: Claim) -> bool:
        """Whether the one who is named speaks in a cited passage, or wrote its document."""
        for citation in claim.citations:
            document = self._document(citation.document_id)
            inside = [
                part
                for part in document.parts
                if part.start < citation.end and citation.start < part.end
            ]
            told = {document.title, document.author, f"{document.author}, {document.title}"}
            told |= {f"{part.speaker}, {document.title}" for part in inside}
            told |= {part.speaker for part in inside}
            words = " ".join(" ".join(part.span.of(document.text).split()) for part in inside)
            if claim.attribution in told or f"— {claim.attribution}" in words:
                return True
        return False

    # --- the file ----------------------------------------------------------------------------

    def _report(self, now: Edition, read: ReadReport) -> None:
        known = self._store.ingested()
        notes = {note.label: note for note in read.footnotes}
        if len(notes) < len(read.footnotes):
            self._fault("invented references", "a label is defined twice")
        for note in read.footnotes:
            item = known.get(note.reference_key)
            if item is None:
                self._fault("invented references", note)
            elif find_quote(self._document(item.document_id).text, note.quote) is None:
                self._fault("altered quotations", note)
        marks = {label for claim in read.claims() for label in claim.labels}
        if marks != notes.keys():
            self._fault("invented references", marks ^ notes.keys())
        for claim in read.claims():
            if not claim.labels:
                self._fault("uncited findings", claim)
        self._headings(now, read)

    def _headings(self, now: Edition, read: ReadReport) -> None:
        columns = self._columns(now)
        for section in read.sections:
            if section.id not in {spec.id for spec in self._outline.sections}:
                self._fault("uncited findings", section.title)
            for block in section.blocks:
                for name in block.header:
                    if normalise(name).lower() not in columns:
                        self._fault("uncited findings", f"column {name}")

    def _columns(self, now: Edition) -> set[str]:
        topics = [topic for spec in self._outline.sections for topic in spec.topics]
        names = {name for topic in topics for table in topic.tables for name in table}
        names |= {*self._outline.columns, "Conflict", "What is said", "Reference", "As of"}
        cited = {
            item.document_id
            for section in now.sections
            for claim in section.claims
            for item in claim.citations
        }
        for document in map(self._document, cited):
            for header in {part.header for part in document.parts if part.header}:
                names |= set(header.of(document.text).strip().strip("|").split("|"))
        return {normalise(name).lower() for name in names}

    def _columns_of(self, block: CheckedBlock) -> None:
        """Check that a row of a document shows each cell under the name that it has there."""
        for claim in block.claims if block.form == "table" else ():
            for citation in claim.citations:
                document = self._document(citation.document_id)
                for part in document.parts:
                    if part.header and part.start <= citation.start < part.end:
                        names = row(part.header.of(document.text))
                        there = dict(zip(names, row(part.span.of(document.text)), strict=False))
                        for name, cell in zip(map(low, block.header), claim.cells, strict=True):
                            if low(cell) in there.values() and there.get(name, "") not in {
                                "",
                                low(cell),
                            }:
                                self._fault("cells under another column", (name, claim))

    def _words(self, text: str) -> None:
        """Check what stands between quotation marks, by claim, and that no mark-up is live."""
        body, _, listed = text.partition("\n## References\n")
        quotes = {
            match[1]: match[2]
            for match in re.finditer(r"^\[\^([^\]\s]+)\]:.*?: “(.*)”$", listed, re.MULTILINE)
        }
        for match in _SEGMENT.finditer(body):
            cited = [plain(quotes.get(mark[2:-1], "")) for mark in _MARK.findall(match["marks"])]
            for found in _QUOTED.finditer(plain(match["words"])):
                words = next((group for group in found.groups() if group is not None), "")
                said = normalise(words).rstrip(".,;:!? ")
                if not any(said in normalise(quote) for quote in cited):
                    self._fault("altered quotations", (words, match[0]))
        for token in tokens(body):
            if token.type in {"link_open", "image", "html_inline", "html_block", "fence"}:
                self._fault("live mark-up", (token.type, token.attrs, token.content))

    def _shown(self, now: Edition, read: ReadReport) -> None:
        """Check that the file shows the claims of the edition, and each once a section."""
        sections = {section.id: section for section in read.sections}
        for section in now.sections:
            wanted: Counter[str] = Counter()
            for block in section.blocks:
                wanted.update(key(claim, in_table=block.form == "table") for claim in block.claims)
            shown: Counter[str] = Counter()
            for block in sections[section.id].blocks if section.id in sections else ():
                cells = block.form == "table"
                shown.update(
                    normalise(" | ".join(item.cells) if cells else item.text)
                    for item in block.claims
                )
            if wanted != shown:
                self._fault("report and ledger differ", (wanted - shown, shown - wanted))
            mine = Counter(claim.id for claim in section.claims if not claim.repeats)
            for name, count in mine.items():
                if count > 1:
                    self._fault("said twice in a section", (name, count))
            for claim in section.claims:
                if claim.id != claim_id(claim.text, claim.cells):
                    self._fault("report and ledger differ", claim.id)

    # --- against the edition before ----------------------------------------------------------

    def _ledger(self, now: Edition, before: Edition | None) -> None:
        entries = [entry for _, entry in self._store.entries(now.number)]
        ids = {claim.id for _, claim in own(now.sections)}
        mine = {(section.id, claim.id) for section, claim in own(now.sections)}
        prior = {
            (section.id, claim.id) for section, claim in own(before.sections if before else ())
        }
        left = {(entry.section, entry.claim.id): entry for entry in entries if leaves(entry)}
        self.counts["prior claims"] += len(prior)
        for at in prior - mine:
            entry = left.get(at)
            if entry is None or not entry.reason:
                self._fault("prior claims lost", at)
            elif entry.reason.startswith("outranked"):
                self._fault("prior claims outranked", entry)
            else:
                self.counts[f"prior claims {entry.fate}"] += 1
                if entry.fate != "retired" and entry.by not in ids:
                    self._fault("prior claims lost", entry)
        # In its section: another one may tell in plain words what is quoted here.
        said = {(at.id, claim.id): claim.attribution for at, claim in own(now.sections)}
        for at, claim in own(before.sections if before else ()):
            if claim.attribution and not said.get((at.id, claim.id), claim.attribution):
                self._fault("words that lost who said them", claim)
        new = {(entry.section, entry.claim.id) for entry in entries if entry.fate[0] != "m"}
        for at in mine - prior - new:
            self._fault("claims without an entry", at)

    def _untouched(self, now: Edition, before: Edition | None, asked: Collection[str]) -> None:
        if before is None:
            return
        old, new = slices(before.text), slices(now.text)
        for spec in self._outline.sections:
            if spec.id not in asked and (spec.title in old or spec.title in new):
                self.counts["untouched sections"] += 1
                if old.get(spec.title) != new.get(spec.title):
                    self._fault("untouched sections changed", spec.id)
