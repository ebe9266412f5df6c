"""Rows of the user's that a merge left without the head of their table → under it again."""

from __future__ import annotations

import re
from itertools import pairwise

from rag.stages.merge.values import LINES

_RULE = re.compile(r"\|(?: *:?-+:? *\|)+ *$")
_CELLS = "|"


def with_heads(text: str, mine: str) -> str:
    """Return a merged text in which each row that the user has under a head stands under one.

    What he wrote into a table outlives it; without its head it would be no row.

    Args:
        text: the merged text.
        mine: the last edition with the user's edits.
    """
    heads = _heads(mine)
    out: list[str] = []
    lines = LINES.findall(text)
    for line, following in pairwise([*lines, ""]):
        is_first = line.startswith(_CELLS) and not (out and out[-1].startswith(_CELLS))
        if is_first and line in heads and not _RULE.match(following):
            out += ["\n" if out and out[-1].strip() else "", *heads[line]]
        out.append(line)
    return "".join(out)


def _heads(text: str) -> dict[str, tuple[str, str]]:
    """Return the head of each row, which is the two lines over the first one."""
    found: dict[str, tuple[str, str]] = {}
    head: tuple[str, str] | None = None
    for above, line in pairwise(["", *LINES.findall(text)]):
        if not line.startswith(_CELLS):
            head = None
        elif above.startswith(_CELLS) and _RULE.match(line):
            head = above, line
        elif head is not None:
            found[line] = head
    return found
