"""Markdown → a document, by markdown-it's tokens."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rag.stages.parse.blocks import TAGS, add_html
from rag.stages.parse.builder import DocumentBuilder, Facts
from rag.stages.parse.dates import iso_date
from rag.stages.parse.decode import decode
from rag.stages.parse.frontmatter import split_front_matter
from rag.stages.parse.inline import Inline
from rag.stages.parse.shape import bullet, is_indented_prose, is_transcript, nonblank, unwrapped
from rag.stages.parse.titles import title_of
from rag.stages.parse.transcript import transcript

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from rag.types import Document, Source

_DEEPEST = 100
_LONGEST_HEADING = 300
"""A longer one is a paragraph over a line of dashes."""
_UNWRAPPED = 240
_ABOVE_TITLE = 3
_OPEN_TAG = re.compile(r"</?([A-Za-z][\w-]*)")
_SOURCE_LINE = re.compile(
    r"(?:source|origin(?:al)?|url)\s*:\s*<?(https?://[^\s<>]+?)>?\.?", re.IGNORECASE
)
_AS_OF = re.compile(r"\((?:as of|updated|last updated)\s+([^)]+)\)", re.IGNORECASE)


def parse_markdown(subject: str, source: Source, content: bytes) -> Document:
    """Return the document that Markdown bytes spell; caption transcripts become speech."""
    del subject
    facts, body = split_front_matter(decode(content, source.charset))
    if is_transcript(body):
        return transcript(source, body, facts)
    reader = MarkdownReader()
    reader.read(body)
    return reader.builder.build(source, _completed(facts, reader, source.location))


def _completed(facts: Facts, reader: MarkdownReader, location: str) -> Facts:
    """Return the front matter's facts, completed by what the first lines say."""
    dated = _AS_OF.search(reader.title)
    stated = _SOURCE_LINE.fullmatch(reader.below_title.strip())
    return facts._replace(
        title=facts.title or reader.title or title_of(location),
        date=facts.date or (iso_date(dated[1]) if dated else ""),
        origin=facts.origin or (stated[1] if stated else ""),
    )


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Inline markup is read block by block (`Inline`), so that long blocks can be spared.
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST})
    return parser.enable(["table", "strikethrough"]).disable("inline")


class MarkdownReader:
    """Walks the tokens of a Markdown text and adds its blocks to a builder."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self.title = ""
        self.below_title = ""
        self._lists: list[str] = []
        self._mark = ""
        self._quotes = 0
        self._heading = 0
        self._rows: list[list[str]] = []
        self._inline: Inline

    def read(self, text: str) -> None:
        """Add the blocks of `text`."""
        env: dict[str, object] = {}
        tokens = _parser().parse(text, env)
        self._inline = Inline(_parser(), env)
        for token in tokens:
            if token.type == "inline":
                self._words(token.content)
            elif token.type in {"fence", "code_block"}:
                self._code(token)
            elif token.type == "html_block":
                self._html(token.content)
            else:
                self._structure(token)

    def _structure(self, token: Token) -> None:
        name, _, side = token.type.rpartition("_")
        opens = side == "open"
        if name in {"bullet_list", "ordered_list"}:
            self._list(token, opens=opens)
        elif name == "list_item" and opens:
            self._mark = f"{token.info}." if token.info else "-"
        elif name == "blockquote":
            self._quotes += 1 if opens else -1
        elif name == "heading":
            self._heading = int(token.tag[1]) if opens else 0
        elif name == "tr" and opens:
            self._rows.append([])
        elif name in {"th", "td"} and opens:
            self._rows[-1].append("")
        elif name == "table" and not opens:
            rows, self._rows = self._rows, []
            self.builder.add_table(rows, header=True)

    def _list(self, token: Token, *, opens: bool) -> None:
        if not opens:
            self._lists.pop()
            return
        if not self._lists:
            self.builder.end_list()
        self._lists.append(token.type)

    def _words(self, content: str) -> None:
        if self._rows:
            self._rows[-1][-1] = self._inline.line(content)
        elif self._heading and not self._quotes and len(content) <= _LONGEST_HEADING:
            self._add_heading(self._inline.line(content))
        elif rows := _bare_table(content):
            cells = [[self._inline.line(cell) for cell in row] for row in rows]
            self.builder.add_table(cells, header=True)
        else:
            for paragraph in _paragraphs(content):
                for line in self._inline.lines(paragraph):
                    self._line(line)

    def _add_heading(self, words: str) -> None:
        # A title stands at the top; badges and a line or two may stand above it.
        if not self.title and self._heading == 1 and self.builder.parts_so_far <= _ABOVE_TITLE:
            self.title = words.strip()
        self.builder.add("heading", words, level=self._heading)

    def _line(self, words: str) -> None:
        if self.title and not self.below_title:
            self.below_title = words
        if not words.strip():
            return
        if self._quotes:
            self.builder.add("quote", words)
        elif self._lists:
            depth = len(self._lists) + (0 if self._mark else 1)
            self.builder.add("item", words, level=depth, mark=self._mark)
        else:
            self.builder.add("paragraph", words)
        self._mark = ""

    def _code(self, token: Token) -> None:
        lines = nonblank(token.content)
        if token.type == "fence" or not is_indented_prose(lines):
            self.builder.add("code", token.content)
            return
        for line in lines:
            mark, words = bullet(line) or ("-", line)
            level = len(self._lists) + 1
            self.builder.add("item", self._inline.line(words), level=level, mark=mark)

    def _html(self, content: str) -> None:
        tag = _OPEN_TAG.match(content.lstrip())
        if tag and tag[1].lower() not in TAGS:
            self._words(content)
        else:
            add_html(self.builder, content)


def _paragraphs(content: str) -> list[str]:
    """Return the paragraphs of a block: lines too long to be wrapped stand for themselves."""
    lines = content.split("\n")
    return unwrapped(lines) if any(len(line) > _UNWRAPPED for line in lines) else [content]


def _bare_table(content: str) -> list[list[str]]:
    """Return the rows of a pipe table that lacks its rule; empty if the block is none."""
    lines = content.split("\n")
    if len(lines) < 2 or " | " not in lines[0]:  # noqa: PLR2004 - a header and a row
        return []
    rows = [_split_row(line) for line in lines]
    width = len(rows[0])
    return rows if all(len(row) == width for row in rows) else []


def _split_row(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\s\|\s", f" {line.strip().strip('|')} ")
    return [cell.strip() for cell in cells]
