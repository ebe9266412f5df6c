"""What a merge makes, and what its parts share."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rag.text.figures import content_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from rag.text.three_way import Stretch

ROWS = ("- ", "* ", ">", "|", "[^")
"""How lines begin that need no blank line before them."""
MARK = re.compile(r"\[\^([^\]\s]+)\]")
_MARKS = re.compile(r"(?:\[\^[^\]\s]+\])+[.,;:!?)”’]*")
_QUOTATION = r">[^\n]*\n> *\n> — [^\n]*(?:\n|$)"
"""With who said it."""
_WHOLE = re.compile(rf"\s*(?:\||\[\^[^\]\s]+\]:)|{_QUOTATION}")
"""Rows of tables, footnotes and quotations: half of one is of no use."""
_DEFINITION = re.compile(r"\[\^[^\]\s]+\]:")
_FORM = re.compile(r"^(?:[-*] )?(?:\*\*)?|(?:\*\*)?$")
"""What makes a claim an item of a list, or a headline."""
_COMMENT = re.compile(r"<!--(?s:.*?)-->")
_TEXT = rf"(?:{_COMMENT.pattern}|[^\n])"
LINES = re.compile(rf"{_QUOTATION}|{_TEXT}*\n|{_TEXT}+")
"""Lines as Markdown has them: some marks that end one elsewhere are characters of it.

A quotation with who said it is one, and so is a comment, however long: what a merge put into it
would not be seen.
"""
_HEAD = "#{1,6} "
BLOCKS = re.compile(
    rf"{_HEAD}[^\n]*(?:\n\n?|$)|(?:(?!{_HEAD}){_TEXT}+(?:\n|$))+\n?|\n",
)
"""Headings, paragraphs, lists and tables with the blank line behind them: none of them is torn by
another. A heading is one also where no blank line sets it apart.
"""
_ALIKE = 0.5
_AROUND = re.compile(r"(^\s+|\s+$)")


class Merged(NamedTuple):
    """A merged text and where the user's words won over the new edition's."""

    text: str
    kept: tuple[str, ...]
    """First lines of the places where both changed and the user's text stayed."""


def settled(stretch: Stretch) -> Sequence[str] | None:
    """Return what a stretch becomes, unless both changed the same of it."""
    if stretch.mine in (stretch.base, stretch.new):
        return stretch.new
    return stretch.mine if stretch.new == stretch.base else None


def claims_of(line: str) -> list[str]:
    """Return a line cut behind each run of footnote marks; joined they are the line.

    White space between two claims stands for itself: changes on both of its sides are two. What
    stands in a comment is one: whatever came between its halves would be hidden with it.
    """
    if _WHOLE.match(line) or not _MARKS.search(line):
        return [line]
    hidden = [match.span() for match in _COMMENT.finditer(line)]
    ends = (match.end() for match in _MARKS.finditer(line))
    cuts = [0, *(at for at in ends if not any(a < at < b for a, b in hidden)), len(line)]
    pieces = (line[start:end] for start, end in pairwise(cuts))
    return [unit for piece in pieces for unit in _AROUND.split(piece) if unit]


def units_in(text: str) -> list[str]:
    """Return a text cut into lines, and lines as `claims_of` cuts them."""
    return [unit for line in LINES.findall(text) for unit in claims_of(line)]


def words_of(unit: str) -> str:
    """Return the words of a claim without its marks; nothing for what is none."""
    if _DEFINITION.match(unit) or not MARK.search(unit):
        return ""
    return _FORM.sub("", MARK.sub("", unit).strip())


def words_in(text: str) -> Counter[str]:
    """Return how often each claim stands in a text, by its words."""
    return Counter(key for unit in units_in(text) if (key := words_of(unit)))


def is_change_of(unit: str, others: Iterable[str]) -> bool:
    """Whether a claim is one of others in other words.

    Then it has a footnote in common with it, and half of the content words of the shorter one:
    two claims may stand on one footnote.
    """
    labels, words = set(MARK.findall(unit)), content_words(words_of(unit))
    for other in others:
        theirs = content_words(words_of(other))
        if len(words & theirs) >= _ALIKE * min(len(words), len(theirs)) and not labels.isdisjoint(
            MARK.findall(other)
        ):
            return True
    return False


def words_left(known: Iterable[str], words: Collection[str]) -> frozenset[str]:
    """Return those of the known words that stand among words, be it with others before them."""
    return frozenset(claim for claim in known if any(_ends(said, claim) for said in words))


def all_left(known: Counter[str], words: Counter[str]) -> frozenset[str]:
    """Return the words of claims of which no place is missing.

    A claim that two sections have is not left where one of them is deleted.
    """
    left = words_left(known, words)
    return frozenset(claim for claim in left if known[claim] <= times(claim, words))


def times(claim: str, words: Counter[str]) -> int:
    """Return how often the words of a claim stand among words, be it with others before them."""
    return sum(count for said, count in words.items() if _ends(said, claim))


def _ends(said: str, claim: str) -> bool:
    return f" {said}".endswith((f" {claim}", f" **{claim}"))


def blank_end(text: str) -> int:
    """Return how many line ends a text ends with."""
    return len(text) - len(text.rstrip("\n"))
