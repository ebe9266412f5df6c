"""Words of a report, of its claims and of its tables, in the forms in which they are compared."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from rag.text.normal import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from markdown_it.token import Token

    from rag.types import Claim, Entry, Section

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def leaves(entry: Entry) -> bool:
    """Whether a claim left the report."""
    return entry.fate in {"merged", "superseded", "retired"}


def key(claim: Claim, *, in_table: bool) -> str:
    """Return the words by which a reader of the report knows a claim."""
    if not in_table:
        return normalise(claim.words)
    *cells, last = claim.cells
    return normalise(" | ".join((*cells, claim.model_copy(update={"text": last}).words)))


def low(words: str) -> str:
    """Return words in one form and in lower case."""
    return normalise(words).lower()


def row(line: str) -> list[str]:
    """Return a row's cells."""
    return [low(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", line.strip("| \n"))]


def slices(text: str) -> Mapping[str, str]:
    """Return the text under each section's heading, by title."""
    body = text.partition("\n## References\n")[0]
    parts = re.split(r"^## ", body, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: part.rstrip("\n") for part in parts}


def plain(markdown: str) -> str:
    """Return words without the backslashes of Markdown."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of Markdown, inner ones too."""
    for token in _MARKDOWN.parse(text):
        yield token
        yield from token.children or ()


def through(sections: Iterable[Section], told: Mapping[str, str]) -> Counter[str]:
    """Return, by trick, how many changed claims stand in the sections; verbatim ones are true."""
    found: Counter[str] = Counter()
    for section in sections:
        for claim in section.claims:
            text = normalise(claim.text)
            trick = told.get(text)
            if trick and all(text != normalise(item.quote) for item in claim.citations):
                found[trick] += 1
    return found
