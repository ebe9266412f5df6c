"""Edits in the midst of words that were kept: where a reader would see one word changed.

A word with no counterpart tells little in a free paraphrase and much in a sentence that is copied
but for that word.
"""

from __future__ import annotations

from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from rag.adapters.support.lexicon import ALL, HEDGE, NEGATION, RESTRICTION, UNITS
from rag.adapters.support.meanings import opposed
from rag.adapters.support.roles import bounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.alignment import Alignment
    from rag.adapters.support.tokens import Token

SPOTS = (
    "spot_opposite",
    "spot_number",
    "spot_name",
    "spot_content",
    "spot_unit",
    "spot_added",
    "spot_negation",
    "spot_restriction",
    "spot_hedge_lost",
    "spot_moved",
    "spot_any",
)
_REACH = 2
"""Words on each side among which a kept one must stand."""
_LONGEST_NAME = 6
"""Words of a name that stands in another's place."""


def spots(claim: Sequence[Token], window: Sequence[Token], found: Alignment) -> dict[str, float]:
    """Return the edits that stand between kept words, counted by kind."""
    counts = dict.fromkeys(SPOTS, 0.0)
    rows = {row for row, _ in (*found.kept, *found.reworded)}
    columns = {column for _, column in (*found.kept, *found.reworded)}
    bounds = bounding(claim)  # "at most 5" is compared with the other bound, not with none
    new = [r for r in found.added if r not in bounds and _anchored(r, rows, len(claim))]
    gone = [column for column in found.left_out if _anchored(column, columns, len(window))]
    kinds = [
        _replacement(claim[row], window[column])
        for row, column in found.replaced
        if _anchored(row, rows, len(claim)) and _anchored(column, columns, len(window))
    ]
    kinds += [_addition(claim[row]) for row in new]
    kinds += [_omission(window[column]) for column in gone]
    for kind in filter(None, kinds):
        counts[kind] += 1
    used_part = window[min(columns, default=0) : max(columns, default=0) + 1]
    if _negations(claim) == _negations(used_part):
        # "has found no trace" for "has not found any trace"
        counts["spot_negation"] = 0.0
    counts["spot_any"] = sum(counts.values())
    used = {window[column].stem for column in columns}
    free = {token.stem for token in window} - used
    moved = [*found.added, *(row for row, _ in found.replaced)]
    counts["spot_moved"] = float(
        sum(
            claim[row].has_content
            and claim[row].stem in free
            and _anchored(row, rows | set(moved), len(claim))
            for row in moved
        )
    )
    return counts


def renamed(claim: Sequence[Token], window: Sequence[Token], found: Alignment) -> tuple[int, int]:
    """Return how often a name stands in another's place, and how many words of the claim these are.

    Between the same two kept words, or behind the last, both sides have a name and nothing else. A
    name may be several words long: they are one edit. An abbreviation is the same name, and names
    that only changed places are no others (`order.swapped` says whether that matters).
    """
    edges = [*found.kept, (len(claim), len(window))]
    if found.kept and found.kept[0][0] > 0:
        first = found.kept[0]
        edges = [(-1, max(-1, first[1] - first[0] - 1)), *edges]
    said = {token.stem for token in claim}
    count = words = 0
    for (row, column), (next_row, next_column) in pairwise(edges):
        mine, theirs = claim[row + 1 : next_row], window[column + 1 : next_column]
        if next_row == len(claim):
            theirs = tuple(takewhile(_is_named, theirs))
        if not (_is_name(mine) and _is_name(theirs)) or {t.stem for t in theirs} <= said:
            continue
        if not _abbreviates(mine, theirs):
            count += 1
            words += len(mine)
    return count, words


def _is_named(token: Token) -> bool:
    return token.kind == "name"


def _is_name(run: Sequence[Token]) -> bool:
    return 0 < len(run) <= _LONGEST_NAME and all(map(_is_named, run))


def _abbreviates(one: Sequence[Token], other: Sequence[Token]) -> bool:
    short, long = sorted((one, other), key=len)
    letters = "".join(token.text for token in short).replace(".", "").lower()
    initials = "".join(token.text[0] for token in long).lower()
    stems = {token.stem for token in short} & {token.stem for token in long}
    return bool(stems) or letters == initials


def _negations(tokens: Sequence[Token]) -> int:
    return sum(token.stem in NEGATION for token in tokens)


def _anchored(at: int, kept: set[int], length: int) -> bool:
    before = any(near in kept or near < 0 for near in range(at - _REACH, at))
    after = any(near in kept or near >= length for near in range(at + 1, at + 1 + _REACH))
    return before and after


def _replacement(one: Token, other: Token) -> str:  # noqa: PLR0911 - a list of rules, first wins
    if opposed(one.stem, other.stem):
        return "spot_opposite"
    if (one.stem in NEGATION) != (other.stem in NEGATION):
        return "spot_negation"
    if one.stem in UNITS and other.stem in UNITS:
        return "spot_unit"
    if one.kind == "number" and other.kind == "number":
        return "spot_number"
    if one.stem in ALL and other.stem in RESTRICTION - ALL:
        return "spot_restriction"
    if "name" in {one.kind, other.kind} and one.has_content and other.has_content:
        return "spot_name"
    if other.stem in HEDGE and one.stem not in HEDGE:
        return "spot_hedge_lost"
    return "spot_content" if one.has_content and other.has_content else ""


def _addition(token: Token) -> str:
    if token.stem in NEGATION:
        return "spot_negation"
    if token.stem in RESTRICTION:
        return "spot_restriction"
    return "spot_added" if token.has_content else ""


def _omission(token: Token) -> str:
    if token.stem in NEGATION:
        return "spot_negation"
    return "spot_hedge_lost" if token.stem in HEDGE else ""
