"""Figures of the committed report, in another writing and with another value, before both gates."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from rag.adapters.support import DEFAULT_THRESHOLD, SupportScorer
from rag.text.quantities import missing, quantities

_ROOT = Path(__file__).resolve().parents[2]
_NOTE = re.compile(r"^\[\^[^\]]+\]: .*“(?P<quote>[^”]+)”$", re.MULTILINE)
_NUMBER = r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?"
_WORDS = dict(enumerate("two three four five six seven eight nine ten".split(), start=2))


def _plain(text):
    return Decimal(text.replace(",", ""))


def _scaled(factor, unit):
    return lambda match: f"{_plain(match[1]) * Decimal(factor):f}{unit}"


def _in_words(match):
    return f"{_WORDS.get(int(match[1]), match[1])} times" if match[1].isdigit() else match[0]


EQUAL = {
    "N billion → NB": (rf"({_NUMBER}) billion", _scaled(1, "B")),
    "NB → N billion": (rf"({_NUMBER})B(?!\w)", _scaled(1, " billion")),
    "NB → N,000 million": (rf"({_NUMBER})B(?!\w)", _scaled(1000, " million")),
    "Nx → N times": (rf"({_NUMBER})[x×](?!\w)", _scaled(1, " times")),
    "Nx → N times, in words": (rf"({_NUMBER})[x×](?!\w)", _in_words),
    "N times → Nx": (rf"({_NUMBER}) times", _scaled(1, "x")),
    "GB → TB": (rf"({_NUMBER}) GB(?![\w/])", _scaled("0.001", " TB")),
    "TB → GB": (rf"({_NUMBER}) TB(?![\w/])", _scaled(1000, " GB")),
    "GiB → TiB": (rf"({_NUMBER}) GiB(?![\w/])", lambda m: f"{_plain(m[1]) / 1024:f} TiB"),
    "Gbps → Tbps": (rf"({_NUMBER}) Gbps", _scaled("0.001", " Tbps")),
    "% → percent": (rf"({_NUMBER})%", _scaled(1, " percent")),
    "hours → minutes": (rf"({_NUMBER}) hours", _scaled(60, " minutes")),
    "1,024 → 1024": (r"(?<![\w.,-])(\d+,\d{3})(?![\w,])", _scaled(1, "")),
    "digits → words": (
        r"(?<![\w.,:-])(?<!\w )([2-9]|10) (?=[a-z])",
        lambda m: f"{_WORDS[int(m[1])]} ",
    ),
}  # fmt: skip
"""What a figure looks like, and the same figure in another writing."""


@cache
def _claims():
    """Return what the report's footnotes quote, each with the paragraph it stands in."""
    report = (_ROOT / "report.md").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in (_ROOT / "references").glob("*.md")]
    blocks = [" ".join(block.split()) for text in texts for block in re.split(r"\n\s*\n", text)]
    quotes = sorted({match["quote"] for match in _NOTE.finditer(report)})
    return [(quote, block) for quote in quotes for block in blocks if quote in block]


def _rewritten(kind):
    pattern, other = EQUAL[kind]
    for claim, passage in _claims():
        spans = [range(item.start, item.end) for item in quantities(claim)]  # Qwen3 32B is a name
        for match in re.finditer(pattern, claim):
            figure = other(match)
            if figure != match[0] and any(match.start() in span for span in spans):
                before, after = claim[: match.start()], claim[match.end() :]
                yield passage, before, figure, after


def _holds(pairs):
    scores = SupportScorer().score(pairs)
    return [
        not missing(*pair) and score >= DEFAULT_THRESHOLD
        for pair, score in zip(pairs, scores, strict=True)
    ]


@pytest.mark.parametrize("kind", EQUAL)
def test_a_figure_in_another_writing_is_the_same_figure(kind):
    """Every claim of the report holds with a figure written in another, equal form."""
    pairs = [(before + figure + after, text) for text, before, figure, after in _rewritten(kind)]
    fallen = [claim for (claim, _), holds in zip(pairs, _holds(pairs), strict=True) if not holds]
    assert (len(pairs) > 0, fallen) == (True, [])


def _changed(figure):
    """Return a figure of another value: its first digit is another one; or a word is."""
    if digit := re.search(r"[1-9]", figure):
        other = str(int(digit[0]) % 9 + 1)
        return figure[: digit.start()] + other + figure[digit.end() :]
    word = figure.split()[0]
    others = list(_WORDS.values())
    return figure.replace(word, others[(others.index(word) + 3) % len(others)])


@pytest.mark.parametrize("kind", EQUAL)
def test_another_value_falls_in_every_writing(kind):
    """No claim of the report holds with a figure in another form that has another value."""
    pairs = [
        (before + _changed(figure) + after, text)
        for text, before, figure, after in _rewritten(kind)
    ]
    passed = [claim for (claim, _), holds in zip(pairs, _holds(pairs), strict=True) if holds]
    assert passed == []
