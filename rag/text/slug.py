"""Readable names made from titles and locators."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def slug(text: str, longest: int = 40) -> str:
    """Return `text` as lower-case ASCII words joined by hyphens, cut at a word; may be empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = _NOT_WORD.sub("-", ascii_text.lower()).strip("-")
    if len(words) <= longest:
        return words
    cut = words[: longest + 1].rfind("-")
    return words[: cut if cut > 0 else longest]
