"""Whether a passage has anything of a claim: a citation beside others is no ornament."""

from __future__ import annotations

from rag.text.quantities import quantities, same
from rag.text.said import taken_apart

_LEAST_WORDS = 2
_LEAST_SHARE = 0.2
"""Content words of a claim that a passage has which bears a part of it."""


def bears(words: str, passage: str) -> bool:
    """Return whether a passage has a figure of a claim, or some of its words.

    One of several passages may bear only a part of a claim; one that bears none of it makes a
    reader believe that more stands behind the claim than does.

    Args:
        words: the claim's, with its calculation.
        passage: the quote with its whole sentences.
    """
    there = quantities(passage)
    if any(same(item, other) for item in quantities(words) for other in there):
        return True
    claimed = taken_apart(words).words.keys()
    shared = len(claimed & taken_apart(passage).words.keys())
    return shared >= min(len(claimed), max(_LEAST_WORDS, _LEAST_SHARE * len(claimed)))
