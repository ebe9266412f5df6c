"""Evidence → candidates: the sentences, table rows and quotations that can stand alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from rag.adapters.extractive.wording import (
    QUOTED,
    SOURCE_LINE,
    spoken_start,
    stands_alone,
    written_start,
)
from rag.text.figures import content_words
from rag.text.sentences import sentence_spans
from rag.types import Evidence, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.types import Part

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
    found: dict[tuple[str, int], Candidate] = {}
    for item in evidence:
        for candidate in _from_chunk(item):
            found.setdefault(candidate.place, candidate)
    return [found[place] for place in sorted(found)]


def _from_chunk(evidence: Evidence) -> Iterator[Candidate]:
    document, chunk = evidence.document, evidence.chunk
    for part in document.parts:
        if part.end <= chunk.start or part.start >= chunk.end:
            continue
        if part.kind == "row":
            yield from _row(evidence, part)
        elif part.kind in {"paragraph", "item", "quote", "speech"}:
            yield from _prose(evidence, part)


def _prose(evidence: Evidence, part: Part) -> Iterator[Candidate]:
    document, chunk = evidence.document, evidence.chunk
    text = part.span.of(document.text)
    if quoted := QUOTED.match(text):
        start = part.start + quoted.start("words")
        if chunk.start <= start and start + len(quoted["words"]) <= chunk.end:
            yield _candidate(evidence, part, "quotation", start, part.start + quoted.end("words"))
        return
    if part.kind == "quote" or SOURCE_LINE.match(text):
        return  # a quotation without a speaker is nobody's
    spoken = document.speech or part.kind == "speech"
    for start, end in sentence_spans(document.text, part.start, part.end):
        if start < chunk.start or end > chunk.end:
            continue
        begin = start + (spoken_start if spoken else written_start)(document.text[start:end])
        said = document.text[begin:end]
        if spoken and begin > start:
            said = said[:1].upper() + said[1:]  # a capital would stand here but for the "and"
        if stands_alone(said, spoken=spoken):
            yield _candidate(evidence, part, "sentence", begin, end)


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


def row_cells(line: str) -> tuple[str, ...]:
    r"""Return the cells of a Markdown table row; `\|` is a bar inside a cell."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner))
