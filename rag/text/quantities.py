"""Quantities of a text, and those of a claim that stand in none of its passages.

`1,024` is 1024, `3.2 Tbps` is 3200 Gbps, `four times` is 4x, `doubles` 2x, `671B` 671 billion. GB
and GiB are two units. The digits of a name (`H200`, `Llama 3.1 405B`) are no quantity.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from rag.text.changes import role
from rag.text.numerals import DIGITS, SCALED, WORDS, written
from rag.text.rates import denominator, is_other
from rag.text.scan import Quantity, scan
from rag.text.units import COUNTED, KINDS, MEASURES

__all__ = ["Quantity", "missing", "quantities", "same", "stands"]

_COUNTS = frozenset(COUNTED.values())
_ONE = re.compile(r"\b(?:one|single|an?|each|every|per)\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:both|pair|two)\b", re.IGNORECASE)
_AGE = re.compile(r"\bage[ds]?\b", re.IGNORECASE)
_NO_CHANGES = frozenset({"x", "date", "ordinal", "many"})
"""What `by` and `to` may say alike: `grew to 2x` and `grew by 2x`."""
_LIST_MARKER = re.compile(r"\s*\d+[.)]\s")
_NUMERALS = tuple(map(re.compile, (r"[\d.,:/]*\d|\w+", DIGITS, WORDS)))
_GOES_ON = rf"[\w%]|[.,:/]\d|{SCALED}"
"""What, behind a numeral, makes another of it."""
_NAME_NEXT = re.compile(r"\s+[A-Z]")
_WORD_BEFORE = re.compile(r"[^\s]+\s+$")


def quantities(text: str) -> list[Quantity]:
    """Return the quantities of `text`, in order; `text[start:end]` is each one's text."""
    return list(scan(text).quantities)


def missing(claim: str, passages: str) -> list[Quantity]:
    """Return the quantities of the claim that stand in no passage, in order.

    One that stands there by another thing (`per hour` for `per minute`) is given with it.

    Args:
        claim: one statement.
        passages: the words it stands on, joined.
    """
    claim, normal = _normal(claim), _normal(passages)
    passages = passages if normal == passages else f"{passages}\n{normal}"
    marker = _LIST_MARKER.match(claim)
    first = marker.end() if marker else 0
    found = [item for item in quantities(claim) if item.start >= first]
    absent = [item for item in found if not stands(item, claim, passages)]
    others = [
        other
        for item in found
        for tell in (_told_otherwise, _changed_otherwise)
        if (other := tell(item, claim, passages))
    ]
    return sorted([*absent, *others], key=lambda item: item.start)


def _told_otherwise(quantity: Quantity, claim: str, passages: str) -> Quantity | None:
    """Return a figure with what the claim tells it by, if the passages tell it by another thing.

    They do so only if they do wherever they have it: a table may say it in its header.
    """
    mine = denominator(claim, quantity.end)
    if not mine.things:
        return None
    there = [item for item in scan(passages).quantities if _equal(quantity, item, passages)]
    if not there or not all(is_other(mine, denominator(passages, item.end)) for item in there):
        return None
    return quantity._replace(end=mine.end, text=claim[quantity.start : mine.end])


def _changed_otherwise(quantity: Quantity, claim: str, passages: str) -> Quantity | None:
    """Return a figure with its `by`, `to` or `from`, if the passages have it by others alone."""
    mine, start = role(claim, quantity.start)
    if not mine or quantity.low != quantity.high or quantity.unit in _NO_CHANGES:
        return None
    there = [item for item in scan(passages).quantities if _equal(quantity, item, passages)]
    theirs = {_role_of(quantity, item, passages) for item in there}
    if not theirs or theirs & {"", mine}:
        return None
    return quantity._replace(start=start, text=claim[start : quantity.end])


