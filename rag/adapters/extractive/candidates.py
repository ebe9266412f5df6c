"""Evidence → candidates: the sentences, table rows and quotations that can stand alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.adapters.extractive import speech, wording
from rag.adapters.extractive.wording import SOURCE_LINE
from rag.text.figures import WORD, content_words
from rag.text.quotations import QUOTED
from rag.text.sentences import sentence_spans
from rag.text.tables import row_cells
from rag.types import Evidence, Value

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from rag.types import Part

_MAX_TOGETHER = 60
"""Words of two sentences beyond which a reader is asked for too much at once."""
Kind = Literal["sentence", "row", "quotation", "passage"]


class Candidate(Value):
    """Words of a reference that can become a claim."""

    kind: Kind
    text: str
    """As it stands in the document, apart from white space."""
    start: int
    end: int
    evidence: Evidence
    headings: tuple[str, ...]
    attribution: str = ""
    """Who said it: for quotations and for speech."""
    spoken: bool = False
    lead: str = ""
    """For two sentences, of which the second leans on the first: the first."""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands: an order that does not depend on how evidence was found."""
        return self.evidence.reference.key, self.start

    @property
    def words(self) -> frozenset[str]:
        """Its content words, for comparison with others."""
        return content_words(self.text)


def candidates(evidence: Iterable[Evidence]) -> list[Candidate]:
    """Return what can be quoted from the evidence, each once, by reference and position."""
    found: dict[tuple[str, int, int], Candidate] = {}
    for item in evidence:
        for candidate in _from_chunk(item):
            found.setdefault((*candidate.place, candidate.end), candidate)
    return [found[place] for place in sorted(found)]


def _from_chunk(evidence: Evidence) -> Iterator[Candidate]:
    before: _Said | None = None
    for part in _parts(evidence):
        if part.kind == "row":
            yield from _row(evidence, part)
        elif part.kind in {"paragraph", "item", "quote", "speech"}:
            quoted = QUOTED.match(part.span.of(evidence.document.text))
            if quoted:
                yield from _quotation(evidence, part, quoted)
            for said in () if quoted else _sentences(evidence, part):
                if said.stands_alone:
                    yield _candidate(evidence, part, "sentence", said.start, said.end)
                if before and _belong_together(before, said):
                    two = _candidate(evidence, part, "sentence", before.start, said.end)
                    yield two.model_copy(update={"lead": before.text})
                before = said


def _parts(evidence: Evidence) -> Iterator[Part]:
    chunk = evidence.chunk
    for part in evidence.document.parts:
        if part.start < chunk.end and chunk.start < part.end:
            yield part


def _quotation(evidence: Evidence, part: Part, quoted: re.Match[str]) -> Iterator[Candidate]:
    start, end = part.start + quoted.start("words"), part.start + quoted.end("words")
    if evidence.chunk.start <= start and end <= evidence.chunk.end:
        yield _candidate(evidence, part, "quotation", start, end)


class _Said(NamedTuple):
    """A sentence from where it begins to say something, and the words that get it going."""

    part: Part
    start: int
    end: int
    text: str
    whole: str
    voice: ModuleType

    @property
    def stands_alone(self) -> bool:
        """Whether it is understood by itself."""
        return bool(self.voice.stands_alone(self.text))


def _sentences(evidence: Evidence, part: Part) -> Iterator[_Said]:
    """Yield the part's sentences that lie in the chunk whole."""
    document, chunk = evidence.document, evidence.chunk
    if part.kind == "quote" or SOURCE_LINE.match(part.span.of(document.text)):
        return  # a quotation without a speaker is nobody's
    voice = speech if document.speech or part.kind == "speech" else wording
    for start, end in sentence_spans(document.text, part.start, part.end):
        if start < chunk.start or end > chunk.end:
            continue
        begin = start + voice.start(document.text[start:end])
        text = " ".join(document.text[begin:end].split())
        if voice is speech and begin > start:
            text = text[:1].upper() + text[1:]  # a capital would stand here but for the "and"
        yield _Said(part, begin, end, text, " ".join(document.text[start:end].split()), voice)


def _belong_together(before: _Said, said: _Said) -> bool:
    """Whether two sentences are understood together, though the second is not alone.

    Captions break a speech into paragraphs anywhere; a writer's paragraph is a unit of thought.
    """
    one, two, voice = before.part, said.part, said.voice
    joined = one == two or (one.kind == two.kind == "speech" and one.speaker == two.speaker)
    words = len(WORD.findall(before.text)) + len(WORD.findall(said.whole))
    if not joined or words > _MAX_TOGETHER:
        return False
    return bool(voice.introduces(before.text) and voice.continues(said.whole))


def _candidate(evidence: Evidence, part: Part, kind: Kind, start: int, end: int) -> Candidate:
    document = evidence.document
    spoken = document.speech or part.kind == "speech"
    attribution = ""
    if kind == "quotation":
        match = QUOTED.match(part.span.of(document.text))
        attribution = match["who"].strip() if match else ""
    elif spoken:
        attribution = f"{part.speaker}, {document.title}" if part.speaker else document.title
    return Candidate(
        kind=kind,
        text=" ".join(document.text[start:end].split()),
        start=start,
        end=end,
        evidence=evidence,
        headings=part.headings,
        attribution=attribution,
        spoken=spoken,
    )


def _row(evidence: Evidence, part: Part) -> Iterator[Candidate]:
    document, chunk = evidence.document, evidence.chunk
    if part.header is None or part.start < chunk.start or part.end > chunk.end:
        return
    header, cells = row_cells(part.header.of(document.text)), row_cells(part.span.of(document.text))
    inner = part.span.of(document.text).strip("| \t")
    start = document.text.index(inner, part.start)
    if len(cells) != len(header) or len(cells) < 2 or not all(header):  # noqa: PLR2004 - a list is no table
        return
    if sum(bool(cell) for cell in cells) < 2 or not cells[0]:  # noqa: PLR2004 - nothing is said
        return
    yield Candidate(
        kind="row",
        text=" ".join(inner.split()),
        start=start,
        end=start + len(inner),
        evidence=evidence,
        headings=part.headings,
        cells=cells,
        header=header,
    )
