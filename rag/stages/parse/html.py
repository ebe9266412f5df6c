"""HTML → a document: the main content by trafilatura, its blocks by `BlockWriter`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.stages.parse.blocks import BlockWriter
from rag.stages.parse.builder import DocumentBuilder, Facts, one_line
from rag.stages.parse.dates import iso_date
from rag.stages.parse.decode import decode
from rag.stages.parse.furniture import is_furniture, tidy
from rag.stages.parse.spans import spread
from rag.stages.parse.titles import title_of
from rag.types import Skipped

if TYPE_CHECKING:
    from rag.types import Document, Source

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_RENAMED = {
    ("list", ""): "ul",
    ("list", "ol"): "ol",
    ("item", ""): "li",
    ("quote", ""): "blockquote",
    ("row", ""): "tr",
    ("cell", ""): "td",
    ("cell", "head"): "th",
    ("lb", ""): "br",
    ("hi", ""): "span",
    ("hi", "#sup"): "sup",
    ("hi", "#t"): "code",
    ("ref", ""): "span",
    ("del", ""): "span",
}
"""Element names of trafilatura's tree, with what they stand for, → HTML's."""
_FAR = "2999-12-31"


def parse_html(subject: str, source: Source, content: bytes) -> Document | Skipped:
    """Return the main content of a page, without navigation, banners and share buttons."""
    from trafilatura import bare_extraction
    from trafilatura.utils import load_html

    tree = load_html(decode(content, source.charset))
    if tree is None:
        return Skipped(subject=subject, stage="parse", reason="not a page of HTML: save it again")
    facts = _facts(tree, source)
    tidy(tree)
    spread(tree)
    page = bare_extraction(
        tree,
        fast=True,  # without the second extractors: better on the labelled pages, and faster
        favor_recall=True,
        include_comments=False,
        include_formatting=True,
        include_tables=True,
    )
    builder = DocumentBuilder()
    body = getattr(page, "body", None)
    if body is not None:
        _add_body(builder, body, facts.title)
    return builder.build(source, facts)


def _facts(tree: Any, source: Source) -> Facts:
    """Return what the page's head says of it."""
    from trafilatura.metadata import extract_metadata

    # No clock: the latest date that is believed is fixed, and dates are not guessed from the text.
    dates = {"original_date": True, "extensive_search": False, "max_date": _FAR}
    said = extract_metadata(tree, None, dates, extensive=False)
    named = {
        (meta.get("name") or "").lower(): meta.get("content") or "" for meta in tree.iter("meta")
    }
    address = said.url or named.get("source-url", "")
    return Facts(
        title=said.title or title_of(source.location),
        date=iso_date(said.date or ""),
        author=(said.author or named.get("author", "")).replace("; ", ", "),
        origin=address if address.startswith(("http://", "https://")) else "",
    )


def _add_body(builder: DocumentBuilder, body: Any, title: str) -> None:
    """Append the blocks of trafilatura's tree, but the title and what only dresses the page."""
    from lxml.etree import iterwalk

    writer = BlockWriter(builder)
    dropped = None
    first = True
    for event, element in iterwalk(body, events=("start", "end")):
        if event == "start" and dropped is None and element.tag in {"head", "p", "item"}:
            words = one_line("".join(element.itertext()))
            repeats_title = first and words.casefold() == one_line(title).casefold()
            first = first and not words
            if repeats_title or (element.tag != "head" and is_furniture(words)):
                dropped = element
        if dropped is None:
            _write(writer, event, element)
        elif event == "end" and element is dropped:
            dropped = None
        if event == "end" and element.tail and element is not body and dropped is None:
            writer.text(element.tail)
    writer.close()


def _write(writer: BlockWriter, event: str, element: Any) -> None:
    tag = _tag(element)
    if event == "end":
        writer.end(tag)
        return
    writer.start(tag)
    if element.text:
        writer.text(element.text)


def _tag(element: Any) -> str:
    """Return the HTML name of an element of trafilatura's tree."""
    tag = str(element.tag)
    rend = element.get("rend") or ""
    if tag == "head":
        return rend if rend in _HEADINGS else "h2"
    if tag == "code":
        return "pre" if _is_block(element) else tag
    return _RENAMED.get((tag, rend or element.get("role")), _RENAMED.get((tag, ""), tag))


def _is_block(code: Any) -> bool:
    """Whether a `code` element stands for `pre`: it has lines, or stands among blocks."""
    parent = code.getparent()
    alone = parent is not None and parent.tag in {"body", "div", "quote", "code"}
    return alone or "\n" in (code.text or "").strip() or code.find(".//lb") is not None
