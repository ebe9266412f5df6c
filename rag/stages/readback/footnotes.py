"""A footnote's definition → what it says of its passage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.stages.readback.inline import LINK, runs
from rag.stages.readback.values import ReadFootnote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from rag.stages.readback.inline import Run

_KEY = re.compile(r"(?P<key>.+)-[0-9a-f]{6}", re.DOTALL)
_DATE = r"\d{4}-\d\d-\d\d"
_AFTER_TITLE = re.compile(
    rf"(?P<brief>,\ brief\ of\ {LINK}+)?(?:,\ (?P<where>.*?))??(?:,\ (?P<date>{_DATE}))?"
    rf"(?:,\ read\ (?P<read_on>{_DATE}))?:\ “(?P<quote>.*)”\s*",
    re.VERBOSE | re.DOTALL,
)


class Definition(NamedTuple):
    """The tokens of a footnote's definition."""

    label: str
    line: int
    tokens: list[Token]


def definitions_apart(tokens: Sequence[Token]) -> tuple[list[Token], list[Definition]]:
    """Return the tokens outside of footnote definitions, and the definitions in their order."""
    rest: list[Token] = []
    found: list[Definition] = []
    open_ones: list[Definition] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            line = 1 + (token.map[0] if token.map else 0)
            open_ones.append(Definition(str(token.meta["label"]), line, []))
            found.append(open_ones[-1])
        elif token.type == "footnote_reference_close":
            open_ones.pop()
        else:
            (open_ones[-1].tokens if open_ones else rest).append(token)
    return rest, found


def footnote(definition: Definition) -> ReadFootnote:
    """Return what a definition says; what is not where `render` puts it stays empty."""
    pieces = [
        run
        for token in definition.tokens
        if token.type == "inline"
        for run in runs(token.children or ())
    ]
    title, after = _split(pieces)
    links = [run.link for run in after if run.link is not None]
    plain = "".join(run.text for run in after)
    parts = _AFTER_TITLE.fullmatch("".join(run.shape for run in after))
    key = _KEY.fullmatch(definition.label)

    def words(name: str) -> str:
        return " ".join(plain[slice(*parts.span(name))].split()) if parts and parts[name] else ""

    return ReadFootnote(
        label=definition.label,
        reference_key=key["key"] if key else "",
        title="".join(run.text for run in title).strip(),
        link=(title[0].link or "") if title else "",
        origin=links[0] if links and words("brief") else "",
        where=words("where"),
        date=words("date"),
        read_on=words("read_on"),
        quote=words("quote"),
        line=definition.line,
    )


def _split(pieces: list[Run]) -> tuple[list[Run], list[Run]]:
    """Return the words of the link that a definition begins with, and what follows."""
    for number, run in enumerate(pieces):
        if run.link is None or run.link != pieces[0].link:
            return pieces[:number], pieces[number:]
    return pieces, []
