"""The user's edits and the new edition → one text (three-way merge)."""

from rag.stages.merge.lines import merge
from rag.stages.merge.values import Merged, claims_of

__all__ = ["Merged", "claims_of", "merge"]
