"""Claims that copy a passage but for the word that joins two of its parts: "or" made "and"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.support.lexicon import NEGATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.place import Place
    from rag.adapters.support.tokens import Token

_AGAINST = frozenset("although though".split())
_FOR = frozenset("because since".split())
_DENIED = 6
"""Words before an "or" among which a "no" makes it an "and": "no servers or clusters"."""


def linked_otherwise(place: Place) -> bool:
    """Whether a copy has both for one of two, or a reason for what speaks against, or the reverse.

    "Runs on A and B" is more than "runs on A or B" says; the other way round it is less.
    """
    if not place.is_copied:
        return False
    kept = dict(place.alignment.kept)
    return any(
        kept.get(row - 1) == column - 1
        and kept.get(row + 1) == column + 1
        and _is_other(place.claim[row].stem, place.window, column)
        for row, column in place.alignment.replaced
    )


def _is_other(link: str, window: Sequence[Token], column: int) -> bool:
    there = window[column].stem
    if (link, there) == ("and", "or"):
        before = window[max(0, column - _DENIED) : column]
        return not any(token.stem in NEGATION for token in before)
    return (link in _AGAINST and there in _FOR) or (link in _FOR and there in _AGAINST)
