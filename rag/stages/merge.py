"""The user's edits and the new edition → one text (three-way merge)."""

from __future__ import annotations

from typing import NamedTuple

from merge3 import Merge3


class Merged(NamedTuple):
    """A merged text and where the user's words won over the new edition's."""

    text: str
    kept: tuple[str, ...]
    """First lines of the places where both changed and the user's text stayed."""


def merge(base: str, theirs: str, new: str) -> Merged:
    """Return `new` with the user's edits in it; where both changed, the user's text stays.

    Args:
        base: the last edition as it was rendered.
        theirs: what the file holds now.
        new: the next edition as rendered.
    """
    if theirs == base:
        return Merged(new, ())
    old, mine_now, next_one = (text.splitlines(keepends=True) for text in (base, theirs, new))
    out: list[str] = []
    kept: list[str] = []
    for group in Merge3(old, mine_now, next_one).merge_groups():
        if group[0] == "conflict":
            _, _, mine, _ = group
            out += mine
            kept.append("".join(mine).strip().split("\n")[0] if mine else "(deleted lines)")
        else:
            out += group[1]
    return Merged("".join(out), tuple(kept))
