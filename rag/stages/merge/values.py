"""What a merge makes, and what its parts share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.text.three_way import Stretch

ROWS = ("- ", "* ", "> ", "|", "[^")
"""How lines begin that need no blank line before them."""


class Merged(NamedTuple):
    """A merged text and where the user's words won over the new edition's."""

    text: str
    kept: tuple[str, ...]
    """First lines of the places where both changed and the user's text stayed."""


def settled(stretch: Stretch) -> Sequence[str] | None:
    """Return what a stretch becomes, unless both changed the same of it."""
    if stretch.mine in (stretch.base, stretch.new):
        return stretch.new
    return stretch.mine if stretch.new == stretch.base else None
