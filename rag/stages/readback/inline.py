"""Inline Markdown → plain words, and the phrases that footnote marks make of them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import backtick
from mdit_py_plugins.footnote import footnote_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_DEEPEST = 100
LITERAL, LINK = "\0", "\1"
"""What stands in a shape for characters that mean nothing, and for the words of a link."""
_AFTER_MARK = re.compile(r"[.,;:!?…)\]”’\"']+(?=\s|$)")
_STRUCK = re.compile(r"<(?P<closes>/?)(?:del|s|strike)(?:\s[^>]*)?>", re.IGNORECASE)
_ANCHOR = re.compile(r"<(?P<closes>/?)a(?:\s[^>]*)?>", re.IGNORECASE)
_PICTURE = re.compile(r"<(?:img|image|picture|svg|video|object|embed|iframe)\b", re.IGNORECASE)
_BREAKS = {"softbreak": "\n", "hardbreak": "\n", "html_inline": " "}


class _Markdown(MarkdownIt):
    """A parser that takes every link and leaves it as written."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        del url
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url


def _code_as_written(state: StateInline, silent: bool) -> bool:
    """Read code like the library, but keep its ticks and white space: they are the words."""
    start = state.pos
    found = backtick(state, silent)
    if found and not silent and not state.pending:
        state.tokens[-1].content = state.src[start : state.pos]
    return found


@cache
def parser() -> MarkdownIt:
    """Return the parser of reports: CommonMark with tables, strikethrough and footnotes."""
    markdown = _Markdown("commonmark", {"html": True, "maxNesting": _DEEPEST})
    markdown.enable(["table", "strikethrough"]).disable("text_join")  # what is escaped stays apart
    markdown.use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)
    markdown.inline.ruler.at("backticks", _code_as_written)
    return markdown


class Run(NamedTuple):
    """A piece of a line with one look."""

    text: str
    literal: bool = False
    """Whether it is escaped or code: its characters mean nothing."""
    bold: bool = False
    link: str | None = None
    """The destination of the link that the piece is in, or of the picture that it is; of HTML's it
    is not read."""
    label: str = ""
    """For a footnote mark: its label."""

    @property
    def shape(self) -> str:
        """As many characters as the text, without those that mean nothing."""
        if self.link is not None:
            return LINK * len(self.text)
        return LITERAL * len(self.text) if self.literal else self.text


def runs(children: Iterable[Token]) -> Iterator[Run]:
    """Yield the pieces of an inline token's children, in order; what is struck out is not said."""
    bold, link = 0, None
    for child in _standing(children):
        if child.type in {"strong_open", "strong_close"}:
            bold += child.nesting
        elif child.type == "link_open":
            link = str(child.attrs.get("href", ""))
        elif child.type == "link_close":
            link = None
        elif child.type == "footnote_ref":
            yield Run("", label=str(child.meta["label"]))
        elif child.type == "image":
            yield Run(child.content, literal=True, bold=bold > 0, link=str(child.attrs["src"]))
        elif child.type in _BREAKS:
            if anchor := _ANCHOR.fullmatch(child.content):
                link = None if anchor["closes"] else ""
            shown = "" if _PICTURE.match(child.content) else link
            yield Run(_BREAKS[child.type], bold=bold > 0, link=shown)
        elif child.content:
            yield Run(child.content, child.type != "text", bold > 0, link)


def _standing(children: Iterable[Token]) -> Iterator[Token]:
    """Yield the children that are not struck out; the line ends among those that are, too."""
    struck = 0
    for child in children:
        tag = _STRUCK.fullmatch(child.content) if child.type == "html_inline" else None
        if child.type in {"s_open", "s_close"}:
            struck += child.nesting
        elif tag:
            struck = max(0, struck + (-1 if tag["closes"] else 1))
        elif not struck or child.type in _BREAKS:
            yield child


class Phrase(NamedTuple):
    """Words up to and with their footnote marks."""

    plain: str
    shape: str
    """The same length as `plain`; see `Run.shape`."""
    labels: tuple[str, ...]
    is_bold: bool
    line: int
    is_linked: bool = False
    """Whether some of it is a link, or a picture."""


class _Draft:
    """A phrase in the making; `line` is the one on which its first run stands."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.runs: list[Run] = []
        self.labels: list[str] = []

    def phrase(self) -> Phrase | None:
        plain = "".join(run.text for run in self.runs)
        shape = "".join(run.shape for run in self.runs)
        words = plain.strip()
        if not words and not self.labels:
            return None
        start = len(plain) - len(plain.lstrip())
        return Phrase(
            plain=words.replace("\n", " "),
            shape=shape[start : start + len(words)].replace("\n", " "),
            labels=tuple(dict.fromkeys(self.labels)),
            is_bold=bool(words) and all(run.bold or not run.text.strip() for run in self.runs),
            line=self.line + plain[:start].count("\n"),
            is_linked=any(run.link is not None for run in self.runs),
        )


def phrases(token: Token) -> list[Phrase]:
    """Return what an inline token says, cut behind each run of footnote marks.

    Punctuation that follows a mark at once belongs to the phrase before it.
    """
    line = 1 + (token.map[0] if token.map else 0)
    drafts = [_Draft(line)]
    is_next = False
    for run in runs(token.children or ()):
        draft, rest = drafts[-1], run
        if run.label:
            draft.labels.append(run.label)
            is_next = True
            continue
        after = _AFTER_MARK.match(run.text) if is_next and not run.literal else None
        is_next = False
        if after:
            draft.runs.append(run._replace(text=after[0]))
            rest = run._replace(text=run.text[after.end() :])
        if draft.labels and rest.text.strip():
            drafts.append(_Draft(line))
        if not drafts[-1].labels:
            drafts[-1].runs.append(rest)
        line += run.text.count("\n")
    return [phrase for draft in drafts if (phrase := draft.phrase())]


def whole(token: Token) -> Phrase:
    """Return all that an inline token says as one phrase, wherever its marks stand."""
    draft = _Draft(1 + (token.map[0] if token.map else 0))
    for run in runs(token.children or ()):
        draft.runs.append(run)
        draft.labels += [run.label] if run.label else []
    return draft.phrase() or Phrase("", "", (), is_bold=False, line=draft.line)


def inline_words(markdown: str) -> str:
    """Return the plain words of a line of Markdown, white space as single spaces."""
    (token,) = parser().parseInline(markdown)
    return " ".join("".join(run.text for run in runs(token.children or ())).split())
