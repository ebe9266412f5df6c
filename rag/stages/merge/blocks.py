"""Blocks of which the user kept none, or wrote others in their place → what an edition adds there.

What it adds comes with what it stands under: a claim without its heading would fall under the one
before, a row without its header or a quotation without its speaker says less, or something else.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.stages.merge.values import (
    LINES,
    MARK,
    Merged,
    blank_end,
    claims_of,
    is_change_of,
    units_in,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from rag.text.three_way import Stretch

_HEADING = re.compile(r"(#{1,6}) |\*\*")
"""Bold words without a mark head the bullets of one section in a summary."""


def in_place_of(blocks: Stretch, left: AbstractSet[str]) -> Merged | None:
    """Return the user's own blocks, and behind them what the edition adds.

    None if lines must be compared: the user's blocks have claims that stood there, or a claim of
    the edition stands on a footnote of those that he wrote over.

    Args:
        blocks: what both changed.
        left: words of the claims that the user left somewhere: he took none of them out.
    """
    own = "".join(unit for edit in blocks.edits for unit in edit.became)
    old, mine, new = (_labels(units) for units in (blocks.base, [own], blocks.new))
    if not new - old or old & mine:
        return None
    if not own.strip():
        gone = list(_gone(blocks))
        out: list[str] = []

        def is_out(unit: str) -> bool:
            if words_of(unit) in left or not is_change_of(unit, gone):
                return False
            out.append(unit)
            return True

        text = "".join(_without(blocks.new, is_out, blocks.mine))
        return Merged(text, ("(deleted lines)",) if out else ())
    if old & new:
        return None
    added = "".join(unit for unit in blocks.new if unit not in blocks.mine)
    gap = "\n" * max(0, 2 - blank_end(own))
    return Merged(own + gap + added, (own.strip().split("\n")[0],))


def _labels(units: Iterable[str]) -> set[str]:
    return {label for unit in units for label in MARK.findall(unit)}


def _gone(blocks: Stretch) -> Iterator[str]:
    """Yield the claims that the user took out; beside them he may have left other blocks."""
    there = Counter(_units(blocks.mine))
    for unit in _units(blocks.base):
        if there[unit]:
            there[unit] -= 1
        else:
            yield unit


def _units(blocks: Iterable[str]) -> Iterator[str]:
    for block in blocks:
        yield from units_in(block)


def _without(
    blocks: Iterable[str], is_out: Callable[[str], bool], mine: Sequence[str]
) -> Iterator[str]:
    """Yield blocks without the claims that are out, and without what then stands over none.

    What the user left of it stays: there may be more below it that nobody changed.
    """
    waiting: list[str] = []
    there = {block.strip() for block in mine} - {""}
    for block in blocks:
        if not MARK.search(block):
            waiting = [*_over(waiting, block), block]
            if block.strip() in there:
                yield from waiting
                waiting = []
            continue
        kept = "".join(_left(line, is_out) for line in LINES.findall(block))
        if MARK.search(kept):
            yield from (*waiting, kept + "\n" * (blank_end(block) - blank_end(kept)))
            waiting = []


def _over(waiting: list[str], block: str) -> list[str]:
    """Return what still stands over what follows a block: a heading ends those of its depth."""
    depth = _depth(block)
    ended = (at for at, other in enumerate(waiting) if depth and _depth(other) >= depth)
    return waiting[: next(ended, len(waiting))]


def _depth(block: str) -> int:
    """Return how deep a heading is; 0 for a block that is none."""
    found = _HEADING.match(block)
    return len(found[1] or "#######") if found else 0


def _left(line: str, is_out: Callable[[str], bool]) -> str:
    """Return a line without its claims that are out; nothing if it has no other."""
    if not MARK.search(line):
        return line
    units: list[str] = []
    for unit in claims_of(line):
        if not is_out(unit):
            units.append(unit)
        elif units and units[-1].isspace():
            units.pop()
    text = "".join(units)
    return text.lstrip(" ") if MARK.search(text) else ""
