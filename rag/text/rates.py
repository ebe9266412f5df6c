"""What a figure is told by: `per million tokens`, `an hour`, `/GPU`. It is a part of the figure.

Two are compared only where both are known: times, measures, and what numbers often count.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from rag.text.numerals import DIGITS, WORDS, product, value
from rag.text.units import COUNTED, KINDS, MEASURES, UNIT, singular, unit


class Denominator(NamedTuple):
    """What a figure is told by; nothing if no such words stand next to it."""

    things: frozenset[tuple[str, Decimal]]
    """Each with how many of it: `per 24 hours` is 86,400 `s`. An unknown one has no name."""
    end: int
    """Where its words end."""


_TIMES = {"hr": "hour", "h": "hour", "s": "second", "mo": "month", "yr": "year", "annum": "year"}
_ADVERBS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
}
_TIME_UNITS = frozenset({"s", "month"})
_TIME_WORDS = "second|minute|hour|day|week|month|quarter|year"
_ENDS = frozenset(
    "of to in on at by for from with and or but as is are was were that which when if than per "
    "each every the this these it they we you not only also so because across over under into "
    "while up a an".split()
)
_BETWEEN = re.compile(r"(?:[^\S\n]|-)+(?P<word>[^\W\d_][\w’']*)")
_MOST_BETWEEN = 3
"""Words of what a number counts that may stand before `per`."""
_PER = re.compile(
    rf"[^\S\n]*\(?\s*(?:\bper\s+|/\s?|\b(?:an?|each|every)\s+(?=(?:\d+\s)?(?:{_TIME_WORDS})s?\b"
    r"(?!\s+(?:ago|later|earlier|before|after|or\s+so)\b)))",
    re.IGNORECASE,
)
_ADVERB = re.compile(rf"[^\S\n]+(?P<adverb>{'|'.join(_ADVERBS)})\b", re.IGNORECASE)
_AMOUNT = re.compile(
    rf"(?:(?P<number>{DIGITS}|{WORDS})|(?P<scale>(?i:thousand|million|billion)\b"
    r"|[KMB](?=\s?[Tt]ok)))[\s-]*"
)
_WORD = re.compile(r"[\s-]*(?P<word>[^\W\d_][\w’']*)")
_MOST_WORDS = 4


def denominator(text: str, end: int) -> Denominator:
    """Return what the figure that ends at `end` is told by, as far as it stands next to it."""
    start = end
    if adverb := _ADVERB.match(text, end):
        return Denominator(_time(_ADVERBS[adverb["adverb"].lower()]), adverb.end())
    for _ in range(_MOST_BETWEEN + 1):
        if per := _PER.match(text, end):
            return _chain(text, per.end())
        between = _BETWEEN.match(text, end)
        if not between or between["word"].lower() in _ENDS:
            break
        end = between.end()
    return Denominator(frozenset(), start)


def is_other(one: Denominator, other: Denominator) -> bool:
    """Whether two denominators exclude each other; one that tells more is no other."""
    mine, theirs = one.things - other.things, other.things - one.things
    if not mine or not theirs:
        return False
    if any(_is_kind(a, b) or _is_kind(b, a) for a in mine for b in theirs):
        return False
    names = {name for name, _ in mine | theirs}
    return "" not in names or bool(names & _TIME_UNITS)


def _is_kind(one: tuple[str, Decimal], other: tuple[str, Decimal]) -> bool:
    return one[1] == other[1] and other[0] in KINDS.get(one[0], ())


def _chain(text: str, at: int) -> Denominator:
    """Return what stands behind `per`, and behind the next one: `per GPU per hour`."""
    amount, at = _amount(text, at)
    things: set[tuple[str, Decimal]] = set()
    for _ in range(_MOST_WORDS):
        step = _WORD.match(text, at)
        if not step or step["word"].lower() in _ENDS:
            break
        at = step.end()
        if thing := _thing(step["word"], amount):
            things.add(thing)
            amount = Decimal(1)
            if thing[0] in _TIME_UNITS:
                break
    if things and (more := _PER.match(text, at)):
        rest = _chain(text, more.end())
        return Denominator(frozenset(things) | rest.things, rest.end)
    return Denominator(frozenset(things or {("", amount)}), at)


def _amount(text: str, at: int) -> tuple[Decimal, int]:
    """Return how many of what follows are meant, and where that follows."""
    found = _AMOUNT.match(text, at)
    if not found:
        return Decimal(1), at
    scale = found["scale"]
    return value(found["number"] or f"1{' ' * (len(scale) > 1)}{scale}"), found.end()


def _thing(word: str, amount: Decimal) -> tuple[str, Decimal] | None:
    """Return a word that measures or is often counted, as so many of its canonical form."""
    plain = _TIMES.get(word.lower(), word)
    if re.fullmatch(UNIT, plain):
        found = unit(plain)
        return (found.name, product(amount, found.factor)) if found.name in MEASURES else None
    noun = "token" if word.lower() in {"tok", "mtok"} else COUNTED.get(singular(word))
    return (noun, amount) if noun else None


def _time(word: str) -> frozenset[tuple[str, Decimal]]:
    found = unit(word)
    return frozenset({(found.name, found.factor)})
