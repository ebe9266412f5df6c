"""The user's edits and the new edition → one text (three-way merge)."""

from rag.stages.merge.claims import units_of
from rag.stages.merge.lines import merge
from rag.stages.merge.values import Merged

__all__ = ["Merged", "merge", "units_of"]
