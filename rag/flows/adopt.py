"""A report.md without its store → the first edition: claims read back, passages found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import RagError, UsageError
from rag.flows.bundle import check
from rag.flows.commit import commit
from rag.flows.desk import Turn, citations_of, cited_references
from rag.flows.events import Adopted
from rag.flows.ingest import ingest_one, is_ingested
from rag.flows.publish import publish, read_report
from rag.flows.standing import Brought, own, reread
from rag.stages.readback import read_back
from rag.stages.render import place_of, render_report
from rag.text.calculations import split_calculation
from rag.text.labels import footnote_label
from rag.text.normal import find_quotes, normalise
from rag.types import (
    CheckedBlock,
    Citation,
    Claim,
    Entry,
    Reference,
    Section,
    Skipped,
    claim_id,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from rag.flows.bundle import Proved
    from rag.flows.desk import Desk
    from rag.flows.events import Event
    from rag.stages.readback import ReadBlock, ReadClaim, ReadFootnote, ReadReport
    from rag.stages.render import Cited
    from rag.types import Outcome

CAUSE = "adopt report.md"


def adopt(desk: Desk, proof: str = "") -> Generator[Event, None, None]:
    """Take a report that the store does not know for the last edition.

    A clone has report.md but no store: the references that it cites are read again, and its
    quotations found in them; those that are found are in use, and their boxes are ticked without
    a draft. What cannot be found is named, and stays in the file as the user's.

    Args:
        desk: what the run works with.
        proof: a proof bundle of the report, as JSON: it brings the report's history along, and
            the last of its editions is the last edition.

    Raises:
        UsageError: report.md cites none of the checklist's references, or the proof does not hold.
        RagError: a reference that the report stands on cannot be read.
    """
    outline = desk.tools.config.outline
    text = read_report(desk.project)
    if desk.tools.store.latest() is not None or text is None or not text.strip():
        return
    if text == render_report(outline, (), {}):
        return
    report = read_back(text, outline)
    cited = {note.reference_key for note in report.footnotes}
    listed = [item for item in desk.references if item.key in cited]
    if not listed:
        raise UsageError(
            f"{desk.project.report} was not written by rag",
            advice="move it away: rag writes its own report.md",
        )
    if proof and (bundle := _proof(proof, text)).history.editions:
        yield from _take_over(desk, bundle)
        return
    yield from _read_again(desk, listed)
    reader = _Finder(desk, report)
    sections = tuple(reader.sections())
    entries = tuple(
        Entry(section=section.id, fate="added", claim=claim, reason="adopted")
        for section, claim in own(sections)
    )
    brought = Brought(None, text, text)
    wanting = {note.reference_key for note in report.footnotes if note.label in reader.lost}
    whole = [item.key for item in listed if item.key not in wanting]
    outcomes: dict[str, Outcome] = dict.fromkeys(whole, "used")
    yield Adopted(claims=len(entries), references=tuple(whole), lost=tuple(reader.lost))
    turn = Turn(sections, entries)
    yield from commit(
        desk,
        turn,
        brought,
        cause=CAUSE,
        outcomes=outcomes,
    )


def _proof(proof: str, text: str) -> Proved:
    found = check(proof)
    if found.problems or found.bundle.report != text:
        reason = found.problems[0].reason if found.problems else "it is of another report"
        raise UsageError(f"the bundle does not prove report.md: {reason}", advice="leave it out")
    return found


def _take_over(desk: Desk, proved: Proved) -> Generator[Event, None, None]:
    """Go on where another store stopped: its history is this one's.

    What its report stands on is read again, from where the bundle has it if the checklist has it no
    more. What does not stand there is stale, and the next run that writes says so. A reference that
    was in use and is not cited may be missing; `rag ingest` reads it when it is there again.
    """
    store, history = desk.tools.store, proved.history
    last = history.editions[-1]
    yield from _read_again(desk, _grounds(desk, proved))
    for item in (item for item in desk.references if item.key in {x.key for x in history.used}):
        known = store.ingested()
        if not is_ingested(item, known):
            yield from ingest_one(desk.project, desk.tools, item, known.get(item.key))
    store.take_over(history)
    for edition in store.pending():
        publish(desk.project, desk.tools, edition)
    stale = [entry.claim for entry in reread(desk.tools, last.sections).entries]
    yield Adopted(
        claims=sum(1 for _ in own(last.sections)),
        references=tuple(item.key for item in history.used if item.outcome == "used"),
        lost=tuple(dict.fromkeys(item.label for claim in stale for item in claim.citations)),
        editions=len(history.editions),
    )


def _grounds(desk: Desk, proved: Proved) -> list[Reference]:
    """Return what the report and the last edition stand on, as the checklist has it if it does."""
    bundled = {item.key: item for item in proved.bundle.references}
    listed = {item.key: item for item in desk.references}
    last = proved.history.editions[-1]
    keys = bundled.keys() | {item.reference_key for item in citations_of(last.sections)}
    if lacking := sorted(keys - bundled.keys() - listed.keys()):
        raise RagError(
            f"{desk.project.checklist} lacks what the report stood on: {', '.join(lacking)}",
            advice="put the line back, or leave the bundle out",
        )
    return [
        listed.get(key)
        or Reference(
            key=key, title=bundled[key].title, locator=bundled[key].locator, checked=True, line=1
        )
        for key in sorted(keys)
    ]


def _read_again(desk: Desk, listed: Sequence[Reference]) -> Generator[Event, None, None]:
    for reference in listed:
        known = desk.tools.store.ingested()
        if is_ingested(reference, known):
            continue
        for event in ingest_one(desk.project, desk.tools, reference, known.get(reference.key)):
            yield event
            if isinstance(event, Skipped):
                raise RagError(
                    f"report.md stands on {reference.key}, which cannot be read: {event.reason}",
                    advice="mend its locator, or delete report.md to write it without",
                )


class _Finder:
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
        self._own: dict[str, Claim] = {}
        self.lost: dict[str, None] = {}
        """Labels of footnotes whose words do not stand where they say, in order."""

    def sections(self) -> list[Section]:
        """Return the sections whose claims were found; what they repeat is found first."""
        made: dict[str, Section] = {}
        for derived in (False, True):
            for section in self._report.sections:
                if section.id and self._derived[section.id] is derived:
                    blocks = tuple(self._block(block) for block in section.blocks)
                    kept = tuple(block for block in blocks if block.claims or block.text)
                    made[section.id] = Section(id=section.id, title=section.title, blocks=kept)
        ordered = [made[section.id] for section in self._report.sections if section.id in made]
        return [section for section in ordered if section.claims]

    def _block(self, block: ReadBlock) -> CheckedBlock:
        claims = (self._claim(block, claim) for claim in block.claims if claim.labels)
        found = tuple(claim for claim in claims if claim is not None)
        return CheckedBlock(form=block.form, text=block.text, header=block.header, claims=found)

    def _claim(self, block: ReadBlock, read: ReadClaim) -> Claim | None:
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
        if not repeated and not claim.cells:
            self._own.setdefault(normalise(text), claim)
        return claim

    def _citation(self, label: str) -> Citation | None:
        """Return the passage of a footnote, if its words stand in the reference."""
        note = self._notes.get(label)
        cited = self._cited.get(note.reference_key) if note else None
        found = _places(label, note, cited) if note and cited else []
        if not found or footnote_label(found[0].reference_key, found[0].quote) != label:
            self.lost[label] = None
            return None
        return found[0]


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
