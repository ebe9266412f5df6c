"""Text that a terminal can show in one line."""

from __future__ import annotations


def shown(location: str) -> str:
    """Return a path or locator in one line that any terminal can show."""
    return location if location.isprintable() and location else ascii(location)
