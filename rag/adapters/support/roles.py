"""Figures by role: what a number counts, how it is bounded, and whether that was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.support.lexicon import BOUNDS, UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.tokens import Token

_NEAR = 4
"""Words on each side of a number among which its role is looked for."""
_BEFORE = 3
"""Words before a number in which a bound may stand."""


def figures(claim: Sequence[Token], window: Sequence[Token]) -> dict[str, float]:
    """Return how the claim's numbers that stand in the window differ there in what they count.

    Returns:
        `figure_moved`: numbers none of whose neighbours are neighbours there; `figure_role`: the
        least share of neighbours found, in [0, 1]; `unit_changed`, `bound_lost`, `bound_added`:
        numbers, counted.
    """
    places: dict[str, list[int]] = {}
    for at, token in enumerate(window):
        if token.kind == "number":
            places.setdefault(token.stem, []).append(at)
    found = dict.fromkeys(("figure_moved", "unit_changed", "bound_lost", "bound_added"), 0.0)
    least = 1.0
    for at, token in enumerate(claim):
        if token.kind != "number" or token.stem not in places:
            continue
        near = _neighbours(claim, at)
        shares = [
            (len(near & _neighbours(window, there)) / len(near) if near else 1.0, -there)
            for there in places[token.stem]
        ]
        share, place = max(shares)
        least = min(least, share)
        found["figure_moved"] += share == 0
        found["unit_changed"] += _unit_differs(claim, at, window, places[token.stem])
        mine, theirs = _bound(claim, at), _bound(window, -place)
        found["bound_lost"] += bool(theirs) and not mine
        found["bound_added"] += bool(mine) and mine != theirs
    return found | {"figure_role": least}


def _neighbours(tokens: Sequence[Token], at: int) -> frozenset[str]:
    around = (*tokens[max(0, at - _NEAR) : at], *tokens[at + 1 : at + 1 + _NEAR])
    return frozenset(token.stem for token in around if token.kind not in {"function", "number"})


def _unit_differs(
    claim: Sequence[Token], at: int, window: Sequence[Token], places: Sequence[int]
) -> bool:
    mine = _unit(claim, at)
    theirs = [_unit(window, there) for there in places]
    return bool(mine) and any(theirs) and mine not in theirs


def _unit(tokens: Sequence[Token], at: int) -> str:
    after = tokens[at + 1].stem if at + 1 < len(tokens) else ""
    if after in UNITS:
        return after
    before = tokens[at - 1].stem if at else ""
    return before if before in {"dollar", "euro", "pound"} else ""


def bounding(tokens: Sequence[Token]) -> frozenset[int]:
    """Return where the words stand that bound a number: of "at most 5" both before the 5."""
    found: set[int] = set()
    for at, token in enumerate(tokens):
        if token.kind == "number":
            words = [other.text.lower() for other in tokens[max(0, at - _BEFORE) : at]]
            size = next((n for n in range(_BEFORE, 0, -1) if tuple(words[-n:]) in BOUNDS), 0)
            found.update(range(at - size, at))
    return frozenset(found)


def _bound(tokens: Sequence[Token], at: int) -> str:
    words = tuple(token.text.lower() for token in tokens[max(0, at - _BEFORE) : at])
    # The longest first: "no more than" is no "more than".
    for length in range(_BEFORE, 0, -1):
        for first in range(len(words) - length + 1):
            if meaning := BOUNDS.get(words[first : first + length]):
                return meaning
    return ""
