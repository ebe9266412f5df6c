"""Units of measure and what is counted: how they are written, and one canonical form of each."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit as one number of a canonical one: a TB is 10**12 `B`."""

    name: str
    factor: Decimal


_DECIMAL = {"k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21}
_PREFIX_WORDS = {"kilo": 3, "mega": 6, "giga": 9, "tera": 12, "peta": 15, "exa": 18, "zetta": 21}
_BINARY_WORDS = {"kibi": 1, "mebi": 2, "gibi": 3, "tebi": 4, "pebi": 5, "exbi": 6}
_BINARY = {"K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}

_SECONDS = {
    "ns nanosecond": "1e-9",
    "µs μs us microsecond": "1e-6",
    "ms millisecond": "1e-3",
    "s sec second": "1",
    "min minute": "60",
    "h hr hour": "3600",
    "day": "86400",
    "week": "604800",
}
_PLAIN = {
    "%": ("%", "1"),
    "percent": ("%", "1"),
    "per cent": ("%", "1"),
    "‰": ("%", "0.1"),
    "permille": ("%", "0.1"),
    "per mille": ("%", "0.1"),
    "percentage point": ("point", "1"),
    "basis point": ("point", "0.01"),
    "month": ("month", "1"),
    "quarter": ("quarter", "1"),
    "year": ("month", "12"),
    "decade": ("month", "120"),
    "dollar": ("USD", "1"),
    "usd": ("USD", "1"),
    "buck": ("USD", "1"),
    "cent": ("USD", "0.01"),
    "euro": ("EUR", "1"),
    "eur": ("EUR", "1"),
    "pound sterling": ("GBP", "1"),
    "byte": ("B", "1"),
    "bit": ("bit", "1"),
    "hertz": ("Hz", "1"),
    "watt": ("W", "1"),
    "watt-hour": ("Wh", "1"),
    "mile": ("mile", "1"),
    "km": ("m", "1000"),
    "kilometre": ("m", "1000"),
    "kilometer": ("m", "1000"),
    "metre": ("m", "1"),
    "meter": ("m", "1"),
    "nm": ("m", "1e-9"),
    "nanometre": ("m", "1e-9"),
    "nanometer": ("m", "1e-9"),
    "kg": ("kg", "1"),
    "kilogram": ("kg", "1"),
    "°c": ("°C", "1"),
    "°f": ("°F", "1"),
}
CURRENCIES = {
    "$": "USD",
    "US$": "USD",
    "USD": "USD",
    "€": "EUR",
    "EUR": "EUR",
    "£": "GBP",
    "GBP": "GBP",
    "¥": "JPY",
    "JPY": "JPY",
}

CURRENCY = r"(?:US\$|\$|€|£|¥|(?:USD|EUR|GBP|JPY)(?=[\s\d]))"
_RATE = r"(?:/s(?:ec(?:ond)?)?\b|ps\b|\s(?:per|a|each)\s+second\b)"
_DATA = (
    rf"[KMGTPE]iB(?:{_RATE}|\b)"
    rf"|[kKMGTPEZ]?B(?:{_RATE}|(?<=\wB)\b)"
    rf"|[kKMGTPE](?:b|bit)(?:{_RATE}|\b)|[KMGT]BPS\b"
    rf"|(?i:(?:{'|'.join([*_PREFIX_WORDS, *_BINARY_WORDS])})(?:byte|bit)s?)(?:{_RATE}|\b)"
)
_FLOPS = (
    r"(?:(?i:kilo|mega|giga|tera|peta|exa|zetta)[\s-]?|[kMGTPEZ])?"
    r"(?:FLOPS?|FLOPs|[Ff]lops?)(?:/s)?\b"
)
_POWER = (
    r"[kMGT]?W(?:h\b|\b)|(?i:(?:kilo|mega|giga|tera)?watt(?:-?hour)?s?\b)|[kMGT]Hz\b|"
    r"(?i:(?:kilo|mega|giga)hertz\b)"
)
_WORDS = sorted(
    [*_PLAIN, *(name for names in _SECONDS for name in names.split() if len(name) > 1)],
    key=lambda name: (-len(name), name),
)
_WORD = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in _WORDS if word not in "%‰")
UNIT = (
    rf"(?:[%‰]|{_DATA}|{_FLOPS}|{_POWER}|(?i:(?:{_WORD})s?)(?!\w)|(?<=\d)(?:s|h)(?!\w)|"
    rf"(?<=\d\s)(?:s|h)(?![\w'’]))"
)
"""A unit as written after its numeral; the case of its letters tells `GB` from `Gb`."""
_UNIT = re.compile(UNIT)

_COUNTS = (
    "GPU|vCPU|CPU|core|chip|accelerator|device|token|parameter|param|expert|layer|head|block|"
    "node|instance|server|ultraserver|cluster|model|region|zone|customer|user|request|query|"
    "link|card|language|image|page|document|vocabulary|sample|step|epoch|dimension|family|"
    "country|company|service|container|rack|drive|interface|adapter|port|processor|socket|"
    "FPGA|TPU|PII|char|character|word|line|file|table|bucket|object|row|column|person|people"
).split("|")
COUNTED = {name.lower(): name.lower() for name in _COUNTS} | {
    "param": "parameter",
    "char": "character",
    "people": "person",
    "vocabulary": "token",
}
KINDS = {"accelerator": frozenset({"gpu", "chip", "device"}), "device": frozenset({"gpu", "chip"})}
"""What a wider word may stand for: `16 chips` bear out `16 accelerators`."""


MEASURES = frozenset(
    "B iB bit B/s iB/s bit/s BPS flop W Wh Hz s month quarter % point x USD EUR GBP JPY m mile kg "
    "°C °F date".split()
)
"""Canonical units of what is measured; all other units are of what is counted."""
_PLURALS_IN_US = frozenset("gpus cpus vcpus tpus".split())


def singular(word: str) -> str:
    """Return an English noun, lower case, without its plural's ending."""
    if word[:-1].isupper() and word.endswith("s") and len(word) > 2:  # noqa: PLR2004 - GPUs
        return word[:-1].lower()
    lower = word.lower()
    if lower.endswith("ies") and len(lower) > 4:  # noqa: PLR2004 - ties
        return lower[:-3] + "y"
    if lower.endswith(("sses", "xes", "ches", "shes")):
        return lower[:-2]
    if lower.endswith("s") and not lower.endswith(("ss", "us", "is")) and len(lower) > 2:  # noqa: PLR2004
        return lower[:-1]
    return lower[:-1] if lower in _PLURALS_IN_US else lower


def unit(text: str) -> Unit:
    """Return the canonical unit of what `UNIT` matches, and how many of it one is."""
    bare = re.sub(rf"{_RATE}$", "", text)
    rate = "/s" if bare != text else ""
    if text.endswith("BPS"):
        return Unit("BPS", Decimal(10) ** _DECIMAL[text[0]])
    for found in (_plain(text), _flops(text), _symbol(bare, rate), _word(bare, rate)):
        if found:
            return found
    return Unit(text.lower(), Decimal(1))


def _plain(text: str) -> Unit | None:
    word = re.sub(r"\s+", " ", text.lower())
    for name in (word, word.removesuffix("s")):
        if name in _PLAIN:
            return Unit(_PLAIN[name][0], Decimal(_PLAIN[name][1]))
        for names, seconds in _SECONDS.items():
            if name in names.split():
                return Unit("s", Decimal(seconds))
    return None


def _flops(text: str) -> Unit | None:
    match = re.fullmatch(r"(\w*?)[\s-]?(?i:flops?)(?:/s)?", text)
    if not match:
        return None
    power = _DECIMAL.get(match[1]) or _PREFIX_WORDS.get(match[1].lower(), 0)
    return Unit("flop", Decimal(10) ** power)


def _symbol(bare: str, rate: str) -> Unit | None:
    match = re.fullmatch(r"([KMGTPE])iB", bare)
    if match:
        return Unit("iB" + rate, Decimal(1024) ** _BINARY[match[1]])
    match = re.fullmatch(r"([kKMGTPEZ]?)(B|bit|b|Wh|W|Hz)", bare)
    if match:
        name = "bit" if match[2] == "b" else match[2]
        return Unit(name + rate, Decimal(10) ** _DECIMAL.get(match[1], 0))
    return None


def _word(bare: str, rate: str) -> Unit | None:
    match = re.fullmatch(r"(?i)([a-z]+?)(byte|bit|watt-?hour|watt|hertz)s?", bare)
    if not match:
        return None
    prefix, noun = match[1].lower(), match[2].lower().replace("-", "")
    if prefix in _BINARY_WORDS:
        return Unit(
            "i" + ("B" if noun == "byte" else noun) + rate, Decimal(1024) ** _BINARY_WORDS[prefix]
        )
    name = {"byte": "B", "watt": "W", "watthour": "Wh", "hertz": "Hz"}.get(noun, noun)
    return Unit(name + rate, Decimal(10) ** _PREFIX_WORDS.get(prefix, 0))
