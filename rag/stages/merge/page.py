"""Merged lines in the making."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.stages.merge.values import ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence


class Page:
    """Takes lines in order, and sets the user's apart from others where they were in his file.

    A paragraph right below a list, or right above one, would be read as a part of it.

    Args:
        mine: the lines of the user's file.
    """

    def __init__(self, mine: Sequence[str]) -> None:
        self.lines: list[str] = []
        self._mine = mine
        self._next: str | None = None
        """What follows the user's lines that were added last in his file."""
        self._lent = False
        """Whether a blank line was put before them; the one that stood there comes behind them."""

    def add(self, lines: Sequence[str]) -> None:
        """Add lines that are not the user's alone."""
        if not lines:
            return
        rest = self._without_lent(lines)
        if rest is lines and self._next is not None and lines[0] != self._next:
            self._set_apart(lines[0])
        self._next, self._lent = None, False
        self._extend(rest)

    def add_own(self, lines: Sequence[str]) -> None:
        """Add lines of the user's."""
        if not lines:
            return
        rest = self._without_lent(lines)
        start = self._place(lines)
        before = self._mine[start - 1] if start else ""
        if self.lines and self.lines[-1] != before:
            self._lent = self._set_apart(lines[0])
        self._extend(rest)
        end = start + len(lines)
        self._next = self._mine[end] if end < len(self._mine) else ""

    def _without_lent(self, lines: Sequence[str]) -> Sequence[str]:
        """Return lines without the blank one that was already put before the user's last ones."""
        is_second = self._lent and not lines[0].strip() and not self.lines[-1].strip()
        return lines[1:] if is_second else lines

    def _place(self, lines: Sequence[str]) -> int:
        wanted = list(lines)
        places = range(len(self._mine) - len(wanted) + 1)
        return next((at for at in places if self._mine[at : at + len(wanted)] == wanted), 0)

    def _set_apart(self, line: str) -> bool:
        """Put a blank line before one that would join the last one; return whether it would."""
        joins = self.lines and self.lines[-1].strip() and line.strip()
        if joins and not line.startswith(ROWS):
            self._extend(["\n"])
            return True
        return False

    def _extend(self, lines: Sequence[str]) -> None:
        if self.lines and not self.lines[-1].endswith(
            ("\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85")
        ):
            self.lines[-1] += "\n"  # what follows begins a line of its own
        self.lines += lines
