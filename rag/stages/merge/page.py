"""Merged units, blocks or lines, in the making."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.stages.merge.values import ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence


class Page:
    """Takes units in order, and sets the user's apart from others where they were in his file.

    A paragraph right below a list, or right above one, would be read as a part of it.

    Args:
        mine: the units of the user's text.
    """

    def __init__(self, mine: Sequence[str]) -> None:
        self.units: list[str] = []
        self._mine = mine
        self._next: str | None = None
        """What follows the user's units that were added last in his file."""

    def add(self, units: Sequence[str]) -> None:
        """Add units that are not the user's alone."""
        if not units:
            return
        if self._next is not None and units[0] != self._next:
            self._set_apart(units[0])
        self._next = None
        self._extend(units)

    def add_own(self, units: Sequence[str]) -> None:
        """Add units of the user's."""
        if not units:
            return
        start = self._place(units)
        before = self._mine[start - 1] if start else ""
        if self.units and self.units[-1] != before:
            self._set_apart(units[0])
        self._extend(units)
        end = start + len(units)
        self._next = self._mine[end] if end < len(self._mine) else ""

    def _place(self, units: Sequence[str]) -> int:
        wanted = list(units)
        places = range(len(self._mine) - len(wanted) + 1)
        return next((at for at in places if self._mine[at : at + len(wanted)] == wanted), 0)

    def _set_apart(self, unit: str) -> None:
        """Put a blank line before a unit that would join the last one."""
        last = self.units[-1] if self.units else ""
        joins = last.strip() and not last.endswith("\n\n") and unit.strip()
        if joins and not unit.startswith(ROWS):
            self._extend(["\n"])

    def _extend(self, units: Sequence[str]) -> None:
        if self.units and not self.units[-1].endswith("\n"):
            self.units[-1] += "\n"  # what follows begins a line of its own
        self.units += units
