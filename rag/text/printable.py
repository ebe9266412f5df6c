"""Text that a terminal and a page show as what it is."""

from __future__ import annotations

import re

_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Controls that are no white space, and those that turn the direction of what follows: a reader
would see 69 where 96 stands."""


def seen(words: str) -> str:
    """Return words without what nobody sees and what changes how the rest is seen."""
    return _UNSEEN.sub("", words)


def shown(location: str) -> str:
    """Return a path or locator in one line that any terminal can show."""
    return location if location.isprintable() and location else ascii(location)
