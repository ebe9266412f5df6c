"""Sources → documents: a table from media type to the pure function that reads it."""

from __future__ import annotations

import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from rag.stages.parse.builder import PARSER_VERSION
from rag.stages.parse.captions import parse_captions
from rag.stages.parse.html import parse_html
from rag.stages.parse.markdown import parse_markdown
from rag.stages.parse.media import HTML, MARKDOWN, PDF, PLAIN, SRT, UNKNOWN, VTT, media_type
from rag.stages.parse.objects import is_objects, parse_objects
from rag.stages.parse.pdf import parse_pdf
from rag.stages.parse.plain import parse_plain
from rag.types import Document, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Source

__all__ = ["PARSERS", "PARSER_VERSION", "parse"]

PARSERS: dict[str, Callable[[str, Source, bytes], Document | Skipped]] = {
    HTML: parse_html,
    MARKDOWN: parse_markdown,
    PLAIN: parse_plain,
    VTT: parse_captions,
    SRT: parse_captions,
    PDF: parse_pdf,
}

# Where words are not set apart by spaces, each character counts as one.
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def parse(subject: str, source: Source, content: bytes, *, min_words: int) -> Document | Skipped:
    """Return the document that a source's bytes spell, or why there is none.

    Args:
        subject: the reference key, named in a `Skipped`.
        source: where the bytes come from and what was announced of them.
        content: the bytes.
        min_words: a document with fewer words has nothing to read.
    """
    if is_objects(source):
        each = partial(parse, subject, min_words=1)
        return _worth_reading(parse_objects(subject, source, content, each), subject, min_words)
    if not content.strip(b"\0 \t\r\n"):
        return _skipped(subject, "it is empty: check the locator")
    kind = media_type(source, content)
    parser = PARSERS.get(kind)
    if parser is None:
        return _skipped(subject, _unread(kind))
    document = parser(subject, source, content)
    return _worth_reading(document, subject, min_words, html=kind == HTML)


def _worth_reading(
    document: Document | Skipped, subject: str, min_words: int, *, html: bool = False
) -> Document | Skipped:
    if isinstance(document, Document) and _has_fewer(document.text, min_words):
        few = "no text to read (a login page?)" if html else "no text to read"
        return _skipped(subject, f"{few}: fewer than {min_words} words")
    return document


def _unread(kind: str) -> str:
    what = "binary data of no known type" if kind == UNKNOWN else kind
    return f"{what} is not read yet: give it as HTML, Markdown, plain text, captions or PDF"


def _has_fewer(text: str, words: int) -> bool:
    return sum(1 for _ in islice(_WORD.finditer(text), words)) < words


def _skipped(subject: str, reason: str) -> Skipped:
    return Skipped(subject=subject, stage="parse", reason=reason)
