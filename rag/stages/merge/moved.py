"""Claims that the user moved → one place each: where he put them, and none if they left.

A merge by lines takes a claim that was moved for one taken out and another put in: put in, it would
outlive its retirement, and stand beside itself where the edition has it somewhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.stages.merge.values import LINES, claims_of, words_in, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_ITEM = re.compile(r"[-*] ")


def in_one_place(base: str, mine: str, new: str, merged: str) -> str:
    """Return the merged text without what stands there for having been moved.

    A copy that the user made of a claim stays: he wants it there.

    Args:
        base: the last edition as it was rendered.
        mine: the same with the user's edits.
        new: the next edition as rendered.
        merged: what a merge made of them.
    """
    old, own, coming, there = map(words_in, (base, mine, new, merged))
    # What a summary repeats stands twice anyhow, and nobody can tell which of the two was moved.
    excess = {
        key: there[key] - coming[key]
        for key in there - coming
        if old[key] == own[key] == 1 >= coming[key]
    }
    if not excess:
        return merged
    his = Counter(LINES.findall(mine))
    lines = []
    for line in LINES.findall(merged):
        his[line] -= 1  # the edition may have put the same line at the same place
        lines.append(line if his[line] >= 0 else _without(line, excess))
    # Of what goes on he has the last word where it stands; what leaves stands nowhere.
    leaving = {key: count for key, count in excess.items() if not coming[key]}
    return _joined(_without(line, leaving) for line in lines)


def _joined(lines: Iterable[str]) -> str:
    """Return lines as one text; one that is empty now takes the blank line behind it along."""
    out: list[str] = []
    is_open = False
    for line in lines:
        if not (is_open and line == "\n" and out[-1:] in ([], ["\n"])):
            out += [line] if line else []
        is_open = not line
    return "".join(out)


def _without(line: str, excess: dict[str, int]) -> str:
    """Return a line without claims of which there are too many; they are counted down."""
    units: list[str] = []
    is_whole = True
    for unit in claims_of(line):
        key = words_of(unit)
        if not excess.get(key):
            units.append(unit)
            continue
        excess[key] -= 1
        is_whole = False
        if units and units[-1].isspace():
            units.pop()
    if is_whole:
        return line
    item = _ITEM.match(line)
    text = "".join(units).lstrip(" ")
    if not text.strip():
        return ""
    return text if item is None or text.startswith(item[0]) else f"{item[0]}{text}"
