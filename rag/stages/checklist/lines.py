"""The lines of a checklist that open an entry.

A box is found by the line it opens: list marks are optional, indentation is free. What stands in
fenced code and in comments is nobody's entry; markdown-it-py finds both. A line counts as an
editor counts it: it ends with LF, CRLF or CR.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.stages.checklist.markdown import AsWritten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

_BOM = "\ufeff"
_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_BOX = re.compile(
    r"(?P<indent>[ \t]*)(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"
    r"\[(?P<mark>[ xX])\](?=[ \t]|$)(?P<words>.*)"
)
_BLOCK_START = re.compile(r"[ \t]*(?:[-*+>]|\d{1,9}[.)]|#{1,6})(?:[ \t]|$)")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


class Box(NamedTuple):
    """A box and the words beside it, in Markdown."""

    line: int
    """From 1."""
    checked: bool
    words: str


def boxes(lines: Sequence[str]) -> Iterator[Box]:
    """Yield the boxes with their words, those on deeper lines right below included."""
    for index, line in enumerate(lines):
        box = _BOX.match(line)
        if box is None:
            continue
        words = [box["words"].strip()]
        for below in lines[index + 1 :]:
            indent = len(below) - len(below.lstrip(" \t"))
            deeper = below.strip() and indent > len(box["indent"])
            if not deeper or _BLOCK_START.match(below) or _BOX.match(below):
                break
            words.append(below.strip())
        yield Box(index + 1, box["mark"] != " ", "\n".join(words).strip())


def box_at(text: str, line: int) -> int | None:
    """Return the offset of the mark inside the box on `line` (from 1); None if it has no box."""
    visible = visible_lines(text, {})
    box = _BOX.match(visible[line - 1]) if 0 < line <= len(visible) else None
    if box is None:
        return None
    start = list(_LINE.finditer(text))[line - 1].start()
    return start + box.start("mark") + (line == 1 and text.startswith(_BOM))


def visible_lines(text: str, definitions: dict[str, Any]) -> list[str]:
    """Return the lines of `text`, those in fenced code and in comments empty.

    Args:
        text: a whole checklist.
        definitions: gets what the file defines link labels to be (markdown-it's environment).
    """
    plain = text.removeprefix(_BOM)
    lines = [match[1] for match in _LINE.finditer(plain)]
    source = re.sub(r"\r\n?", "\n", plain).replace("\0", "\ufffd")  # as markdown-it wants it
    tokens: list[Token] = []
    _BLOCKS.block.parse(source, _BLOCKS, definitions, tokens)
    for token in tokens:
        if token.type in {"fence", "html_block"} and token.map:
            for index in range(*token.map):
                lines[index] = ""
    for index in range(len(lines)):
        _hide_comment(lines, index)
    return lines


def _hide_comment(lines: list[str], index: int) -> None:
    """Empty the lines of a comment that opens amid a line and that a later line closes."""
    line = lines[index]
    masked = _CODE_SPAN.sub(lambda span: " " * len(span[0]), line)
    start = masked.rfind("<!--")
    if start < 0 or "-->" in masked[start + 2 :]:
        return
    for last in range(index + 1, len(lines)):
        marks = re.findall(r"<!--|-->", lines[last])
        if marks and marks[0] == "<!--":
            return
        if marks:
            lines[index : last + 1] = [line[:start]] + [""] * (last - index)
            return


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Block rule: a comment, from the line it opens to the line that closes it, or to the end."""
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not text.startswith("<!--"):
        return False
    if silent:
        return True
    last, text = start, text[2:]  # "<!-->" is a comment too
    while "-->" not in text and last + 1 < end:
        last += 1
        text = state.src[state.bMarks[last] : state.eMarks[last]]
    state.line = last + 1
    state.push("html_block", "", 0).map = [start, last + 1]
    return True


def _parser() -> MarkdownIt:
    # An indented box is a nested item, so there is no indented code; other HTML hides nothing.
    parser = AsWritten("commonmark").disable("code")
    parser.block.ruler.at("html_block", _comment, {"alt": ["paragraph", "reference", "blockquote"]})
    return parser


_BLOCKS = _parser()
