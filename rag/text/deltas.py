"""What changes from one text to the next, line by line, so that many versions take little room."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Change = tuple[int, int, str]
"""The lines `[start:end]` of the older text, and what stands in their place."""


def delta(old: str, new: str) -> tuple[Change, ...]:
    """Return the changes that make `new` of `old`, in order; none if they are the same."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, before, after)
    return tuple(
        (one, other, "".join(after[start:end]))
        for kind, one, other, start, end in matcher.get_opcodes()
        if kind != "equal"
    )


def changed(old: str, changes: Iterable[Change]) -> str:
    """Return `old` with the changes made.

    Raises:
        ValueError: they are not in order, or change lines that are not there.
    """
    lines = old.splitlines(keepends=True)
    out: list[str] = []
    at = 0
    for start, end, words in changes:
        if not at <= start <= end <= len(lines):
            raise ValueError(f"the lines {start} to {end} cannot be changed")
        out += [*lines[at:start], words]
        at = end
    return "".join([*out, *lines[at:]])
