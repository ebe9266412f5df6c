"""Text that a terminal and a page show as what it is."""

from __future__ import annotations

import re

_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Controls that are no white space, and those that turn the direction of what follows: a reader
would see 69 where 96 stands."""
_OVERRIDE = re.compile(r"[\u202d\u202e]")


def seen(words: str) -> str:
    """Return words without what nobody sees and what changes how the rest is seen."""
    return _UNSEEN.sub("", words)


def turned(words: str) -> str:
    """Return the first mark by which words are shown in another order, by number; nothing if none.

    Writing from right to left has others: these alone turn digits round.
    """
    found = _OVERRIDE.search(words)
    return f"U+{ord(found[0]):04X}" if found else ""


def shown(location: str) -> str:
    """Return a path or locator in one line that any terminal can show."""
    return location if location.isprintable() and location else ascii(location)
