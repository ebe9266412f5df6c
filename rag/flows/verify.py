"""A report as it stands in its file → every claim of it checked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import PrerequisiteError, UsageError
from rag.flows.checking import rules_of
from rag.flows.disagreements import HEADER
from rag.flows.presence import absence, check_presence
from rag.flows.sourced import Sourced
from rag.flows.supporting import support_of
from rag.stages.readback import own_words_apart, read_back
from rag.stages.verify import Held, check_claim, columns_of, misplaced, objection
from rag.text.calculations import split_calculation
from rag.text.labels import footnote_label
from rag.text.normal import normalise
from rag.text.tables import row_cells
from rag.types import (
    MATCH_COLUMNS,
    Chunk,
    Claim,
    Evidence,
    ProposedCitation,
    ProposedClaim,
    Rejected,
    Value,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.stages.readback import ReadBlock, ReadClaim, ReadFootnote, ReadReport
    from rag.stages.verify import Rules
    from rag.types import Document


class Checkup(Value):
    """A claim of the report and what came of checking it."""

    line: int
    section: str
    """Id of the section; empty for one of the user's own."""
    form: str
    text: str
    verdict: Verdict
    reason: str = ""
    support: float = 1.0
    """How far its passages entail it, 0 to 1; verbatim words do."""
    claim: Claim | None = None
    """The claim with its spans, if it holds."""


class Statement(Value):
    """Something that the report says without a citation: the user's own."""

    line: int
    text: str


class Verification(Value):
    """What came of checking a report."""

    report: str
    """The file."""
    claims: tuple[Checkup, ...]
    statements: tuple[Statement, ...]
    absence: str = ""
    """Why the file is no report: the project's own shows no claim of the last edition, another one
    no claim at all. Empty if it is one, or there is no edition yet."""

    @property
    def failures(self) -> tuple[Checkup, ...]:
        """The claims that do not hold."""
        return tuple(item for item in self.claims if item.verdict != "supported")


def verify_report(project: Project, tools: Tools, path: Path | None = None) -> Verification:
    """Return what holds of a report and what does not, after hand edits too.

    Args:
        project: whose store is asked.
        tools: the wired adapters.
        path: the report; the project's own if None.

    Raises:
        UsageError: there is no such file, or it is no text.
        RagError: the project's own report is gone.
        PrerequisiteError: nothing has been ingested.
    """
    file = path or project.report
    if path is None and not file.exists():
        check_presence(project, tools)
    text = _read(file, is_own=path is None)
    report = own_words_apart(read_back(text, tools.config.outline), _committed(tools))
    if not tools.store.ingested():
        raise PrerequisiteError(
            "the store is empty, so that no passage can be looked up",
            advice="run `rag compose`, which takes the report over, or `rag ingest`",
        )
    checker = _Checker(tools, report, Sourced(project, tools, text))
    checkups = checker.checkups()
    return Verification(
        report=str(file),
        claims=tuple(_entailed(tools, checkups)),
        statements=tuple(sorted(checker.statements(), key=lambda item: item.line)),
        absence=_absence(project, tools, file, is_cited=bool(checkups)),
    )


def _committed(tools: Tools) -> Iterator[tuple[str, list[str]]]:
    """Yield the words of the last edition's claims, with their footnotes."""
    latest = tools.store.latest()
    for section in latest.sections if latest else ():
        for claim in section.claims:
            yield claim.words, [item.label for item in claim.citations]


def _absence(project: Project, tools: Tools, file: Path, *, is_cited: bool) -> str:
    """Return why a file is no report of the project; elsewhere, an earlier edition is one."""
    if file.resolve() == project.report.resolve():
        return str(absence(project, tools) or "")
    is_none = tools.store.latest() is not None and not is_cited
    return f"{file.name} has no claim with a citation: name a report" if is_none else ""


