"""Evidence → candidates: the sentences, table rows and quotations that can stand alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.adapters.extractive import speech, wording
from rag.adapters.extractive.wording import SOURCE_LINE
from rag.text.figures import WORD, content_words
from rag.text.normal import as_sentence
from rag.text.quotations import QUOTED
from rag.text.sentences import sentence_spans
from rag.text.tables import row_cells
from rag.types import Evidence, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

    from rag.types import Part

_MOST_TOGETHER = 3
"""Sentences that may be one claim, because each leans on the one before."""
_WORDS_TOGETHER = 72
"""Their words, beyond which a reader is asked for too much at once."""
Kind = Literal["sentence", "row", "quotation", "passage"]


class Candidate(Value):
    """Words of a reference that can become a claim."""

    kind: Kind
    text: str
    """As it stands in the document, apart from white space; part of a written sentence has the
    capital and the full stop of a sentence of its own."""
    start: int
    end: int
    evidence: Evidence
    headings: tuple[str, ...]
    attribution: str = ""
    """Who said it: for quotations and for speech."""
    spoken: bool = False
    lead: str = ""
    """For sentences of which the last leans on the ones before: those."""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def quote(self) -> str:
        """Its words as they stand in the document, apart from white space."""
        return " ".join(self.evidence.document.text[self.start : self.end].split())

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
    run: list[_Said] = []
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
                if before := _joined(run, said):
                    some = _candidate(evidence, part, "sentence", before[0].start, said.end)
                    lead = " ".join(item.text for item in before)
                    yield some.model_copy(update={"lead": lead})
                run = [*run[1 - _MOST_TOGETHER :], said]


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
    """A sentence, or the part of it that says something, and the words that get it going."""

    part: Part
    start: int
    end: int
    text: str
    whole: str
    voice: ModuleType
    stands_alone: bool
    """Whether it is understood by itself."""
    is_cut: bool
    """Whether its end was left out: nothing can follow it then."""


def _sentences(evidence: Evidence, part: Part) -> Iterator[_Said]:
    """Yield the part's sentences that lie in the chunk whole."""
    document, chunk = evidence.document, evidence.chunk
    if part.kind == "quote" or SOURCE_LINE.match(part.span.of(document.text)):
        return  # a quotation without a speaker is nobody's
    voice = speech if document.speech or part.kind == "speech" else wording
    for start, end in sentence_spans(document.text, part.start, part.end):
        if start < chunk.start or end > chunk.end:
            continue
        raw = re.sub(r"\s", " ", document.text[start:end])
        alone = next(
            (
                span
                for span in voice.parts(raw)
                if voice.stands_alone(as_sentence(raw[slice(*span)]))
            ),
            None,
        )
        first, last = alone or (voice.start(raw), len(raw))
        text = as_sentence(raw[first:last])
        whole = " ".join(raw.split())
        cut = last < len(raw)
        yield _Said(part, start + first, start + last, text, whole, voice, alone is not None, cut)


def _joined(run: Sequence[_Said], said: _Said) -> list[_Said]:
    """Return the last sentences that a reader needs to understand one that leans on them.

    Captions break a speech into paragraphs anywhere; a writer's paragraph is a unit of thought.
    """
    if not said.voice.continues(said.whole):
        return []
    needed = _led(run, said)
    words = sum(len(WORD.findall(item.text)) for item in (*needed, said))
    return needed if words <= _WORDS_TOGETHER else []


def _led(run: Sequence[_Said], said: _Said) -> list[_Said]:
    """Return what leads to a sentence, from the one that names what it is about."""
    if not run or run[-1].is_cut or not _is_near(run[-1].part, said.part):
        return []
    last, voice = run[-1], said.voice
    if voice.introduces(last.text):
        return [last]
    between = voice.continues(last.whole) or voice.leans_on(last.text)
    before = _led(run[:-1], last) if between else []
    return [*before, last] if before else []


def _is_near(one: Part, two: Part) -> bool:
    return one == two or (one.kind == two.kind == "speech" and one.speaker == two.speaker)


def _candidate(evidence: Evidence, part: Part, kind: Kind, start: int, end: int) -> Candidate:
    document = evidence.document
    spoken = document.speech or part.kind == "speech"
    attribution = ""
    if kind == "quotation":
        match = QUOTED.match(part.span.of(document.text))
        attribution = match["who"].strip() if match else ""
    elif spoken:
        attribution = f"{part.speaker}, {document.title}" if part.speaker else document.title
    words = document.text[start:end]
    is_own = kind == "sentence" and not spoken  # what was said stays as it was said
    return Candidate(
        kind=kind,
        text=as_sentence(words) if is_own else " ".join(words.split()),
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
