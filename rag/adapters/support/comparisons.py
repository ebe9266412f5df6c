"""Who is so much more than somebody else: the figure belongs to the one that is said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.support.lexicon import BOUNDS, COMPARATIVE, stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.adapters.support.tokens import Token

_IS = frozenset("is are was were being".split())
_BETWEEN = frozenset(stem(word) for phrase in BOUNDS for word in phrase) | {"even", "still"}
"""What may stand before the figure: it says how exact that is."""
_UNIT = frozenset({"percent", "x", "time"})
_DEGREES = {word: word for word in COMPARATIVE if word.endswith("er") or word in {"more", "less"}}
_DEGREES |= {"bigger": "larger", "greater": "larger"}
"""Comparatives, each with one that says the same."""


def given_to_another(claim: Sequence[Token], passages: Sequence[Sequence[Token]]) -> bool:
    """Whether a claim makes one name so much more, and the passage another one alone.

    "Alpha is 20% faster" is not what "with Beta being 20% faster than Alpha" says. A name that the
    passage does not have may be another word for the same.
    """
    there = [item for tokens in passages for item in _more(tokens)]
    stems = {token.stem for tokens in passages for token in tokens}
    for name, figure, degree in _more(claim):
        others = [whose for whose, much, how in there if (much, how) == (figure, degree)]
        is_same = any(name <= whose or whose <= name for whose in others)
        if others and name <= stems and not is_same:
            return True
    return False


def _more(tokens: Sequence[Token]) -> Iterator[tuple[frozenset[str], str, str]]:
    """Yield who is said to be how much more: a name, a verb, a figure, a comparative."""
    for at, token in enumerate(tokens):
        if token.kind != "number":
            continue
        end = at + 1
        while end < len(tokens) and tokens[end].stem in _UNIT:
            end += 1
        verb = at - 1
        while verb > 0 and tokens[verb].stem in _BETWEEN:
            verb -= 1
        is_more = end < len(tokens) and tokens[end].stem in _DEGREES
        if not is_more or verb < 1 or tokens[verb].text.lower() not in _IS:
            continue
        if name := _name(tokens, verb):
            yield name, token.stem, _DEGREES[tokens[end].stem]


def _name(tokens: Sequence[Token], end: int) -> frozenset[str]:
    """Return the stems of the name that ends before a word; empty if none does."""
    start = end
    while start > 0 and _may_be_named(tokens[start - 1]):
        start -= 1
    return frozenset(token.stem for token in tokens[start:end])


def _may_be_named(token: Token) -> bool:
    return token.kind in {"name", "number"} or (token.initial and token.has_content)
