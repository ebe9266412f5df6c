"""Blocks → a document: text and parts are made together, so that spans are right from birth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.types import Document, Part, Span, digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import PartKind, Source

PARSER_VERSION = "1"
"""Changes whenever the same bytes make another document; part of every document's id."""

_DEEPEST = 12
"""How deep items are shown: nobody nests lists so deep but to do harm."""
_TICKS = re.compile(r"`{3,}")
_UNSEEN = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None}
"""Soft hyphen, zero-width space, word joiner, byte-order mark: they only hint at line breaks."""


class Facts(NamedTuple):
    """What a document says of itself."""

    title: str = ""
    date: str = ""
    author: str = ""
    origin: str = ""
    brief_of: str = ""


def one_line(text: str) -> str:
    """Return `text` with every run of white space as one space, without characters unseen."""
    return " ".join(text.translate(_UNSEEN).split())


class DocumentBuilder:
    """Takes blocks in reading order and makes a `Document` of them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._parts: list[Part] = []
        self._path: list[tuple[int, str]] = []
        self._tight = ""

    @property
    def parts_so_far(self) -> int:
        """How many parts were added."""
        return len(self._parts)

    def add(  # noqa: PLR0913 - where a part comes from has as many facts as `Part` has
        self,
        kind: PartKind,
        text: str,
        *,
        level: int = 1,
        mark: str = "-",
        page: int | None = None,
        seconds: int | None = None,
        speaker: str = "",
    ) -> None:
        """Append one block; white text adds nothing.

        Args:
            kind: what the block is; rows come by `add_table`.
            text: its words, without marks. Code keeps its lines, all else becomes one line.
            level: for a heading 1 to 6; for an item its depth from 1.
            mark: for an item, how its list counts (`-`, `1.`); empty where an item goes on.
            page: page number from 1.
            seconds: where the block begins in a recording.
            speaker: who says it.
        """
        if kind == "code":
            self._add_code(text, page)
            return
        words = one_line(text)
        if not words:
            return
        level = min(max(level, 1), 6 if kind == "heading" else _DEEPEST)
        if kind == "heading":
            while self._path and self._path[-1][0] >= level:
                self._path.pop()
            self._path.append((level, words))
        before = "> " if kind == "quote" else ""
        if kind == "heading":
            before += "#" * level + " "
        elif kind == "item":
            before += "  " * (level - 1) + (mark + " " if mark else "")
        self._separate("item" if kind == "item" else "")
        self._write(before)
        self._part(kind, words, page=page, seconds=seconds, speaker=speaker)

    def add_table(
        self, rows: Sequence[Sequence[str]], *, header: bool, page: int | None = None
    ) -> None:
        """Append a table; rows and a header without words add nothing.

        Args:
            rows: the cells of each row; a cell becomes one line and its bars are escaped.
            header: whether the first row names the columns.
            page: page number from 1.
        """
        lines = [[_cell(cell) for cell in row] for row in rows]
        head = lines.pop(0) if header and lines else []
        lines = [line for line in lines if any(line)]
        self._separate("")
        span = None
        if any(head):
            start = self._length
            self._part("row", _row(head), page=page)
            span = Span(start=start, end=self._length)
            if lines:
                self._write("\n|" + " --- |" * len(head))
        for number, line in enumerate(lines):
            if number or span:
                self._write("\n")
            self._part("row", _row(line), page=page, header=span)
        self._tight = ""

    def build(self, source: Source, facts: Facts, *, speech: bool = False) -> Document:
        """Return the document of all blocks so far."""
        text = "".join(self._pieces)
        title = one_line(facts.title)
        return Document(
            id=digest(text, title, PARSER_VERSION),
            source_sha256=source.sha256,
            title=title,
            text=text,
            parts=tuple(self._parts),
            date=facts.date,
            author=one_line(facts.author),
            origin=one_line(facts.origin),
            brief_of=one_line(facts.brief_of),
            speech=speech,
        )

    def _add_code(self, text: str, page: int | None) -> None:
        lines = text.rstrip().split("\n")
        while lines and not lines[0].strip():
            del lines[0]
        code = "\n".join(lines)
        if not code:
            return
        fence = "`" * max([3, *(len(run) + 1 for run in _TICKS.findall(code))])
        self._separate("")
        self._write(fence + "\n")
        self._part("code", code, page=page)
        self._write("\n" + fence)

    def _separate(self, tight: str) -> None:
        """Write what stands between two blocks: items of a list follow each other closely."""
        if self._pieces:
            self._write("\n" if tight and tight == self._tight else "\n\n")
        self._tight = tight

    def end_list(self) -> None:
        """Let the next item begin a list of its own."""
        self._tight = ""

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _part(  # noqa: PLR0913 - as `add`
        self,
        kind: PartKind,
        text: str,
        *,
        page: int | None = None,
        seconds: int | None = None,
        speaker: str = "",
        header: Span | None = None,
    ) -> None:
        start = self._length
        self._write(text)
        self._parts.append(
            Part(
                kind=kind,
                start=start,
                end=self._length,
                headings=tuple(words for _, words in self._path),
                page=page,
                seconds=seconds,
                speaker=speaker,
                header=header,
            )
        )


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")


def _row(cells: Sequence[str]) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)