def _read(file: Path, *, is_own: bool) -> str:
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        advice = "`rag compose` writes it" if is_own else "name a report that is there"
        raise UsageError(f"there is no {file}", advice=advice) from None
    except IsADirectoryError:
        raise UsageError(f"{file} is a folder", advice="name a report") from None


class _Checker:
    """Checks claims that were read back against the documents in the store."""

    def __init__(self, tools: Tools, report: ReadReport, sourced: Sourced) -> None:
        self._sourced = sourced
        self._store = tools.store
        self._known = tools.store.ingested()
        self._report = report
        self._rules: Rules = rules_of(tools.config)
        self._notes: dict[str, ReadFootnote] = {}
        for note in report.footnotes:
            self._notes.setdefault(note.label, note)
        self._documents: dict[str, Document] = {}
        self._evidence: dict[str, Evidence] = {}

    def checkups(self) -> list[tuple[Checkup, Held | None]]:
        """Return, in reading order, what the computable gates say of each cited claim."""
        return [
            self._checked(section, block, claim)
            for section, block in blocks_of(self._report)
            for claim in block.claims
            if claim.is_cited
        ]

    def _checked(
        self, section: str, block: ReadBlock, read: ReadClaim
    ) -> tuple[Checkup, Held | None]:
        proposal = self._proposal(block, read)
        for label in read.labels:
            if reason := self._lacking(label):
                return _checkup(section, block, read, "evidence_unknown", reason), None
        for label in read.labels:
            note = self._notes[label]
            if footnote_label(note.reference_key, note.quote) != label:
                reason = f"the words of footnote {label} are not those it was made for"
                return _checkup(section, block, read, "quote_absent", reason), None
        outcome = check_claim(proposal, self._evidence, self._rules, block.form)
        if isinstance(outcome, Rejected):
            return _checkup(section, block, read, outcome.verdict, outcome.reason), None
        if objected := self._misshown(block, read, outcome.claim):
            return _checkup(section, block, read, *objected), None
        held = _checkup(section, block, read, "supported", "")
        return held.model_copy(update={"claim": outcome.claim}), outcome

    def statements(self) -> Iterator[Statement]:
        """Yield what the report says without a citation."""
        for claim in self._report.claims():
            if not claim.is_cited:
                yield Statement(line=claim.line, text=claim.text or " | ".join(claim.cells))
        yield from self._columns()
        for line, text in self._sourced.unlisted(self._report.entries):
            yield Statement(line=line, text=f"reference: {text}")

    def _columns(self) -> Iterator[Statement]:
        """Yield the columns that are the user's own: neither the config's nor of a cited table."""
        for _, block in blocks_of(self._report):
            if block.header == HEADER:
                continue
            labels = [label for claim in block.claims for label in claim.labels]
            cited = [self._evidence[label] for label in labels if label in self._evidence]
            known = self._rules.columns | columns_of(item.document for item in cited)
            for name in block.header:
                if name and normalise(name).lower() not in known:
                    yield Statement(line=block.header_line, text=f"column: {name}")

    def _misshown(
        self, block: ReadBlock, read: ReadClaim, claim: Claim
    ) -> tuple[Verdict, str] | None:
        """Return what is wrong with how a claim that holds is shown."""
        if read.is_linked:
            return "evidence_unknown", "a link or picture in it is no evidence: its footnotes are"
        left = {item.label for item in claim.citations}  # without those that bear nothing of it
        if idle := [label for label in read.labels if label not in left]:
            return "misattributed", f"nothing of it stands in {self._notes[idle[0]].quote!r}"
        if wrong := self._sourced.misstated(claim, self._notes):
            return "misattributed", wrong
        if block.header == HEADER and (wrong := self._sourced.misdated(claim, read)):
            return "misattributed", wrong
        if block.header == MATCH_COLUMNS and (wrong := self._sourced.mismatched(read)):
            return "quote_absent", wrong
        return misplacement(claim, block, (item.document for item in self._evidence.values()))

    def _lacking(self, label: str) -> str:
        """Return what is missing to look a footnote up, and see to it that the rest is there."""
        note = self._notes.get(label)
        if note is None:
            return f"there is no footnote {label}"
        if not note.reference_key:
            return f"footnote {label} names no passage: words of your own stand without a footnote"
        item = self._known.get(note.reference_key)
        if item is None:
            return f"{note.reference_key} is no reference of the store; run `rag ingest`"
        if item.document_id not in self._documents:
            self._documents[item.document_id] = self._store.document(item.document_id)
        document = self._documents[item.document_id]
        whole = Chunk(
            id=label, document_id=document.id, start=0, end=len(document.text), text=document.text
        )
        self._evidence[label] = Evidence(
            key=label, chunk=whole, document=document, reference=item.reference
        )
        return ""

    def _proposal(self, block: ReadBlock, read: ReadClaim) -> ProposedClaim:
        """Return the claim as a writer would have proposed it."""
        text, cells, calculation = claimed(block, read)
        for label in read.labels if cells else ():
            quote = self._notes[label].quote if label in self._notes else ""
            if tuple(map(normalise, row_cells(quote))) == tuple(map(normalise, cells)):
                text = quote  # the row as its document has it
        return ProposedClaim(
            text=text,
            cells=cells,
            attribution=read.attribution,
            calculation=calculation,
            citations=tuple(
                ProposedCitation(
                    evidence=label, quote=self._notes[label].quote if label in self._notes else ""
                )
                for label in read.labels
            ),
        )


