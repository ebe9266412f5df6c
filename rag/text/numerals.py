"""Numerals, in digits and in words, as exact decimals.

The patterns have no groups of their own, so that they can stand many times in a larger one.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

_ONES = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {
    "zero": Decimal(0),
    **{word: Decimal(value) for value, word in enumerate([*_ONES, *_TEENS], 1)},
    **{word: Decimal(10 * value) for value, word in enumerate(_TENS, 2)},
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
)
_LATER = {
    **{f"{word}th": value for value, word in enumerate(_TEENS[3:], 13)},
    **{f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS, 2)},
}
"""Ordinals beyond the twelfth, of one word."""
_SCALES = {
    "k": Decimal(10**3),
    "m": Decimal(10**6),
    "b": Decimal(10**9),
    "t": Decimal(10**12),
    "dozen": Decimal(12),
    "thousand": Decimal(10**3),
    "mn": Decimal(10**6),
    "million": Decimal(10**6),
    "mln": Decimal(10**6),
    "bln": Decimal(10**9),
    "bn": Decimal(10**9),
    "billion": Decimal(10**9),
    "tn": Decimal(10**12),
    "trillion": Decimal(10**12),
    "quadrillion": Decimal(10**15),
}
_VULGAR = dict(
    zip("½¼¾⅕⅖⅗⅘⅛⅜⅝⅞", "0.5 .25 .75 .2 .4 .6 .8 .125 .375 .625 .875".split(), strict=True)
)

_SCALE = r"(?i:thousand|million|mln|billion|bln|trillion|quadrillion)\b"
_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?!\d|,\d)(?:\.\d+)?"
    r"|\d+(?:\.\d+)?[eE][+-]?\d{1,2}(?![\w.])"
    rf"|\d*[{''.join(_VULGAR)}]|\d+(?:\.\d+)?|(?<![\w.])\.\d+)"
)
DIGITS = rf"{_DIGITS}(?:[\s-]{{0,2}}{_SCALE}|(?:[kKMBbT]|bn|mn|tn)(?!\w))?"
"""A numeral in digits, with its scale: `1,024`, `1.5 million`, `671B`, `671-billion`."""

SCALED = rf"[\s-]{{0,2}}(?:{_SCALE}|(?i:hundred|dozen)\b)"
"""What makes another number of a numeral that stands before it."""

_TO_9 = rf"(?:{'|'.join(_ONES)})"
_TO_99 = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-]{_TO_9})?|{'|'.join(_TEENS)}|{_TO_9}|zero)\b"
_TO_999 = rf"(?:(?:{_TO_9}|an?)[\s-]hundred\b(?:(?:\s+and)?\s+{_TO_99})?|{_TO_99})"
_SCALED = rf"(?:{_TO_999}|half\s+an?|an?)[\s-](?:dozen\b|{_SCALE})"
WORDS = rf"(?i:\b(?:{_SCALED}(?:(?:\s+and)?\s+{_TO_999}(?:[\s-]{_SCALE})?)*|{_TO_999}))"
"""A numeral in words: `eight`, `two hundred and fifty-six`, `a million`, `half a million`."""

ORDINAL = (
    rf"(?:\d+(?:st|nd|rd|th)\b|(?i:\b(?:{'|'.join([*_ORDINALS[3:], *_LATER])})\b"
    rf"|\b(?:{'|'.join(_TENS)})-(?:{'|'.join(_ORDINALS[:9])})\b"
    rf"|\b(?:{'|'.join(_ORDINALS[:3])})(?=[\s-]generation)))"
)
"""A place in an order. Of `first`, `second` and `third` only what counts generations."""

_WRITTEN = re.compile(DIGITS)
_UNSCALED = re.compile(_DIGITS)
_PIECE = re.compile(rf"{_DIGITS}|[^\W\d_]+")


def product(one: Decimal, other: Decimal) -> Decimal:
    """Return the exact product of two numbers: no digit is rounded away."""
    digits = len(one.as_tuple().digits) + len(other.as_tuple().digits)
    return Context(prec=digits + 1).multiply(one, other)


def _total(one: Decimal, other: Decimal) -> Decimal:
    spread = abs(one.adjusted()) + abs(other.adjusted())
    digits = len(one.as_tuple().digits) + len(other.as_tuple().digits)
    return Context(prec=spread + digits + 2).add(one, other)


def ordinal(text: str) -> Decimal:
    """Return the place that an ordinal names: `fourth` and `4th` are 4."""
    tens, dash, word = text.lower().rpartition("-")
    if word in _ORDINALS:
        return Decimal(_ORDINALS.index(word) + 1) + (_WORDS[tens] if dash else 0)
    if word in _LATER:
        return Decimal(_LATER[word])
    return Decimal(text[:-2])


def digits_value(text: str) -> Decimal:
    """Return what a numeral in digits without a scale says."""
    if text[-1] in _VULGAR:
        return _total(Decimal(text[:-1] or 0), Decimal(_VULGAR[text[-1]]))
    return Decimal(text.replace(",", ""))


def value(text: str) -> Decimal:
    """Return what a numeral says, in digits or in words, with its scale.

    Args:
        text: what `DIGITS` or `WORDS` matches.
    """
    total = group = Decimal(0)
    for piece in _PIECE.findall(text):
        word = piece.lower()
        if not word[0].isalpha():
            group = digits_value(piece)
        elif word in {"a", "an"}:
            group = product(group or Decimal(1), Decimal(1))
        elif word == "half":
            group = Decimal("0.5")
        elif word in _WORDS:
            group = _total(group, _WORDS[word])
        elif word == "hundred":
            group = product(group, Decimal(100))
        elif word in _SCALES:
            total, group = _total(total, product(group, _SCALES[word])), Decimal(0)
    return _total(total, group)


def written(text: str) -> list[Decimal]:
    """Return the numbers in `text` that are written in digits, with their scales."""
    return [value(match[0]) for match in _WRITTEN.finditer(text)]


def unscaled(text: str) -> Decimal | None:
    """Return the first number in digits in `text` without its scale, with the digits it has."""
    match = _UNSCALED.search(text)
    return digits_value(match[0]) if match else None
