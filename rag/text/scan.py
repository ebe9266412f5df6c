"""Text → its quantities and its other words with digits.

A quantity says how much, how many or when; whatever its format, it is one exact value. A word with
digits that is no quantity is a name (`H200`, `Llama 3.1 405B`) or a part of one.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.text.days import Day, days
from rag.text.designations import TOKEN, designations
from rag.text.numerals import DIGITS, ORDINAL, WORDS, ordinal, product, value
from rag.text.units import COUNTED, CURRENCIES, CURRENCY, UNIT, singular, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Quantity(NamedTuple):
    """A value or a range of values in a text, in a canonical unit."""

    low: Decimal
    high: Decimal
    """Equal to `low` for a single value."""
    unit: str
    """Canonical: `B`, `iB`, `bit/s`, `s`, `month`, `%`, `x`, `USD`, what is counted (`gpu`); empty
    for a bare number. Of a `date` the value is yyyymmdd, with zeros for what is not given."""
    start: int
    end: int
    text: str
    """As written: `of[start:end]`."""


class Scan(NamedTuple):
    """What has digits, or says how much, in a text. Every digit lies in one of the two."""

    quantities: tuple[Quantity, ...]
    names: tuple[tuple[int, int], ...]
    """Spans of the words with digits that are no quantity."""


_SURELY_COUNTED = frozenset("token parameter gpu vcpu cpu core dimension expert character".split())
"""What a number after `in` or `by` may count, where another noun would follow a year."""
_NUMBER = rf"(?:{DIGITS}|{WORDS})"
_TIMES = r"\s?[xX×](?!\w|\s+[\dA-Z$]|\s?×)|[\s-]?(?i:times|fold)\b"
_TO = r"(?:\s?[-–]\s?|\s+(?:to|through)\s+)"
_SIGN = r"(?<![\w)\]])[-−]"
_MINUS = rf"(?:{_SIGN}|(?:(?<=\bto\s)|(?<=\bof\s)|(?<=\bat\s)|(?<=\bis\s)|(?<=\bwas\s))minus\s)"
"""A sign, in words too; `8 minus 5` is a calculation."""
_MANY = r"dozens|hundreds|thousands|millions|billions|trillions"
_FOUND = re.compile(
    rf"""
      (?P<version>(?<![\w.])\d+(?:\.\d+){{2,}}(?!\w))
    | (?P<ratio>(?<![\w:])\d+:\d+(?::\d+)?(?![\w:]))
    | (?P<fraction>(?<![\w/.,])\d+/\d+(?![\w/]))
    | (?P<money>(?P<debt>{_SIGN})?(?<!\w)(?P<sign>{CURRENCY})\s?(?P<price>{DIGITS})
      (?:{_TO}(?:{CURRENCY}\s?)?(?P<top>{DIGITS}))?(?!\w))
    | (?<!\w)(?P<ordinal>{ORDINAL})(?!\w)
    | (?<!\w)(?P<part>(?i:(?:(?:two|three|four)[\s-](?:thirds|quarters|fifths)
      |(?:one|a)[\s-](?:third|quarter|fifth)(?=\s(?:of|as|less|more|fewer|the)\b|[.,;)]|$))
      |half(?!\s+an?\s|\s(?:million|billion|trillion|dozen)|[\s-]precision)))\b
    | (?<!\w)(?P<fold>(?i:twice|thrice
      |(?:two|three|four|five|six|seven|eight|nine|ten|hundred|thousand)fold))\b
    | (?<!\w)(?P<magnitude>(?i:(?:an?|one)\sorder\sof\smagnitude))\b
    | (?<![\w-])(?P<multiple>(?i:(?:halv|doubl|tripl|quadrupl|quintupl|sextupl)(?:es?|ed|ing)))
      (?![\w-]|\s(?:precision|checks?|clicks?|bonds?|quot|blind|standards?))
    | (?P<per>(?:(?<=\bper\s)|(?<=/)|(?<=/\s))
      (?:(?i:thousand|million|billion)\b|[KMB](?=\s?[Tt]ok)))
    | (?<!\w)x(?!86|64)(?P<by>\d+(?:\.\d+)?)(?!\w)
    | (?<!\w)(?P<many>(?i:(?:(?:tens|hundreds|thousands)\sof\s)?(?:{_MANY})))\b
    | (?P<number>(?P<between>(?<!\w)(?i:between)\s+)?(?<!\w)(?P<minus>{_MINUS}(?=\d))?
      (?P<one>{_NUMBER})(?:(?:(?P<each>[xX×](?={_TO}{_NUMBER}\s?[xX×](?!\w)))?{_TO}|(?(between)\s+and\s+|(?!)))(?P<two>{_NUMBER}))?
      (?:(?P<unit>\+?[\s-]{{0,2}}(?P<symbol>{UNIT}))|(?P<times>{_TIMES}))?
      (?:(?!\w)|[xX×](?=[A-Z])))
    """,
    re.VERBOSE,
)
_PARTS = {"half": "0.5", "quarter": "0.25", "fifth": "0.2"}
_FOLDS = {
    "twice": "two",
    "thrice": "three",
    "hundredfold": "1 hundred",
    "thousandfold": "1 thousand",
}
_MULTIPLES = {
    "halv": "0.5",
    "doubl": "2",
    "tripl": "3",
    "quadrupl": "4",
    "quintupl": "5",
    "sextupl": "6",
}
_POWERS = {"ten": 1, "dozen": 1, "hundred": 2, "thousand": 3, "million": 6, "billion": 9}
_POWERS |= {"trillion": 12}
_STEP = re.compile(r"[\s-]{1,3}([^\W\d_][\w’']*)")
_END_OF_NOUN = frozenset(
    "of to in on at by for from with and or but nor as is are was were be been has have had do "
    "does did can could may might will would should must that which who when where while if then "
    "than per each every the a an this these those its their it they we you x times more less "
    "fewer total respectively not only also so because such across over under within into "
    "out up".split()
)
_LONGEST_NOUN = 5  # words: `8 fifth-generation NVLink links`
_IN_TIME = re.compile(
    r"(?i)\b(?:in|since|by|of|from|until|during|before|after|early|late|mid)[\s-]$"
)
_VERSION = re.compile(r"(?i)\b(?:versions?|release)\s$")
_MEASURED = re.compile(rf"[\s-]?{UNIT}")
_Reading = tuple[Decimal, Decimal, str, int, int]


@lru_cache(maxsize=8192)
def scan(text: str) -> Scan:
    """Return the quantities of `text`, in order, and its other words with digits."""
    named = designations(text)
    masked = _masked(text, named, "N")
    dated = [day for day in days(masked) if not _counts(masked, day)]
    masked = _masked(masked, [(day.start, day.end) for day in dated], ";")
    found = [_of_day(day, text) for day in dated]
    at = 0
    while match := _FOUND.search(masked, at):
        at = max(match.end(), at + 1)
        reading = _read(masked, match)
        if reading:
            found.append(Quantity(*reading, text[reading[3] : reading[4]]))
            at = reading[4]
    found.sort(key=lambda quantity: quantity.start)
    covered = _masked(_masked(text, named, " "), [(item.start, item.end) for item in found], " ")
    return Scan(tuple(found), tuple(sorted([*named, *_left(covered)])))


def _masked(text: str, spans: Sequence[tuple[int, int]], mask: str) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], mask * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def _left(covered: str) -> list[tuple[int, int]]:
    words = TOKEN.finditer(covered)
    return [word.span() for word in words if any(char.isdecimal() for char in word[0])]


def _counts(text: str, day: Day) -> bool:
    """Whether what looks like a year is a number: `2048 tokens`."""
    if day.month:
        return False
    noun, _ = _noun(text, day.end)
    if _MEASURED.match(text, day.end) or noun in _SURELY_COUNTED:
        return True
    in_time = _IN_TIME.search(text, max(0, day.start - 9), day.start)
    return noun in COUNTED.values() and not in_time


def _of_day(day: Day, text: str) -> Quantity:
    number = Decimal(day.year * 10000 + day.month * 100 + day.day)
    return Quantity(number, number, "date", day.start, day.end, text[day.start : day.end])


def _read(text: str, match: re.Match[str]) -> _Reading | None:
    """Return what the match says: low, high, unit, start, end; or None for `one` of something."""
    kind = next(name for name in _READERS if match[name])
    return _READERS[kind](text, match)


def _version(_text: str, match: re.Match[str]) -> _Reading:
    number = Decimal(match[0].partition(".")[0])
    return number, number, f"version {match[0]}", *match.span()


def _ratio(_text: str, match: re.Match[str]) -> _Reading:
    first, _, rest = match[0].partition(":")
    return Decimal(first), Decimal(first), f":{rest}", *match.span()


def _fraction(_text: str, match: re.Match[str]) -> _Reading:
    first, _, second = match[0].partition("/")
    return Decimal(first), Decimal(first), f"/{second}", *match.span()


def _money(_text: str, match: re.Match[str]) -> _Reading:
    low, high = _range(match["price"], match["top"])
    end = match.end("price") if high == low else match.end()
    if match["debt"] and low == high:
        low = high = -low
    return low, high, CURRENCIES[match["sign"]], match.start(), end


def _ordinal(_text: str, match: re.Match[str]) -> _Reading:
    number = ordinal(match[0])
    return number, number, "ordinal", *match.span()


def _part(_text: str, match: re.Match[str]) -> _Reading:
    first, noun = (["one", *re.split(r"[\s-]", match[0].lower())])[-2:]
    count = Decimal(1) if first in {"a", "an"} else value(first)
    noun = noun.removesuffix("s")
    if noun == "third":
        return count, count, "/3", *match.span()
    number = product(count, Decimal(_PARTS[noun]))
    return number, number, "x", *match.span()


def _fold(_text: str, match: re.Match[str]) -> _Reading:
    word = match[0].lower()
    number = value(_FOLDS.get(word, word.removesuffix("fold")))
    return number, number, "x", *match.span()


def _magnitude(_text: str, match: re.Match[str]) -> _Reading:
    return Decimal(10), Decimal(10), "x", *match.span()


def _multiple(_text: str, match: re.Match[str]) -> _Reading:
    stem = next(stem for stem in _MULTIPLES if match[0].lower().startswith(stem))
    number = Decimal(_MULTIPLES[stem])
    return number, number, "x", *match.span()


def _per(text: str, match: re.Match[str]) -> _Reading:
    """Read a scale that stands alone: `per million tokens`, `/MTok`."""
    number = value(f"1{' ' * (len(match[0]) > 1)}{match[0]}")
    return number, number, *_noun(text, match.end())[:1], match.start(), match.end()


def _by(_text: str, match: re.Match[str]) -> _Reading:
    number = Decimal(match["by"])
    return number, number, "x", *match.span()


def _many(_text: str, match: re.Match[str]) -> _Reading:
    words = re.split(r"\s", match[0].lower())
    number = Decimal(10) ** sum(_POWERS.get(word.removesuffix("s"), 0) for word in words)
    return number, number, "many", *match.span()


def _number(text: str, match: re.Match[str]) -> _Reading | None:
    start = match.start("minus") if match["minus"] else match.start("one")
    low, high = _range(match["one"], match["two"])
    if match["two"] and low == high:  # a range goes up: `from 90 to 30 minutes` is none
        one, end = _signed(match, low, low), match.end("each" if match["each"] else "one")
        return one, one, "x" if match["each"] else "", start, end
    name, factor, end = _unit_after(text, match)
    if not name and _VERSION.search(text, max(0, start - 12), start):
        return low, low, f"version {match['one']}", start, match.end("one")
    if match["one"].lower() in {"one", "zero"} and not (match["symbol"] or match["two"]):
        return None
    low, high = product(low, factor), product(high, factor)
    return _signed(match, low, high), _signed(match, high, low), name, start, end


def _signed(match: re.Match[str], one: Decimal, other: Decimal) -> Decimal:
    return -other if match["minus"] and one == other else one


def _unit_after(text: str, match: re.Match[str]) -> tuple[str, Decimal, int]:
    """Return the unit of a number, how many of the canonical one it is, and where it ends."""
    if match["symbol"]:
        found = unit(match["symbol"])
        return found.name, found.factor, match.end()
    if match["times"]:
        return "x", Decimal(1), match.end()
    name, end = _noun(text, match.end())
    return name, Decimal(1), end


def _range(one: str, two: str | None) -> tuple[Decimal, Decimal]:
    """Return both ends; a scale after the second (`5 to 10 million`) is of both."""
    low = value(one)
    if not two:
        return low, low
    high = value(two)
    bare = two.rstrip("abcdefghijklmnopqrstuvwxyzKMBT -")
    if bare and bare[-1].isdigit() and bare != two and one[-1].isdigit():
        low = product(low, value("1" + two[len(bare) :]))
    return (low, high) if low < high else (low, low)


def _noun(text: str, at: int) -> tuple[str, int]:
    """Return what the number that ends at `at` counts: a known noun, else the next plural.

    Also returns where the noun ends if it is the next word, else `at`.
    """
    plural, number_end, plural_end = "", at, at
    for _ in range(_LONGEST_NOUN):
        step = _STEP.match(text, at)
        if not step or step[1].lower() in _END_OF_NOUN:
            break
        word = singular(step[1])
        if word in COUNTED:
            return COUNTED[word], (step.end() if at == number_end else number_end)
        if not plural and step[1].islower() and word != step[1] and len(word) > 2:  # noqa: PLR2004
            plural = word
            plural_end = step.end() if at == number_end else number_end
        at = step.end()
    return plural, plural_end


_READERS: dict[str, Callable[[str, re.Match[str]], _Reading | None]] = {
    "version": _version,
    "ratio": _ratio,
    "fraction": _fraction,
    "money": _money,
    "ordinal": _ordinal,
    "part": _part,
    "fold": _fold,
    "magnitude": _magnitude,
    "multiple": _multiple,
    "per": _per,
    "by": _by,
    "many": _many,
    "number": _number,
}
