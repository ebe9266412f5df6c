"""HTML events → blocks: one writer for whole pages and for HTML inside Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.stages.parse.builder import DocumentBuilder

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul", "ol", "dl", "menu"}
_ITEMS = {"li", "dt", "dd"}
_CELLS = {"td", "th"}
_SILENT = {"script", "style", "template", "noscript", "svg", "math", "head", "select", "button"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "source", "col", "area", "base"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font"),
    *("i", "img", "input", "ins", "kbd", "label", "mark", "q", "ruby", "s", "samp", "small"),
    *("span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "details"),
    *("div", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html"),
    *("iframe", "main", "nav", "p", "picture", "pre", "section", "source", "summary", "table"),
    *("tbody", "tfoot", "thead", "title", "tr", "video", "audio", "colgroup", "option"),
}
TAGS = _INLINE | _BLOCKS | _SILENT | _VOID | _LISTS | _ITEMS | _CELLS | set(_HEADINGS)
"""The elements of HTML that are markup; `<name>` of any other word is text (a placeholder)."""


class BlockWriter:
    """Writes the blocks of an HTML element stream to a builder; knows no tree, so no depth."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._text: list[str] = []
        self._heading = 0
        self._lists: list[tuple[str, int]] = []
        self._item_open = False
        self._quotes = 0
        self._pre = 0
        self._silent = 0
        self._sup = False
        self._tables = 0
        self._rows: list[list[tuple[str, str]]] = []
        self._cell: str = ""

    def start(self, tag: str) -> None:
        """Take the start of an element."""
        if tag in _SILENT:
            self._silent += 1
        elif tag == "pre":
            self._flush()
            self._pre += 1
        elif self._pre:
            self._text.append("\n" if tag == "br" else "")
        elif tag == "code":
            self._text.append("`")
        elif tag == "sup":
            # 10<sup>9</sup> must not become 109
            self._sup = "".join(self._text[-2:])[-1:].isdigit()
        elif tag not in _INLINE:
            self._start_block(tag)

    def text(self, data: str) -> None:
        """Take character data."""
        if self._silent:
            return
        if self._sup:
            self._sup = False
            data = f"^{data}" if data[:1].isdigit() else data
        self._text.append(data)

    def end(self, tag: str) -> None:
        """Take the end of an element; an end without its start is forgiven."""
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "pre":
            if self._pre == 1:
                self._flush()
            self._pre = max(self._pre - 1, 0)
        elif self._pre:
            return
        elif tag == "code":
            self._end_code()
        elif tag == "sup":
            self._sup = False
        elif tag not in _INLINE:
            self._end_block(tag)

    def close(self) -> None:
        """Write what is still open."""
        if self._tables:
            self._tables = 1
            self._end_table()
        self._flush()

    def _start_block(self, tag: str) -> None:
        if self._tables and tag != "table":
            self._start_in_table(tag)
            return
        self._flush()
        if tag == "table":
            self._tables += 1
        elif tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag in _LISTS:
            if not self._lists:
                self._builder.end_list()
            self._lists.append((tag, 0))
        elif tag in _ITEMS:
            kind, number = self._lists.pop() if self._lists else ("ul", 0)
            self._lists.append((kind, number + 1))
            self._item_open = True
        elif tag == "blockquote":
            self._quotes += 1

    def _end_block(self, tag: str) -> None:
        if tag == "table":
            self._end_table()
            return
        if self._tables:
            self._text.append(" ")
            return
        self._flush()
        if tag in _HEADINGS:
            self._heading = 0
        elif tag in _LISTS and self._lists:
            self._lists.pop()
            self._item_open = False
        elif tag in _ITEMS:
            self._item_open = False
        elif tag == "blockquote":
            self._quotes = max(self._quotes - 1, 0)

    def _start_in_table(self, tag: str) -> None:
        """Inside a table all but rows and cells is words of a cell; so is an inner table."""
        if self._tables > 1 or tag not in {"tr", *_CELLS}:
            self._text.append(" ")
            return
        self._end_cell()
        if tag == "tr":
            self._rows.append([])
        else:
            self._cell = tag

    def _end_cell(self) -> None:
        words = " ".join("".join(self._text).split())
        self._text = []
        if self._cell or words:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append((self._cell, words))
        self._cell = ""

    def _end_table(self) -> None:
        if self._tables > 1:
            self._tables -= 1
            self._text.append(" ")
            return
        if not self._tables:
            return
        self._end_cell()
        self._tables = 0
        rows = [row for row in self._rows if row]
        self._rows = []
        header = bool(rows) and all(tag == "th" or not words for tag, words in rows[0])
        if all(len(row) == 1 for row in rows):
            for row in rows:  # one column is layout, not a table
                self._builder.add("paragraph", row[0][1])
            return
        width = max(len(row) for row in rows)
        cells = [[words for _, words in row] + [""] * (width - len(row)) for row in rows]
        self._builder.add_table(cells, header=header)

    def _end_code(self) -> None:
        opened = next((at for at in reversed(range(len(self._text))) if self._text[at] == "`"), -1)
        words = "".join(self._text[opened + 1 :]) if opened >= 0 else ""
        if opened >= 0:
            self._text[opened:] = [inline_code(words)] if words.strip() else []

    def _flush(self) -> None:
        text, self._text = "".join(self._text), []
        if self._pre:
            self._builder.add("code", text)
        elif not text.strip():
            return
        elif self._heading and not self._quotes:
            self._builder.add("heading", text, level=self._heading)
        elif self._quotes:
            self._builder.add("quote", text)
        elif self._lists:
            self._flush_item(text)
        else:
            self._builder.add("paragraph", text)

    def _flush_item(self, text: str) -> None:
        kind, number = self._lists[-1]
        depth = len(self._lists)
        if self._item_open:
            mark = f"{number}." if kind == "ol" else "-"
            self._builder.add("item", text, level=depth, mark=mark)
            self._item_open = False
        else:
            self._builder.add("item", text, level=depth + 1, mark="")


class _Target:
    """Hands the events of lxml's HTML parser to a writer."""

    def __init__(self, writer: BlockWriter) -> None:
        self._writer = writer

    def start(self, tag: str, attributes: object) -> None:
        del attributes
        if tag in TAGS:
            self._writer.start(tag)
        else:
            self._writer.text(f"<{tag}>")

    def end(self, tag: str) -> None:
        if tag in TAGS:
            self._writer.end(tag)

    def data(self, data: str) -> None:
        self._writer.text(data)

    def comment(self, text: str) -> None:
        """Drop a comment."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Drop an instruction."""

    def close(self) -> None:
        self._writer.close()


def add_html(builder: DocumentBuilder, source: str) -> None:
    """Append the blocks of a piece of HTML, which may begin and end anywhere in a page."""
    from lxml.etree import HTMLParser

    parser = HTMLParser(target=_Target(BlockWriter(builder)), encoding="utf-8", huge_tree=True)
    # Events come as the parser reads; a stray end at the start of a piece would close the page.
    parser.feed(b"<html><body><div>" + source.encode("utf-8", "replace"))
    parser.close()


def inline_code(words: str) -> str:
    """Return words between backticks, as many as it takes to hold those inside."""
    inner = " ".join(words.split())
    ticks = "`"
    while ticks in inner:
        ticks += "`"
    pad = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{ticks}{pad}{inner}{pad}{ticks}"
