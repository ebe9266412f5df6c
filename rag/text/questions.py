"""What the words of a question are about."""

from __future__ import annotations

from rag.text.figures import content_words

_ASKING = frozenset(
    "what how why who whom whose does do did should could would is are you your i we our my me "
    "there have has get use".split()
)


def asked_about(question: str) -> frozenset[str]:
    """Return the words that say what a question is about; all that carry meaning if none do."""
    words = content_words(question)
    return words - _ASKING or words
