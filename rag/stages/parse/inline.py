"""Markdown inside a block → its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.stages.parse.blocks import TAGS, inline_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LONGEST = 50_000
"""A longer block was not written by hand: nothing in it is markup, and looking is slow."""
_TAG = re.compile(r"<[/!?]?\s*([A-Za-z][\w-]*)?")
_BREAKS = {"br", "hr", "p", "div", "li"}


class Inline:
    """Reads the inline markup of blocks, with the link definitions of their document."""

    def __init__(self, parser: MarkdownIt, env: dict[str, object]) -> None:
        self._parser = parser
        self._env = env

    def lines(self, content: str) -> list[str]:
        """Return the words of a block, one text for each line the author broke by hand.

        Links are their text, images are gone, emphasis is plain, escapes and entities are
        resolved, code keeps its backticks.
        """
        if len(content) > _LONGEST:
            return [content]
        tokens: list[Token] = []
        self._parser.inline.parse(content, self._parser, self._env, tokens)
        return "".join(_words(tokens)).split("\f")

    def line(self, content: str) -> str:
        """Return the words of a block as one line."""
        return " ".join(self.lines(content))


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words; a form feed stands for a break by hand."""
    for token in tokens:
        if token.type == "code_inline":
            yield inline_code(token.content)
        elif token.type == "softbreak":
            yield "\n"
        elif token.type == "hardbreak":
            yield "\f"
        elif token.type == "html_inline":
            yield _html(token.content)
        elif token.type != "image":
            yield token.content.replace("\f", " ")


def _html(source: str) -> str:
    name = (_TAG.match(source) or [""])[1] if not source.startswith("<!") else "span"
    if name and name.lower() not in TAGS:
        return source  # `<name>` of a word that is no element: a placeholder
    return "\f" if name and name.lower() in _BREAKS else ""
