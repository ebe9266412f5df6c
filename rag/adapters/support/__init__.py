"""Does a passage support a claim? By exact checks, alignment and a small learned model."""

from rag.adapters.support.scorer import DEFAULT_THRESHOLD, SupportScorer

__all__ = ["DEFAULT_THRESHOLD", "SupportScorer"]
