"""Footnote labels: permanent, made from reference and passage, never renumbered."""

from __future__ import annotations

from rag.text.digests import digest
from rag.text.normal import normalise

_HEX_DIGITS = 6


def footnote_label(reference_key: str, quote: str) -> str:
    """Return the permanent footnote label of a passage: the same words, the same label."""
    return f"{reference_key}-{digest(reference_key, normalise(quote))[:_HEX_DIGITS]}"
