"""Real sentences → seeded conflicts, and pairs as alike that are none."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.conflicts.changes import (
    appended,
    changeable,
    negated,
    other_figure,
    paraphrased,
    turned,
)
from benchmarks.conflicts.real import claim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.types import Claim

_TWO_THINGS = {
    "date": [("in 2023", "in 2024"), ("as of May 2024", "as of June 2025"), ("", "in 2019")],
    "instance": [
        ("on p5.48xlarge", "on p4d.24xlarge"),
        ("with H100", "with H200"),
        ("for Llama 3", "for Llama 4"),
        ("on Trn1", "on Trn2"),
    ],
    "scope": [
        ("for training", "for inference"),
        ("in Oregon", "in Frankfurt"),
        ("per GPU", "per instance"),
        ("at peak", "sustained"),
        ("in preview", "at general availability"),
        ("for input tokens", "for output tokens"),
        ("at Pinterest", "at Adobe"),
        ("on average", "at peak"),
    ],
}
_OTHER_UNITS = {
    "B": "GiB",
    "iB": "GB",
    "%": "percentage points",
    "x": "%",
    "s": "tokens",
    "month": "GPUs",
    "USD": "EUR",
    "gpu": "nodes",
    "token": "parameters",
    "parameter": "tokens",
}
_MOST = 150
"""Cases of a kind."""
_SHARES = {"figure": 3, "direction": 0.5, "negation": 0.5, "same": 0.5, "denied": 0.5}
"""How many sentences with figures a kind gets; those with less make do without."""
_NAME = re.compile(r"\b(?:[A-Z][a-z]+|[a-z])\d(?![\d.]\d)[\w.]*|\b[A-Z]\d{2,3}\b")


class Case(NamedTuple):
    """Two claims, and whether they conflict."""

    kind: str
    first: Claim
    second: Claim
    conflicts: bool
    is_copy: bool
    """Whether the second is a near copy of the first; else a light paraphrase."""


def cases(claims: Sequence[Claim], seed: int = 7) -> list[Case]:
    """Return conflicts and hard negatives, one of each sentence at most."""
    random = Random(seed)
    order = [item for item in claims if not item.cells and len(item.text.split()) > 6]
    random.shuffle(order)
    made: list[Case] = []
    makers: dict[str, Callable[[str, Random], tuple[str, str] | None]] = {
        "figure": lambda text, rng: _pair(text, other_figure(text, rng)),
        "date": lambda text, rng: _two_things("date", text, rng),
        "negation": lambda text, rng: _pair(text, negated(text, rng)),
        "instance": lambda text, rng: _two_things("instance", text, rng),
        "scope": lambda text, rng: _two_things("scope", text, rng),
        "direction": lambda text, rng: _pair(text, turned(text, rng)),
        "unit": _other_unit,
        "hedge": _hedged,
        "same": lambda text, rng: _pair(text, _other_words(text, rng)),
        "name": _other_name,
        "denied": _denied_of_another,
    }
    counts = dict.fromkeys(makers, 0)
    for item in sorted(order, key=lambda item: not changeable(item.text)):  # figures are scarce
        for kind in sorted(makers, key=lambda name: counts[name] / _SHARES.get(name, 1)):
            pair = makers[kind](item.text, random) if counts[kind] < _MOST else None
            if pair:
                counts[kind] += 1
                made.append(_case(kind, item, pair, random, is_copy=counts[kind] % 2 == 0))
                break
    return made


def _case(kind: str, item: Claim, pair: tuple[str, str], random: Random, *, is_copy: bool) -> Case:
    second = pair[1] if is_copy or kind == "same" else paraphrased(pair[1], random)
    key = item.citations[0].reference_key
    first = item if pair[0] == item.text else claim(pair[0], key, item.citations[0].start)
    is_conflict = kind in {"figure", "negation", "direction"}
    return Case(kind, first, claim(second, f"changed-{item.id}"), is_conflict, is_copy)


def _pair(text: str, changed: str | None) -> tuple[str, str] | None:
    return (text, changed) if changed and changed != text else None


def _two_things(kind: str, text: str, random: Random) -> tuple[str, str] | None:
    changed = other_figure(text, random)
    if changed is None:
        return None
    one, other = random.choice(_TWO_THINGS[kind])
    return (appended(text, one) if one else text), appended(changed, other)


def _denied_of_another(text: str, random: Random) -> tuple[str, str] | None:
    changed = random.choice((negated, turned))(text, random)
    if changed is None:
        return None
    one, other = random.choice(_TWO_THINGS[random.choice(sorted(_TWO_THINGS))])
    return (appended(text, one) if one else text), appended(changed, other)


def _other_unit(text: str, random: Random) -> tuple[str, str] | None:
    found = changeable(text)
    if len(found) != 1 or found[0].unit not in _OTHER_UNITS or not found[0].text[0].isdigit():
        return None
    return _pair(text, other_figure(text, random, unit=_OTHER_UNITS[found[0].unit]))


def _hedged(text: str, random: Random) -> tuple[str, str] | None:
    found = [item for item in changeable(text) if re.match(r"\d", item.text)]
    if len(found) != 1 or re.search(
        r"\b(?:to|than|over|about|least|under|around|most|like|every|just|above|below)\s$",
        text[: found[0].start],
        re.IGNORECASE,
    ):
        return None
    item = found[0]
    number = re.match(r"\d[\d,]*(?:\.\d+)?", item.text)
    if number is None:
        return None
    value = float(number[0].replace(",", ""))
    low, high = f"{value * 0.7:,.0f}", f"{value * 1.4 + 1:,.0f}"
    words = random.choice([f"up to {high}", f"at least {low}", f"{low} to {high}"])
    tail = item.start + number.end()
    return text, text[: item.start] + words + text[tail:]


def _other_words(text: str, random: Random) -> str | None:
    changed = paraphrased(text, random)
    return changed if changed != text else None


def _other_name(text: str, random: Random) -> tuple[str, str] | None:
    changed = other_figure(text, random)
    match = _NAME.search(changed) if changed else None
    if changed is None or match is None or match[0] not in text:
        return None
    at = next(index for index, char in enumerate(match[0]) if char.isdigit())
    digit = str((int(match[0][at]) + 1) % 10)
    other = match[0][:at] + digit + match[0][at + 1 :]
    return text, changed.replace(match[0], other)


def texts(made: Sequence[Case]) -> Iterator[Claim]:
    """Yield the claims of all cases."""
    for case in made:
        yield case.first
        yield case.second
