"""Writer without a model: it arranges what the references say, verbatim and cited.

What it chooses is a pure function of the evidence and the outline: exact features (words, figures,
names, positions) decide, never a model's score and never the order in which evidence came.
"""

from rag.adapters.extractive.writer import ExtractiveWriter

__all__ = ["ExtractiveWriter"]
