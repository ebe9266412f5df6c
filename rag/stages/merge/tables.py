"""Tables that a merge tore: rows without the head of their table, and heads without rows."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.stages.merge.values import LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def with_rows(text: str, base: str, mine: str, new: str) -> str:
    """Return a merged text without heads of the edition's that stand over no row any more.

    Their rows left, or stand where the user moved them.

    Args:
        text: the merged text.
        base: the last edition as it was rendered.
        mine: the same with the user's edits.
        new: the next edition as rendered.
    """
    old, own, next_one = (LINES.findall(other) for other in (base, mine, new))
    gone = {*old, *next_one} - {*_bare_heads(own).values(), *_bare_heads(next_one).values()}
    lines = LINES.findall(text)
    heads = [at for at, head in _bare_heads(lines).items() if head in gone]
    out = {at + below for at in heads for below in (0, 1)}
    out |= {at + 2 for at in heads if lines[at + 2 : at + 3] == ["\n"]}
    return "".join(line for at, line in enumerate(lines) if at not in out)


def _bare_heads(lines: Sequence[str]) -> dict[int, str]:
    """Return the first lines of heads that no row follows, by place."""
    return {
        at: line
        for at, (line, rule, row) in enumerate(
            zip(lines, lines[1:], [*lines[2:], ""], strict=False)
        )
        if line.startswith(_CELLS) and _RULE.match(rule) and not row.startswith(_CELLS)
    }


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
