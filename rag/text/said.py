"""A sentence → what it says, taken apart, so that two sentences can be compared."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.text.names import names
from rag.text.opposites import DIRECTIONS, NEGATORS, SCOPES, WEAK_STEMS, hedge, stem
from rag.text.scan import Quantity, scan
from rag.text.units import MEASURES

if TYPE_CHECKING:
    from decimal import Decimal

_WORD = re.compile(r"[^\W_]+(?:[-.'’+/][^\W_]+)*%?")
_IDIOMS = re.compile(
    r"\b(?:not (?:only|just|merely|least)|whether or not|no matter|no doubt|if not)\b"
    r"|^\W*(?:no|yes)[.,]\s|\bif\s(?:\w+\s){0,3}not\b",
    re.IGNORECASE,
)
_NO_LONGER = re.compile(r"\bno longer\b", re.IGNORECASE)
_PER = re.compile(
    r"(?:\bper\s+|/\s?|\b(?:each|every)\s+(?=(?:GPU|chip|accelerator|instance|node|server|hour|"
    r"minute|second|day|month|year|user|expert|layer)\b))([a-z]+)",
    re.IGNORECASE,
)
_VENDORS = frozenset("amazon aws nvidia".split())


class Figure(NamedTuple):
    """A quantity, and how it is hedged: `most` (up to), `least`, `about` or not at all."""

    quantity: Quantity
    hedged: str


class Said(NamedTuple):
    """What a sentence says."""

    words: Counter[str]
    """Stems of what carries meaning; a word that points in a direction is its axis."""
    capitals: frozenset[str]
    """Stems of words that are or may be names."""
    may_be_named: str
    """The stem of a capitalised first word, which may be a name; or nothing."""
    figures: tuple[Figure, ...]
    dates: frozenset[Decimal]
    scopes: frozenset[str]
    negations: int
    signs: Counter[tuple[str, int]]


class _Tokens:
    """Sorts the words of a claim by what they do."""

    def __init__(self) -> None:
        self.words: Counter[str] = Counter()
        self.signs: Counter[tuple[str, int]] = Counter()
        self.capitals: set[str] = set()
        self.scopes: set[str] = set()
        self.negations = 0
        self.first = ""

    def add(self, written: str, *, is_named: bool) -> None:
        """Take in one word."""
        lower, word = written.lower(), stem(written)
        if lower in _VENDORS:
            return
        if is_named:
            self.capitals.update(_parts(written))
            self.words.update(_parts(written))
        elif lower in NEGATORS or lower.endswith(("n't", "n’t")):
            self.negations += 1
        elif scope := SCOPES.get(lower.removesuffix("s")):
            self.scopes.add(scope)
        elif word in DIRECTIONS:
            self.words[f"±{DIRECTIONS[word].axis}"] += 1
            self.signs[DIRECTIONS[word]] += 1
        elif word not in WEAK_STEMS:
            if not self.words and written[0].isupper() and not lower.endswith("ly"):
                self.first = word if written[1:].islower() else ""
            self.words.update(_parts(written))


@lru_cache(maxsize=4096)
def taken_apart(text: str) -> Said:
    """Return what a sentence says: its words by what they do, its figures, dates and scopes."""
    plain = _NO_LONGER.sub("not", _IDIOMS.sub("", text))
    tokens = _Tokens()
    figures: list[Figure] = []
    hidden: set[int] = set()
    found = scan(plain).quantities
    for quantity in found:
        kind, start = hedge(plain, quantity.start)
        hidden.update(range(start, quantity.end))
        if quantity.unit != "date":
            figures.append(Figure(quantity, kind))
            if quantity.unit not in MEASURES and quantity.unit.isalpha():
                tokens.words[stem(quantity.unit)] += 1
    named = {at for name in names(plain) for at in range(name.start, name.end)}
    for match in _WORD.finditer(plain):
        if match.start() not in hidden:
            is_named = match.start() in named or match.end() - 1 in named
            tokens.add(match[0], is_named=is_named)
    per = {f"per {stem(one[1])}" for one in _PER.finditer(plain) if one.start(1) not in hidden}
    return Said(
        words=tokens.words,
        capitals=frozenset(tokens.capitals),
        may_be_named=tokens.first,
        figures=tuple(figures),
        dates=frozenset(item.low for item in found if item.unit == "date"),
        scopes=frozenset(tokens.scopes | per),
        negations=tokens.negations,
        signs=tokens.signs,
    )


def _parts(word: str) -> list[str]:
    """Return the stems of a word; a compound is its parts, unless it is a name with digits."""
    if any(map(str.isdigit, word)):
        return [word.lower()]
    return [stem(part) for part in re.split(r"[-/]", word) if part]