def _role_of(quantity: Quantity, there: Quantity, passages: str) -> str:
    """Return what a figure is to a change in the passages; `from 8 to 12 %` has one of each."""
    found, _ = role(passages, there.start)
    is_top = there.low < there.high and quantity.low == there.high
    return "to" if is_top and found == "from" else found


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities are one figure in two writings: an equal value or range of a unit.

    Numbers that count are the same whatever they count: what it is stands beside them.
    """
    if one.unit == other.unit:
        return one[:2] == other[:2]
    if _same_share(one, other):
        return True
    return one[:2] == other[:2] and (
        {one.unit, other.unit} in ({"BPS", "bit/s"}, {"BPS", "B/s"})
        or (_is_number(one) and _is_number(other))
    )


def _is_number(quantity: Quantity) -> bool:
    """Whether a quantity is a bare number, or one of what is counted."""
    return quantity.unit not in {*MEASURES, "ordinal", "many"} and not quantity.unit.startswith(
        (":", "/", "version")
    )


def _normal(text: str) -> str:
    """Return the text with digits of every shape (⑦, ⁷, ½) as plain ones."""
    return unicodedata.normalize("NFKC", text).replace("\u2044", "/")


def stands(quantity: Quantity, claim: str, passages: str) -> bool:
    """Whether a quantity of the claim stands in the passages: equal value, compatible unit.

    A range stands as a range or by both its ends; a value stands that ends a range. A bare number
    stands where the passage has it with a unit; one with a unit stands on a bare number only if it
    counts something, or if the passage names the unit elsewhere (the header of a table).
    """
    there = scan(passages).quantities
    if quantity.low == quantity.high:
        return _value_stands(quantity, claim, passages, there)
    if any(_equal(quantity, other, passages) for other in there):
        return True
    ends = (quantity._replace(high=quantity.low), quantity._replace(low=quantity.high))
    numerals = re.findall(r"\d[\d.,]*", quantity.text)
    if len(numerals) > 1:
        ends = (ends[0]._replace(text=numerals[0]), ends[1]._replace(text=numerals[-1]))
    return all(any(_equal(end, other, passages) for other in there) for end in ends)


def _value_stands(
    quantity: Quantity, claim: str, passages: str, there: tuple[Quantity, ...]
) -> bool:
    if any(
        _equal(quantity, other, passages) and not _is_fold_of(quantity, claim, other)
        for other in there
    ):
        return True
    if quantity.unit == "date":
        return _stands_in_parts(quantity, there)
    if quantity.unit in MEASURES:
        return False
    is_count = quantity.unit[:1] not in {"", ":", "/"}
    if quantity.low == 1 and is_count and _ONE.search(passages):
        return True
    if quantity.low == 2 and _BOTH.search(passages):  # noqa: PLR2004 - a pair
        return True
    return _stands_in_words(quantity, claim, passages)


def _is_fold_of(quantity: Quantity, claim: str, other: Quantity) -> bool:
    """Whether a number of named things would stand on a "twice": that tells of no two things."""
    is_counted = not quantity.unit and _NAME_NEXT.match(claim, quantity.end) is not None
    return is_counted and other.unit == "x" and not any(map(str.isdigit, other.text))


def _stands_in_words(quantity: Quantity, claim: str, passages: str) -> bool:
    """Whether the number stands verbatim after the same word: `Llama 3 uses`, `version 1.33`."""
    before = _WORD_BEFORE.search(claim, max(0, quantity.start - 40), quantity.start)
    numbers = [match[0] for item in _NUMERALS if (match := item.match(quantity.text))]
    if not before or not numbers:
        return False
    words = re.escape(before[0].split()[-1]) + r"[\s-]+" + re.escape(max(numbers, key=len))
    return bool(re.search(rf"(?<!\w){words}(?!{_GOES_ON})", passages, re.IGNORECASE))


def _equal(one: Quantity, other: Quantity, passages: str) -> bool:
    """Whether two quantities are the same, or one value is an end of the other's range."""
    units = {one.unit, other.unit}
    if one.unit == "date" == other.unit:
        return _same_day(one.low, other.low)
    if len(units) == 1:
        return _same_value(one, other)
    if one.unit == "many":
        return other.unit not in MEASURES and 2 * one.low <= other.high < 1000 * one.low
    if "" in units or "BPS" in units:
        is_single = one.low == one.high
        return is_single and _may_be_bare(one, other, passages) and _numbers_meet(one, other)
    return _same_share(one, other) or (_counts_alike(one, other) and _same_value(one, other))


