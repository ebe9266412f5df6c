"""What the words of a question are about."""

from __future__ import annotations

import re

from rag.text.figures import INSTANCE, content_words

_ASKING = frozenset(
    "what how why who whom whose does do did should could would is are you your i we our my me "
    "there have has get use".split()
)
_NAMED = re.compile(r"(?<![\w.-])[^\W\d_](?=[\w.-]*\d)\w*(?:[.-]\w+)*")
"""A name with digits: `p6-b300.48xlarge`, `DeepSeek-V3`. What begins with a digit measures."""
_PRICE = re.compile(
    r"\b(?:what|how much|which)\b.*\b(?:costs?|prices?|priced|pricing|fees?)\b", re.IGNORECASE
)
_MONEY = re.compile(
    r"[$€£](?=\s?[\d/)])|\d\s?[$€£]|"
    r"\b(?:USD|EUR|GBP|dollars?|euros?|cents?|cost\w*|pric\w+|fees?|charg\w+|cheap\w*|"
    r"expens\w+|discount\w*|paid|pay\w*|bill(?:s|ed|ing)?|sav(?:e|ed|es|ing|ings)|free|"
    r"spend\w*|spent)\b",
    re.IGNORECASE,
)
"""A sign of money alone is none: a shell has one for its prompt."""


def asked_about(question: str) -> frozenset[str]:
    """Return the words that say what a question is about; all that carry meaning if none do."""
    words = content_words(question)
    return words - _ASKING or words


def has_subject(question: str) -> bool:
    """Whether a question says what it is about: "What is it?" does not."""
    return not content_words(question) <= _ASKING


def unheard_of(question: str, told: str) -> list[str]:
    """Return the names with digits of a question that stand nowhere in what is told.

    Signs in a name make no difference, nor what follows its last digits; an instance may be told
    of by its family.
    """
    plain = _letters(told)
    return [name for name in _NAMED.findall(question) if not _is_told(name, plain)]


def tells_of_another(question: str, told: str) -> bool:
    """Whether a text tells only of others of what a question names: of `P2`, asked about `P5`."""
    asked = _NAMED.findall(question)
    plain = _letters(told)
    if any(_is_told(name, plain) for name in asked):
        return False
    return bool(set(map(_kind, asked)) & set(map(_kind, _NAMED.findall(told))))


def _kind(name: str) -> str:
    """Return what a name shares with those of its kind: the letters that it begins with."""
    return re.split(r"[\W\d_]", name.lower(), maxsplit=1)[0]


def _is_told(name: str, plain: str) -> bool:
    if INSTANCE.fullmatch(name):
        name = name.rpartition(".")[0]
    stem = re.sub(r"[\W_]+\D*$", "", name)
    return _letters(name).rstrip("s") in plain or _letters(stem) in plain


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def wants_money(question: str) -> bool:
    """Whether a question asks what something costs."""
    return _PRICE.search(question) is not None


def tells_of_money(text: str) -> bool:
    """Whether a text says anything of prices: an amount, or a word of paying."""
    return _MONEY.search(text) is not None
