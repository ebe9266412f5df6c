"""The user's edits and the new edition → one text (three-way merge)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from merge3 import Merge3

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKS = re.compile(r"(?:\[\^[^\]\s]+\])+[.,;:!?)”’]*")
_WHOLE = re.compile(r"\s*(?:\||\[\^[^\]\s]+\]:)")
"""Rows of tables and footnotes: half of one is of no use."""
_MARK = re.compile(r"\[\^([^\]\s]+)\]")
_ROWS = ("- ", "* ", "> ", "|", "[^")
"""How lines begin that need no blank line before them."""
_AROUND = re.compile(r"(^\s+|\s+$)")


class Merged(NamedTuple):
    """A merged text and where the user's words won over the new edition's."""

    text: str
    kept: tuple[str, ...]
    """First lines of the places where both changed and the user's text stayed."""


def merge(base: str, theirs: str, new: str) -> Merged:
    """Return `new` with the user's edits in it; where both changed, the user's text stays.

    Lines are compared first; what both put in at the same place is kept, the user's last. Where
    both changed the same lines, those are compared claim by claim: words up to and with their
    footnote marks. So an edit of one sentence and a change of another one in the same paragraph
    both stand.

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
            _, last, mine, next_lines = group
            if not last:  # both put something in at the same place: neither changed the other's
                out += [*_ended(next_lines), *mine]
                continue
            inner = _by_claims(last, mine, next_lines)
            out.append(inner.text)
            kept += inner.kept
        else:
            out += group[1]
    return Merged("".join(out), tuple(kept))


def _ended(lines: Sequence[str]) -> list[str]:
    """Return lines of which the last one is ended: what follows begins a line of its own."""
    return [*lines[:-1], lines[-1] if lines[-1].endswith("\n") else lines[-1] + "\n"]


def _by_claims(base: Sequence[str], theirs: Sequence[str], new: Sequence[str]) -> Merged:
    """Return the same for lines that both changed, by claims.

    What is only the user's is never between two halves of what is not, so none of it is lost: the
    text changes hands only at claims that all three have.
    """
    out: list[str] = []
    kept: list[str] = []
    old, mine_now, next_one = (
        [unit for line in lines for unit in _claims(line)] for lines in (base, theirs, new)
    )
    for group in Merge3(old, mine_now, next_one).merge_groups():
        if group[0] == "conflict":
            mine = "".join(group[2])
            out.append(_beside(mine, _additions(group[1], group[2], group[3])))
            kept.append(mine.strip().split("\n")[0] or "(deleted lines)")
        else:
            out += group[1]
    return Merged("".join(out), tuple(kept))


def _additions(base: Sequence[str], mine: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the claims that a new edition puts where the user has changed other ones.

    The user's words stand, and what is new takes nothing away from them. A claim with a footnote
    that either side had there is no new one but the edition's change of it.
    """
    known = {match[1] for unit in (*base, *mine) for match in _MARK.finditer(unit)}
    added = [unit for unit in new if not (labels := set(_MARK.findall(unit))) & known and labels]
    return added if not added or not new[-1].isspace() else [*added, new[-1]]


def _beside(mine: str, added: Sequence[str]) -> str:
    """Return the user's words and, after them, what the edition adds."""
    out = mine
    for unit in added:
        if unit.isspace():
            out += "" if out.endswith("\n") else unit
            continue
        gap = "\n" if unit.startswith(_ROWS) else "\n\n"  # never on the user's own line
        out += ("" if not out or out.endswith("\n") else gap) + unit
    return out


def _claims(line: str) -> list[str]:
    """Return a line cut behind each run of footnote marks; joined they are the line.

    White space between two claims stands for itself: changes on both of its sides are two.
    """
    if _WHOLE.match(line):
        return [line]
    cuts = [0, *(match.end() for match in _MARKS.finditer(line)), len(line)]
    pieces = (line[start:end] for start, end in pairwise(cuts))
    return [unit for piece in pieces for unit in _AROUND.split(piece) if unit]
