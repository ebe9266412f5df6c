"""Figures and exact names in text: what a reader checks first.

A figure is a number that says how much: with a unit, a currency, a percent sign, or as a multiple.
A bare number ("the 3 options") is none. A name is one written with digits, such as
`p5en.48xlarge`, `Trn2` or `DeepSeek-V3`.
"""

from __future__ import annotations

import re

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_UNIT = (
    r"%|percent|per cent|x\b|times\b|[KMGTPE]i?B(?:/s|ps)?\b|[kMGT]bps\b|[KMGT]BPS\b|[TPE]bit/s|"
    r"(?:peta|exa|tera)flops?\b|[TP]?FLOPs?\b|TFLOPS\b|PFLOPS\b|"
    r"(?:thousand|million|billion|trillion)\b|[BT]\b(?!\w)|"
    r"tokens?\b|parameters?\b|GPUs?\b|vCPUs?\b|chips?\b|accelerators?\b|nodes?\b|instances?\b|"
    r"experts?\b|layers?\b|heads?\b|blocks?\b|devices?\b|models?\b|"
    r"milliseconds?\b|ms\b|seconds?\b|minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|"
    r"USD\b|dollars?\b|[MGk]W\b|watts?\b"
)
FIGURE = re.compile(
    rf"(?:USD|US\$|\$|€|£)\s?{_NUMBER}(?:\s?(?:thousand|million|billion|trillion|[KMB]\b))?"
    rf"|(?<![\w.])(?:{_NUMBER}\s?(?:to|-|–|and)\s?)?{_NUMBER}[\s-]?(?:{_UNIT})",
    re.ASCII,
)
_NAME_BEFORE = re.compile(r"(?:^|\s)(?:[A-Z][\w.’'-]*|\d[\w.]*)[\s-]$")
_NAMED_MODEL = re.compile(
    r"(?:^|\s)(?!(?:The|These|Those|All|Its|Our|Only|Over|About|With|For|In|Of|And)\s)[A-Z][\w.’'-]*\s$"
)
INSTANCE = re.compile(r"\b(?:ml\.|u-)?[a-z]{1,3}\d[a-z0-9]*(?:-[a-z0-9]+)*\.(?:\d*x?large|metal)\b")
WORD = re.compile(r"[^\W_]+(?:[.'’\-/][^\W_]+)*")

STOP_WORDS = frozenset(
    "a an and are as at be been but by can for from had has have in into is it its may more most "
    "not of on or than that the their them then there these they this those to up was were when "
    "where which while who will with without would so because whereas also each per such only "
    "over between through about other both one two all any no".split()
)


def figures(text: str) -> list[str]:
    """Return the figures of `text` as written, in order.

    The number in a model's name ("Llama 3 70B", "the Gemma 3 models") measures nothing here.
    """
    return [match[0] for match in FIGURE.finditer(text) if not _is_in_a_name(text, match)]


def _is_in_a_name(text: str, match: re.Match[str]) -> bool:
    if match[0].removesuffix("s").endswith("model"):
        return bool(_NAMED_MODEL.search(text, 0, match.start()))
    return match[0][-1] in "BT" and bool(_NAME_BEFORE.search(text, 0, match.start()))


def content_words(text: str) -> frozenset[str]:
    """Return the words that carry meaning, lower case, with a plural's s taken off."""
    words = (match[0].lower() for match in WORD.finditer(text))
    return frozenset(_singular(word) for word in words if word not in STOP_WORDS)


def _singular(word: str) -> str:
    kept = word.endswith(("ss", "us", "is")) and not word.endswith("pus")  # a bus, but GPUs
    plural = len(word) > 3 and word.endswith("s") and not kept  # noqa: PLR2004 - gas
    return word[:-1] if plural else word


def term_pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that finds any of the terms as whole words, whatever their case.

    A term may be found in the plural; longer terms win over shorter ones that begin them.
    """
    ordered = sorted(set(terms), key=lambda term: (-len(term), term))
    body = "|".join(re.escape(term).replace(r"\ ", r"[\s-]+") for term in ordered)
    return re.compile(rf"(?<![\w-])(?:{body})(?:s|es)?(?![\w])", re.IGNORECASE)
