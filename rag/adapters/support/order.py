"""Who did what to whom: two words, or runs of words, that stand in each other's place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.tokens import Token

_RELATIONS = frozenset(
    "than from to into of for over by with on in at through before after".split()
)
"""Function words that say which side is which; "and" does not."""


def exchanged(claim: Sequence[Token], window: Sequence[Token]) -> bool:
    """Whether two runs of shared words change places round words that stay, or round a relation.

    Words that stand once in both count. A passive ("was beaten by") turns the order lawfully.
    """
    theirs = _once(window)
    mine = [(stem, at) for stem, at in _once(claim).items() if stem in theirs]
    by_place = sorted(theirs[stem] for stem, _ in mine)
    order = [by_place.index(theirs[stem]) for stem, _ in mine]
    first, last = 0, len(order) - 1
    while first <= last and order[first] == first:
        first += 1
    while last > first and order[last] == last:
        last -= 1
    if first >= last:
        return False
    middle = [place - first for place in order[first : last + 1]]
    cut = _blocks(middle)
    if cut is None:
        return False
    start, end = mine[first][1], mine[last][1]
    between = claim[start : end + 1]
    there = window[by_place[first] : by_place[last] + 1]
    if _agents(between) != _agents(there):
        return False
    related = {token.stem for token in between} & {token.stem for token in there}
    return cut or bool(_RELATIONS & related)


def _agents(tokens: Sequence[Token]) -> set[str]:
    """Return the words that "by" follows."""
    return {one.stem for one, other in pairwise(tokens) if other.stem == "by"}


def _once(tokens: Sequence[Token]) -> dict[str, int]:
    stems = [token.stem for token in tokens]
    return {
        token.stem: at
        for at, token in enumerate(tokens)
        if token.has_content and stems.count(token.stem) == 1
    }


def _blocks(order: Sequence[int]) -> bool | None:
    """Return whether words stay between two runs that change places; None if none do.

    `order` is 0 … n-1 as the claim has it: `B X A` for the window's `A X B`.
    """
    size = len(order)
    head = 1
    while head < size and order[head] == order[head - 1] + 1:
        head += 1
    tail = size - 1
    while tail > 0 and order[tail] == order[tail - 1] + 1:
        tail -= 1
    begins_last = order[head - 1] == size - 1
    ends_first = order[tail] == 0
    if not (begins_last and ends_first) or head > tail:
        return None
    inner = list(order[head:tail])
    expected = list(range(size - tail, size - head))
    return bool(inner) if inner == expected else None
