"""A question, and the one before it → the words to search for.

"And its price?" says what is asked, not of what: search finds nothing by it. What it lacks it takes
from the question before, by a rule that a reader can follow:

1. A question leans on the one before if it begins with a link (`and`, `or`, `but`, `what about` …),
   has a word for something else (`it`, `their`, `these`, `the same` …), or no words of its own
   that carry meaning (`Why?`). Else it stands alone.
2. It takes the names of the question before, or, if that asks which or who, those of the answer's
   first claim, or the words that carry meaning: the first of the three that there are.
3. If it names something itself and has no word for something else, it has its subject. Then it
   takes what was asked (the words that carry meaning, names left out) if it does not say so itself
   ("And Gamma?"), else nothing ("And what does Gamma cost?").
4. If it has no words of its own that carry meaning, it takes all that carry meaning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.text.figures import WORD
from rag.text.names import names
from rag.text.questions import asked_about

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import Exchange

_LINK = re.compile(
    r"\W*(?:and|or|but|so|also|then|plus|(?:what|how) about|what (?:of|if))\b", re.IGNORECASE
)
_POINTS = re.compile(
    r"\b(?:it|its|they|their|theirs|them|these|those|this|he|his|she|her|him|the same|"
    r"the (?:former|latter|others?)|(?:which|this|that|the \w+) ones?|ones|"
    r"(?:is|was|does|did|do|can|will|would|has|of|about|with|for|than|like|to|in|on|at|by) that|"
    r"that(?=\W*$))\b",
    re.IGNORECASE,
)
"""Words for something that was spoken of; `that` only where it begins no clause."""
_WHICH = re.compile(r"\b(?:which|who|whose|whom)\b", re.IGNORECASE)
"""What is answered by a name."""
_EMPTY = re.compile(
    r"\bis it (?:possible|true|necessary|correct|right|worth|known|clear|safe)\b", re.IGNORECASE
)
"""An `it` that stands for nothing."""
_PLAIN = frozenset(
    "much many long fast large big often far else again same ones about if if so then plus when "
    "where since explain tell give show more please why what how really ok okay yes know say mean "
    "former latter other he his she her him doe".split()
)
"""Words that carry no subject in a question; `doe` is `does` without its s."""
_MOST = 3
"""Names that are taken of an answer: the first ones are what it is about."""


def with_subject(
    question: str, before: Exchange | None, known: Sequence[Sequence[str]] = ()
) -> str:
    """Return the words to search for: the question, led by what it takes from the one before.

    Args:
        question: what is asked.
        before: what was asked last; None at the beginning.
        known: the names of the field, each with its aliases.
    """
    if before is None:
        return question
    written = tuple(name for aliases in known for name in aliases)
    own = _names(question, written)
    words = _without(asked_about(question) - _PLAIN, own)
    points = bool(_POINTS.search(_EMPTY.sub(" ", question)))
    if not (points or _LINK.match(question) or not (own or words)):
        return question
    if own and not points:
        taken = [] if words else _meaning(before, written)
    elif words or own:
        taken = _subject(before, written)
    else:
        taken = [*_names(before.words, written), *_meaning(before, written)]
    return f"{' '.join(taken)}: {question}" if taken else question


def _subject(before: Exchange, known: Sequence[str]) -> list[str]:
    asks = before.claims and _WHICH.search(before.words)
    first = before.claims[0].text if asks else ""
    named = _names(before.words, known) or _names(first, known)[:_MOST]
    return named or _meaning(before, known)


def _meaning(before: Exchange, known: Sequence[str]) -> list[str]:
    """Return the words of a question that carry meaning, in order, names left out."""
    kept = _without(asked_about(before.words) - _PLAIN, _names(before.words, known))
    words = [match[0] for match in WORD.finditer(before.words)]
    return list(dict.fromkeys(word for word in words if asked_about(word) & kept))


def _names(text: str, known: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.text for name in names(text, known)))


def _without(words: frozenset[str], named: Iterable[str]) -> frozenset[str]:
    return words - frozenset(word for name in named for word in asked_about(name))
