"""Edits in the midst of words that were kept: where a reader would see one word changed.

A word with no counterpart tells little in a free paraphrase and much in a sentence that is copied
but for that word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.support.lexicon import HEDGE, NEGATION, RESTRICTION, UNITS
from rag.adapters.support.meanings import opposed

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


def spots(claim: Sequence[Token], window: Sequence[Token], found: Alignment) -> dict[str, float]:
    """Return the edits that stand between kept words, counted by kind."""
    counts = dict.fromkeys(SPOTS, 0.0)
    rows = {row for row, _ in (*found.kept, *found.reworded)}
    columns = {column for _, column in (*found.kept, *found.reworded)}
    for row, column in found.replaced:
        if _anchored(row, rows, len(claim)) and _anchored(column, columns, len(window)):
            kind = _replacement(claim[row], window[column])
            if kind:
                counts[kind] += 1
    for row in found.added:
        if _anchored(row, rows, len(claim)):
            kind = _addition(claim[row])
            if kind:
                counts[kind] += 1
    for column in found.left_out:
        if _anchored(column, columns, len(window)):
            kind = _omission(window[column])
            if kind:
                counts[kind] += 1
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
