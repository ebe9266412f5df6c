"""Claim sentence against passage window, word by word, in order: what was kept, changed, added.

Small edits need alignment, not similarity: "A overtook B" and "B overtook A" have the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.support.meanings import alike, opposed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.tokens import Token

_GAP = -0.35
_SAME, _SAME_FUNCTION, _ALIKE = 2.0, 0.6, 1.2
_OPPOSED, _SAME_KIND, _CONTENT, _OTHER = -0.2, -0.3, -0.5, -0.9
"""One word for another costs less than one added and one left out, if both have content."""


class Alignment(NamedTuple):
    """The cheapest way to turn part of the window into the claim. Positions, both in order."""

    kept: tuple[tuple[int, int], ...]
    """Claim and window words that are the same."""
    reworded: tuple[tuple[int, int], ...]
    """Words that may say the same."""
    replaced: tuple[tuple[int, int], ...]
    """A word of the claim that stands in another's place."""
    added: tuple[int, ...]
    """Words of the claim that have no counterpart."""
    left_out: tuple[int, ...]
    """Words of the window, between its first and last word in use, that have no counterpart."""


def align(claim: Sequence[Token], window: Sequence[Token]) -> Alignment:
    """Return the best alignment; what lies before and after the part in use is free."""
    steps = _table(claim, window)
    kept, reworded, replaced = [], [], []
    added, left_out = [], []
    row, column = len(claim), steps.end
    while row > 0:
        step = steps.back[row][column]
        if step == "pair":
            row, column = row - 1, column - 1
            one, other = claim[row], window[column]
            if one.stem == other.stem:
                kept.append((row, column))
            elif alike(one.stem, other.stem):
                reworded.append((row, column))
            else:
                replaced.append((row, column))
        elif step == "add":
            row -= 1
            added.append(row)
        else:
            column -= 1
            left_out.append(column)
    used = [column for _, column in kept + reworded + replaced]
    inside = [column for column in left_out if used and min(used) < column < max(used)]
    return Alignment(
        tuple(reversed(kept)),
        tuple(reversed(reworded)),
        tuple(reversed(replaced)),
        tuple(reversed(added)),
        tuple(reversed(inside)),
    )


class _Steps(NamedTuple):
    back: list[list[str]]
    end: int


def _table(claim: Sequence[Token], window: Sequence[Token]) -> _Steps:
    width = len(window) + 1
    above = [0.0] * width
    back = [["leave"] * width]
    for row, one in enumerate(claim, start=1):
        line, steps = [row * _GAP], ["add"]
        for column, other in enumerate(window, start=1):
            pair = above[column - 1] + _worth(one, other)
            add, leave = above[column] + _GAP, line[column - 1] + _GAP
            if pair >= add and pair >= leave:
                line.append(pair)
                steps.append("pair")
            elif add >= leave:
                line.append(add)
                steps.append("add")
            else:
                line.append(leave)
                steps.append("leave")
        above = line
        back.append(steps)
    return _Steps(back, max(range(width), key=above.__getitem__))


def _worth(one: Token, other: Token) -> float:
    if one.stem == other.stem:
        return _SAME_FUNCTION if one.kind == "function" else _SAME
    if one.kind == "function" or other.kind == "function":
        return _OTHER if one.kind != other.kind else _SAME_KIND
    if opposed(one.stem, other.stem):
        return _OPPOSED
    if alike(one.stem, other.stem):
        return _ALIKE
    if one.kind == other.kind:
        return _SAME_KIND
    return _CONTENT if one.has_content and other.has_content else _OTHER