def _same_value(one: Quantity, other: Quantity) -> bool:
    return one[:2] == other[:2] or (one.low == one.high and one.low in other[:2])


def _same_day(one: Decimal, other: Decimal) -> bool:
    """Whether a date of the claim is that of the passage, or a coarser form of it."""
    mine, theirs = f"{int(one):08d}", f"{int(other):08d}"
    parts = ((mine[:4], theirs[:4]), (mine[4:6], theirs[4:6]), (mine[6:], theirs[6:]))
    return all(not int(part) or part == whole for part, whole in parts)


def _stands_in_parts(date: Quantity, there: tuple[Quantity, ...]) -> bool:
    """Whether day and month stand without a year, and the year in another date."""
    year, rest = divmod(date.low, 10000)
    parts = [divmod(other.low, 10000) for other in there if other.unit == "date"]
    return rest > 0 and (Decimal(0), rest) in parts and any(year == other for other, _ in parts)


def _may_be_bare(one: Quantity, other: Quantity, passages: str) -> bool:
    """Whether a figure with a unit and one without, or with an unclear one, may be the same."""
    units = {one.unit, other.unit}
    if "BPS" in units:  # gigabits or gigabytes: who writes it so does not say
        return bool(units & {"bit/s", "B/s", ""})
    if any(unit.startswith((":", "version")) for unit in units):
        return False
    if not one.unit or one.unit == "ordinal":
        return True
    return one.unit not in MEASURES or one.unit == "date" or _names_unit(one, passages)


def _names_unit(quantity: Quantity, passages: str) -> bool:
    """Whether the unit that a quantity is written with stands somewhere in the passages."""
    if quantity.unit == "month" and _AGE.search(passages):
        return True
    letters = re.search(r"[^\d\s.,+-][^\d\s]*$", quantity.text)
    symbol = letters[0].removesuffix("s") if letters else quantity.unit
    return re.search(rf"(?<![^\W\d]){re.escape(symbol)}", passages) is not None


def _numbers_meet(one: Quantity, other: Quantity) -> bool:
    """Whether the numbers are equal, in the canonical unit or as written before their units."""
    return bool(_numbers(one) & _numbers(other))


def _numbers(quantity: Quantity) -> set[Decimal]:
    if quantity.unit == "date":
        return {quantity.low / 10000} if quantity.low % 10000 == 0 else set()
    return {quantity.low, quantity.high, *written(quantity.text)}


def _same_share(one: Quantity, other: Quantity) -> bool:
    """Whether both are the same part of a whole: half, 50 %, 1/2."""
    share = _share(one)
    return share is not None and share < 1 and share == _share(other)


def _share(quantity: Quantity) -> Fraction | None:
    """Return the part of a whole that a quantity is; None if it is none."""
    if quantity.low != quantity.high:
        return None
    if quantity.unit in {"%", "x"}:
        return Fraction(quantity.low) / (100 if quantity.unit == "%" else 1)
    if quantity.unit.startswith("/") and int(quantity.unit[1:]):
        return Fraction(quantity.low) / int(quantity.unit[1:])
    return None


def _counts_alike(one: Quantity, other: Quantity) -> bool:
    """Whether both count things that may be the same.

    Known nouns are the same or one is the wider; of the others nobody knows.
    """
    units = (one.unit, other.unit)
    if any(
        unit in {*MEASURES, "ordinal"} or unit[0] in ":/" or unit.startswith("version")
        for unit in units
    ):
        return False
    if one.unit in _COUNTS and other.unit in _COUNTS:
        return other.unit in KINDS.get(one.unit, ())
    return True
