"""Names that are written with digits: `p5en.48xlarge`, `DeepSeek-V3`, `Llama 3.1 405B`, `H200`.

The digits of a name say which, not how much.
"""

from __future__ import annotations

import re

from rag.text.units import COUNTED, UNIT, singular

_LINK = re.compile(
    r"(?<!\w)\w+://[^\s)>\]]+|\bwww\.[^\s)>\]]+|(?<![\w+-])[\w+-]+@[\w-]+\.\w+", re.IGNORECASE
)
TOKEN = re.compile(r"[^\W_](?:\w|[-.+](?=\w))*")
_PREFIXES = frozenset(
    "top sub pre post mid over under up to x multi non per plus minus and or than about in at the "
    "every near by from for of with least most all any next last first one".split()
)
_STARTERS = frozenset(
    "a about above across add after all almost also although an and another any approximately "
    "around as at be before below between both but by can did do does during each either even "
    "every few fewer for from further given had has have he her here his how if in inside into is "
    "it its just last least less like make many maximum minimum more most my near next no not now "
    "of off on once one only or other our out over per plus run say see select set she since so "
    "some such take than that the their then there these they this those three to today together "
    "top total try two under unless unlike until up upto use used using via was we were what when "
    "where whether which while who whose why will with within without yet you your".split()
)
_NOT_NAMES = frozenset(
    "usd eur gbp jpy jan feb mar apr may jun jul aug sep sept oct nov dec january february march "
    "april june july august september october november december".split()
)
"""A number after one of these is money or a date."""
_LONGEST_PREFIX = 20  # characters: `up-to-40`
_FAMILY = frozenset("model family instance server language".split())
"""What may follow a name's number: the 3 of `Llama 3 models` counts no models."""
_CURRENCIES = re.compile(r"(?:USD|EUR|GBP|JPY|US)\d")
_NUMBER = re.compile(
    r"[ \u00a0-]((?:\d+(?:\.\d+)?[BTM](?:-A\d[\d.]*B)?|\d{1,4}(?:\.\d+)*)"
    r"(?:(?=-[^\W\d_])|(?![\w%$€£/-]|[.,:]\d)))"
)
_SIZE_OF = re.compile(r"[\s-]+(?:(?:total|active|dense|trainable)\s)?(?:parameter|param|token)")
_MEASURED = re.compile(
    rf"[\s-]?(?:{UNIT}|(?i:times|thousand|million|billion|trillion|x|to|percent|of|out)\b|[×%+])"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NEXT_WORD = re.compile(r"[\s-]+([^\W\d_]+)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s|\n)[\s>*#|\"'“‘(-]*$")


def designations(text: str) -> list[tuple[int, int]]:
    """Return the spans of what is surely a name with digits, in order; they do not overlap.

    A link is one. So is a word that begins with a letter and has a digit, and a capitalised word
    with the bare number after it, unless that number has a unit or counts something.
    """
    found: list[tuple[int, int]] = [match.span() for match in _LINK.finditer(text)]
    hidden = _blanked(text, found)
    for match in TOKEN.finditer(hidden):
        start, end = _name_in(match)
        if start == end and not (match[0][0].isupper() and match[0].isalpha()):
            continue
        stop = _numbers_after(hidden, match, end)
        if stop > match.end() or start < end:
            found.append((start if start < end else match.start(), stop))
    return _merged(sorted(found))


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _name_in(match: re.Match[str]) -> tuple[int, int]:
    """Return the span of the token that is a name; empty if it is an ordinary word or number."""
    start, token = match.start(), match[0]
    prefix, dash, rest = token.partition("-")
    while dash and prefix.lower() in _PREFIXES and start < match.start() + _LONGEST_PREFIX:
        start, token = start + len(prefix) + 1, rest
        prefix, dash, rest = token.partition("-")
    is_plain = not token[:1].isalpha() or not any(char.isdigit() for char in token)
    if is_plain or _CURRENCIES.match(token) or re.fullmatch(r"x(?!86|64)\d[\d.,]*", token):
        return start, start
    if token.partition("-")[0].lower().rstrip(".") in _NOT_NAMES:
        return start, start
    return start, match.end()


def _numbers_after(text: str, match: re.Match[str], end: int) -> int:
    """Return where the name ends with the bare numbers and sizes that follow the token."""
    if not _may_be_numbered(text, match):
        return match.end()
    end = match.end()
    while number := _NUMBER.match(text, end):
        if not _names(text, number):
            break
        end = number.end(1)
    return end


def _may_be_numbered(text: str, match: re.Match[str]) -> bool:
    word = match[0]
    if any(char.isdigit() for char in word):
        return word[0].isalpha()
    lower = word.lower()
    if not word[0].isupper() or lower in _STARTERS or lower in _NOT_NAMES:
        return False
    is_plain = word[1:].islower() or len(word) == 1
    is_first = _SENTENCE_START.search(text, max(0, match.start() - 8), match.start())
    return not (is_plain and is_first and lower.endswith(("s", "ly", "ed", "ing")))


def _names(text: str, number: re.Match[str]) -> bool:
    """Whether a number after a name belongs to it: it has no unit, counts nothing, is no year."""
    written, after = number[1], number.end(1)
    if _YEAR.fullmatch(written):
        return False
    if not written[-1].isdigit():
        return not _SIZE_OF.match(text, after)
    if _MEASURED.match(text, after):
        return False
    following = _NEXT_WORD.match(text, after)
    noun = singular(following[1]) if following else ""
    return noun not in COUNTED or noun in _FAMILY
