"""What an edition adds where the user has changed other claims → behind his words, each whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.stages.merge.values import MARK, ROWS, blank_end, is_change_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

_CELLS = "|"


def additions(
    new: Sequence[str], was: Sequence[str], stand: Sequence[str], left: AbstractSet[str]
) -> list[str]:
    """Return the claims that a new edition puts where the user has changed other ones.

    The user's words stand, and what is new takes nothing away from them. What says in other words
    what he changed is no new claim but the edition's change of it, unless it is one that he left,
    and the edition has brought here. A row comes with the head of its table.
    """
    changed = [*was, *stand]
    added: list[str] = []
    head: list[str] = []
    for unit in new:
        if MARK.search(unit):
            is_left = words_of(unit) in left  # and has its head where the user has it
            if is_left or not is_change_of(unit, changed):
                added += [*(head if unit.startswith(_CELLS) and not is_left else ()), unit]
                head = []
        elif not unit.startswith(_CELLS):
            head = []
        elif unit not in stand:
            head.append(unit)
    return [*added, new[-1]] if added and new[-1].isspace() else added


def beside(mine: str, added: Sequence[str]) -> str:
    """Return the user's words and, after them, what the edition adds."""
    out = mine
    for unit in added:
        if unit.isspace():
            out += "" if out.endswith("\n") else unit
            continue
        out += "\n" * max(0, _ends_before(unit, out) - blank_end(out)) + unit if out else unit
    return out


def _ends_before(unit: str, text: str) -> int:
    """Return how many line ends part what is added from a text: it joins no line of the user's."""
    if not unit.startswith(ROWS):
        return 2
    above = text.rstrip("\n").rpartition("\n")[2]
    mark = _CELLS if unit.startswith(_CELLS) else unit[:2]
    goes_on = above.startswith(mark) and not unit.startswith(">")
    return 1 if goes_on or unit.startswith("[^") else 2
