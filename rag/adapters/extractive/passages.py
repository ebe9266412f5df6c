"""Evidence → passages that answer where no sentence that stands alone does.

A sentence that leans on the one before is taken with it; of code, a run of lines. A reader of an
answer has asked and can open the passage; a report has no such reader, so it never draws on these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.extractive.candidates import Candidate
from rag.text.figures import WORD
from rag.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.types import Evidence, Part

_FEWEST_WORDS, _MOST_WORDS = 3, 90
_LEAST_SAID = 0.4
"""Share of letters and digits among the signs of a passage; code has half or more."""
_FEWEST_LINES, _MOST_LINES = 4, 12


def passages(evidence: Iterable[Evidence]) -> list[Candidate]:
    """Return runs of words or lines of the evidence, by reference and position."""
    found: dict[tuple[str, int], Candidate] = {}
    for item in evidence:
        for part in item.document.parts:
            start, end = max(part.start, item.chunk.start), min(part.end, item.chunk.end)
            if start >= end or part.kind in {"heading", "row"}:  # rows are candidates themselves
                continue
            text = item.document.text
            is_code = part.kind == "code"
            runs = _lines(text, start, end) if is_code else _sentences(text, part, start, end)
            for first, last in runs:
                if not _is_told(text[first:last]):
                    continue
                candidate = _passage(item, part, first, last)
                found.setdefault(candidate.place, candidate)
    return [found[place] for place in sorted(found)]


def _is_told(text: str) -> bool:
    """Whether words are told rather than drawn: no brackets alone, no frames of a console."""
    signs = [char for char in text if not char.isspace()]
    said = sum(char.isalnum() for char in signs)
    return bool(WORD.search(text)) and said >= _LEAST_SAID * len(signs)


def _sentences(text: str, part: Part, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield each sentence together with the one before it, where both are not too long.

    Where sentences end is a matter of the whole part: the gates read it, and would take a run that
    begins elsewhere for a torn one. Where none of its sentences lies in the chunk whole, the part
    has none to speak of, and is cut as it is.
    """
    whole = [
        (first, last)
        for first, last in sentence_spans(text, part.start, part.end)
        if start <= first and last <= end
    ]
    before = None
    for first, last in whole or sentence_spans(text, start, end):
        if len(WORD.findall(text[first:last])) < _FEWEST_WORDS:
            continue
        both = before is not None and len(WORD.findall(text[before:last])) <= _MOST_WORDS
        yield (before if both and before is not None else first), last
        before = first


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield runs of lines, cut at blank lines where they can be."""
    first, count, position = start, 0, start
    for line in text[start:end].splitlines(keepends=True):
        position += len(line)
        count += 1
        is_full = count >= _MOST_LINES or (count >= _FEWEST_LINES and not line.strip())
        if is_full or position == end:
            stop = first + len(text[first:position].rstrip())
            if stop > first:
                yield first, stop
            first, count = position, 0


def _passage(evidence: Evidence, part: Part, start: int, end: int) -> Candidate:
    document = evidence.document
    text = document.text[start:end]
    spoken = document.speech or part.kind == "speech"
    return Candidate(
        kind="passage",
        text=text if part.kind == "code" else " ".join(text.split()),
        start=start,
        end=end,
        evidence=evidence,
        headings=part.headings,
        attribution=(part.speaker or document.title) if spoken else "",
        spoken=spoken,
    )
