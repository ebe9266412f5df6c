"""Document → chunks: exact spans, cut along the document's own structure.

The cuts are, from the strongest to the weakest: a new heading (a question with its answer is one
such section), a part (paragraph, list item, table row, code block), a line of code, a sentence, a
token. A section over the budget is cut into pieces of about equal size. What lies between two
parts (the marks of Markdown) goes with the part it belongs to, so that every character that is
not white space lies in exactly one chunk.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rag.text.sentences import sentence_spans
from rag.types import Chunk, Document, Part, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.settings import ChunkSettings

CHUNKER_VERSION = "1"
CONTEXT_TOKENS = 48
"""How much of title, heading path and table header is embedded with each chunk."""
_BETWEEN = 2
"""Tokens that may arise where context and text meet."""


def fitting(settings: ChunkSettings, max_tokens: int) -> ChunkSettings:
    """Return the budget, lowered so that chunks with their context are seen whole.

    Args:
        settings: the budget that is configured.
        max_tokens: the longest text of the embedder, in its tokens.
    """
    most = max(1, max_tokens - CONTEXT_TOKENS - _BETWEEN)
    return settings.model_copy(update={"max_tokens": min(settings.max_tokens, most)})


class _Unit(NamedTuple):
    """A stretch of text that is kept whole if it fits, and the part it comes from."""

    start: int
    end: int
    part: Part


class _Ruler:
    """Counts the embedder's tokens in any span of one text."""

    def __init__(self, text: str, token_spans: Callable[[str], list[tuple[int, int]]]) -> None:
        self.starts = [start for start, _ in token_spans(text)]

    def tokens(self, start: int, end: int) -> int:
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)

    def advance(self, start: int, tokens: int, characters: int, end: int) -> int:
        """Return how far a piece from `start` may reach: token, character and end bounds."""
        at = bisect_left(self.starts, start) + tokens
        stop = self.starts[at] if at < len(self.starts) else end
        return max(start + 1, min(stop, start + characters, end))


def chunk(
    document: Document,
    settings: ChunkSettings,
    token_spans: Callable[[str], list[tuple[int, int]]],
    *,
    locator: str = "",
) -> list[Chunk]:
    """Return the document's chunks, in order; together they hold all but white space.

    Args:
        document: what to cut.
        settings: the budget, in tokens of the embedder and in characters.
        token_spans: the embedder's own tokenizer.
        locator: of the reference that brought the document.
    """
    ruler = _Ruler(document.text, token_spans)
    chunks = []
    for section in _sections(_units(document)):
        for group in _packed(document.text, section, settings, ruler):
            span = _trimmed(document.text, group[0].start, group[-1].end)
            if span[0] < span[1]:
                chunks.append(_chunk(document, span, group, token_spans, locator))
    return chunks


def _chunk(
    document: Document,
    span: tuple[int, int],
    group: Sequence[_Unit],
    token_spans: Callable[[str], list[tuple[int, int]]],
    locator: str,
) -> Chunk:
    start, end = span
    part = group[0].part
    body = next((unit.part for unit in group if unit.part.kind != "heading"), group[-1].part)
    return Chunk(
        id=digest(document.id, CHUNKER_VERSION, start, end)[:24],
        document_id=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        context=_context(document, start, part, token_spans),
        headings=body.headings,
        page=part.page,
        seconds=part.seconds,
        locator=locator,
    )


def _context(
    document: Document,
    start: int,
    part: Part,
    token_spans: Callable[[str], list[tuple[int, int]]],
) -> str:
    """Return title, heading path and table header, as far as the chunk does not show them."""
    above = part.headings[:-1] if part.kind == "heading" else part.headings
    names = [document.title] if document.title else []
    names += [name for name in above if name != document.title]
    lines = [" > ".join(names)] if names else []
    if part.header and part.header.start < start:
        lines.append(part.header.of(document.text).strip())
    context = "\n".join(lines)
    tokens = token_spans(context)
    return context if len(tokens) <= CONTEXT_TOKENS else context[: tokens[CONTEXT_TOKENS][0]]


def _units(document: Document) -> Iterator[_Unit]:
    """Yield the parts, each with the marks of Markdown that belong to it."""
    text, parts = document.text, document.parts
    if not parts:
        return
    cuts = [0]
    for before, after in pairwise(parts):
        gap = text[before.end : after.start]
        blank = gap.find("\n\n")
        cut = blank if blank >= 0 else max(gap.find("\n"), 0)
        cuts.append(before.end + cut)
    cuts.append(len(text))
    for part, (start, end) in zip(parts, pairwise(cuts), strict=True):
        yield _Unit(start, end, part)


def _sections(units: Iterator[_Unit]) -> Iterator[list[_Unit]]:
    """Yield runs of units under one heading; headings without a body join what follows."""
    section: list[_Unit] = []
    for unit in units:
        has_body = any(other.part.kind != "heading" for other in section)
        if section and has_body and unit.part.headings != section[-1].part.headings:
            yield section
            section = []
        section.append(unit)
    if section:
        yield section


def _packed(
    text: str, section: Sequence[_Unit], settings: ChunkSettings, ruler: _Ruler
) -> Iterator[list[_Unit]]:
    """Yield groups of pieces, each within the budget and all about equally long."""
    total = ruler.tokens(section[0].start, section[-1].end)
    groups = -(-total // settings.max_tokens) or 1
    target = -(-total // groups)
    group: list[_Unit] = []
    for unit in section:
        for piece in _pieces(text, unit, settings, ruler):
            if group and not _fits(group, piece, settings, ruler, target):
                yield group
                group = []
            group.append(piece)
    if group:
        yield group


def _fits(
    group: list[_Unit], piece: _Unit, settings: ChunkSettings, ruler: _Ruler, target: int
) -> bool:
    tokens = ruler.tokens(group[0].start, piece.end)
    if tokens > settings.max_tokens or piece.end - group[0].start > settings.max_characters:
        return False
    # Over the target, the piece goes where the overshoot is smaller.
    so_far = ruler.tokens(group[0].start, group[-1].end)
    return tokens <= target or tokens - target <= target - so_far


def _pieces(text: str, unit: _Unit, settings: ChunkSettings, ruler: _Ruler) -> Iterator[_Unit]:
    """Yield the unit whole if it fits, else its lines or sentences, else runs of tokens."""
    for start, end in _broken(text, unit, settings, ruler):
        at = start
        while _over(at, end, settings, ruler):
            stop = ruler.advance(at, settings.max_tokens, settings.max_characters, end)
            yield _Unit(at, stop, unit.part)
            at = stop
        if at < end:
            yield _Unit(at, end, unit.part)


def _broken(
    text: str, unit: _Unit, settings: ChunkSettings, ruler: _Ruler
) -> Iterator[tuple[int, int]]:
    if not _over(unit.start, unit.end, settings, ruler):
        yield unit.start, unit.end
        return
    if unit.part.kind == "code":
        stops = [at + 1 for at in range(unit.start, unit.end) if text[at] == "\n"]
    else:
        stops = [end for _, end in sentence_spans(text, unit.start, unit.end)]
    start = unit.start
    for stop in stops[:-1] if stops and stops[-1] < unit.end else stops:
        if stop > start:
            yield start, stop
            start = stop
    if start < unit.end:
        yield start, unit.end


def _over(start: int, end: int, settings: ChunkSettings, ruler: _Ruler) -> bool:
    return end - start > settings.max_characters or ruler.tokens(start, end) > settings.max_tokens


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
