"""PDF → a document with page numbers: lines to paragraphs, headings by their size."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from rag.stages.parse.builder import DocumentBuilder, Facts
from rag.stages.parse.dates import iso_date
from rag.stages.parse.decode import clean
from rag.stages.parse.pdf_lines import TextLine, body_size, pages_of
from rag.stages.parse.shape import bullet
from rag.stages.parse.titles import title_of
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Document, Source

_HEADING_SIZE = 1.15
"""How much larger than the body's the type of a heading is, at least."""
_HEADING_LENGTH = 160
_NEW_PARAGRAPH = 1.4
"""How much wider than usual the gap above a paragraph is, at least."""
_INDENT = 0.8
"""How far the first line of a paragraph is set in, at least, in heights of its type."""
_SHORT = 0.85
"""A line that ends a paragraph is often shorter than this share of the widest."""
_ENDED = re.compile(r"""[.?!:…。][\])"'”\u2019]*$""")
_HYPHEN = re.compile(r"(?<=[a-z\u00df-\u024f])[-\u2010\u00ad\x02]$")
_NAMED_TITLE = re.compile(
    r"untitled|microsoft word\b.*|.*\.(?:docx?|pdf|indd|tex|dvi|pptx?)", re.IGNORECASE
)


class Block(NamedTuple):
    """Lines that belong together."""

    text: str
    size: float
    page: int


def parse_pdf(subject: str, source: Source, content: bytes) -> Document | Skipped:
    """Return the document of a PDF's text; one of pictures or with a password has none."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        pdf = PdfDocument(content)
        try:
            pages = pages_of(pdf)
            said = dict(pdf.get_metadata_dict())
        finally:
            pdf.close()
    except PdfiumError as error:
        return Skipped(subject=subject, stage="parse", reason=_unread(str(error)))
    builder = DocumentBuilder()
    blocks = list(_joined(list(_blocks(pages))))
    body = body_size(pages)
    sizes = sorted({block.size for block in blocks if _is_heading(block, body)}, reverse=True)
    first = ""
    for block in blocks:
        if block.size in sizes and _is_heading(block, body):
            level = min(sizes.index(block.size) + 1, 6)
            builder.add("heading", block.text, level=level, page=block.page)
            first = first or block.text
        elif item := bullet(block.text):
            builder.add("item", item[1], mark=item[0], page=block.page)
        else:
            builder.add("paragraph", block.text, page=block.page)
    return builder.build(source, _facts(said, first, source.location))


def _unread(error: str) -> str:
    if "assword" in error:
        return "the PDF needs a password: save it again without one"
    return f"the PDF cannot be read ({error.strip().rstrip('.')}): save it again"


def _facts(said: dict[str, str], heading: str, location: str) -> Facts:
    title = clean(said.get("Title", "")).strip()
    if _NAMED_TITLE.fullmatch(title):
        title = ""
    stamp = re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", said.get("CreationDate", ""))
    return Facts(
        title=title or heading or title_of(location),
        date=iso_date("-".join(stamp.groups())) if stamp else "",
        author=clean(said.get("Author", "")),
    )


def _is_heading(block: Block, body: float) -> bool:
    return block.size >= body * _HEADING_SIZE and len(block.text) <= _HEADING_LENGTH


def _blocks(pages: Sequence[Sequence[TextLine]]) -> Iterator[Block]:
    """Yield the paragraphs, headings and items of each page."""
    for number, lines in enumerate(pages, start=1):
        gaps = [above.top - below.top for above, below in pairwise(lines)]
        usual = median([gap for gap in gaps if gap > 0] or [0.0])
        widest = max((line.right for line in lines), default=0.0)
        run: list[TextLine] = []
        for line in lines:
            if run and _starts(run, line, usual, widest):
                yield _block(run, number)
                run = []
            run.append(line)
        if run:
            yield _block(run, number)


def _starts(run: Sequence[TextLine], line: TextLine, usual: float, widest: float) -> bool:
    """Whether a line begins another block than the lines before it."""
    before = run[-1]
    gap = before.top - line.top
    if abs(line.size - before.size) > 0.1 * before.size or gap < -line.size:
        return True
    if gap > _NEW_PARAGRAPH * max(usual, line.size) or bullet(line.text):
        return True
    ended = bool(_ENDED.search(before.text))
    inset = line.left - run[0].left > _INDENT * line.size and line.left - before.left > 0
    return ended and (before.right < _SHORT * widest or (inset and not bullet(run[0].text)))


def _block(run: Sequence[TextLine], page: int) -> Block:
    return Block(_join([line.text for line in run]), run[0].size, page)


def _join(lines: Sequence[str]) -> str:
    """Return lines as one text; a word parted at the end of a line is one word again."""
    text = ""
    for line in lines:
        if _HYPHEN.search(text) and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield blocks, those that a page break parts put together on the page they begin on."""
    held: Block | None = None
    for block in blocks:
        goes_on = (
            held is not None
            and block.page == held.page + 1
            and block.size == held.size
            and not _ENDED.search(held.text)
            and block.text[:1].islower()
        )
        if held is not None and goes_on:
            held = held._replace(text=_join([held.text, block.text]))
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held