def blocks_of(report: ReadReport) -> Iterator[tuple[str, ReadBlock]]:
    """Yield each block with the id of its section; empty for one that is in none."""
    for block in report.loose:
        yield "", block
    for section in report.sections:
        for block in section.blocks:
            yield section.id, block


def claimed(block: ReadBlock, read: ReadClaim) -> tuple[str, tuple[str, ...], str]:
    """Return the text, the cells and the calculation of a claim that was read back."""
    if block.header == HEADER:  # of a conflict's row only the words are the claim's
        text, calculation = split_calculation(read.cells[1])
        quoted = text.startswith("“") and text.endswith("”")
        return (text[1:-1] if quoted else text), (), calculation
    text, calculation = split_calculation(read.cells[-1] if read.cells else read.text)
    if not read.cells:
        return text, (), calculation
    return (read.text if not calculation else text), (*read.cells[:-1], text), calculation


def misplacement(
    claim: Claim, block: ReadBlock, documents: Iterable[Document]
) -> tuple[Verdict, str] | None:
    """Return what is wrong with the columns that a claim stands under, if it is a cited row.

    Args:
        claim: with its citations.
        block: where it stands; the columns of conflicts are the program's own.
        documents: those that it cites.
    """
    if block.form != "table" or block.header == HEADER:
        return None
    name = misplaced(claim, block.header, {item.id: item for item in documents})
    return ("quote_absent", f"not under {name!r} there") if name else None


def _checkup(
    section: str, block: ReadBlock, read: ReadClaim, verdict: Verdict, reason: str
) -> Checkup:
    return Checkup(
        line=read.line,
        section=section,
        form=block.form,
        text=read.text or " | ".join(read.cells),
        verdict=verdict,
        reason=reason,
    )


def _entailed(tools: Tools, checkups: Sequence[tuple[Checkup, Held | None]]) -> Iterator[Checkup]:
    """Yield the checkups, with what the passages say of those that the other gates let through."""
    support = support_of(tools)
    asked = [held.question for _, held in checkups if held and held.question]
    scores = dict(zip(asked, support(asked), strict=True))
    rules = rules_of(tools.config)
    for item, held in checkups:
        question = held.question if held else None
        score = scores[question] if question else 1.0
        found = objection(question, score, rules) if question else None
        update: dict[str, object] = {"support": score}
        if found:
            update |= {"verdict": found[0], "reason": found[1], "claim": None}
        yield item.model_copy(update=update)
