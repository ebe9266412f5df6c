"""The lines of a PDF's pages, without the headers and footers that repeat on them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.stages.parse.decode import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARGIN = 0.1
"""How much of a page's height is margin, above and below."""
_REPEATED = 3
"""On how many pages a line at the edge must stand to be a header or footer, at least."""
_REPEATED_SHARE = 0.5
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|[-–—|])?\s*\d{1,4}\s*(?:(?:of|/)\s*\d{1,4}|[-–—|])?", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")


class TextLine(NamedTuple):
    """A line as printed; lengths in points, upwards from the foot of the page."""

    text: str
    size: float
    left: float
    right: float
    top: float
    edge: str = ""
    """`head` or `foot` where the line stands in a margin of the page."""


def pages_of(pdf: Any) -> list[list[TextLine]]:
    """Return the lines of each page in reading order, headers and footers left out."""
    pages = []
    for page in pdf:
        text_page = page.get_textpage()
        pages.append(list(_lines(text_page, page.get_height())))
        text_page.close()
        page.close()
    return _without_edges(pages)


def body_size(pages: Sequence[Sequence[TextLine]]) -> float:
    """Return the size of type in which most characters are set."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page:
            weights[line.size] += len(line.text)
    return max(weights, key=lambda size: (weights[size], -size), default=0.0)


def _lines(text_page: Any, height: float) -> Iterator[TextLine]:
    text = text_page.get_text_range()
    last = text_page.count_chars() - 1
    for found in re.finditer(r"[^\r\n]+", text):
        words = clean(found[0]).strip()  # U+FFFE, a hyphen at a line's end, goes with it
        if not words or last < 0:
            continue
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        stop = found.start() + len(found[0].rstrip()) - 1
        left, bottom, _, top = text_page.get_charbox(min(start, last), loose=True)
        _, _, right, _ = text_page.get_charbox(min(stop, last), loose=True)
        edge = "head" if bottom > (1 - _MARGIN) * height else ""
        edge = "foot" if top < _MARGIN * height else edge
        yield TextLine(words, round(top - bottom, 1), left, right, top, edge)


def _without_edges(pages: Sequence[list[TextLine]]) -> list[list[TextLine]]:
    """Return pages without page numbers and without lines that many pages share in a margin."""
    counts = Counter(key for page in pages for key in {_key(line) for line in page if line.edge})
    least = max(_REPEATED, _REPEATED_SHARE * len(pages))
    largest = body_size(pages)

    def is_edge(line: TextLine) -> bool:
        if not line.edge or line.size > largest:
            return False
        return bool(_PAGE_NUMBER.fullmatch(line.text)) or counts[_key(line)] >= least

    return [[line for line in page if not is_edge(line)] for page in pages]


def _key(line: TextLine) -> tuple[str, str]:
    return line.edge, _DIGITS.sub("#", line.text)
