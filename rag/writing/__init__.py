"""A writer that has a language model: what it is asked, in which form, and how a reply is read.

It knows no vendor: an adapter gives it a `Model`, and `rag.wiring` puts the two together.
"""

from rag.writing.budget import Budget
from rag.writing.model import CutError, Model, StreamingModel, UnfinishedError, estimated
from rag.writing.packing import likely_tokens, most_packed, most_tokens
from rag.writing.prompt import Passage, Prompt
from rag.writing.record import call_of
from rag.writing.witnesses import witnessed
from rag.writing.writer import ModelWriter

__all__ = [
    "Budget",
    "CutError",
    "Model",
    "ModelWriter",
    "Passage",
    "Prompt",
    "StreamingModel",
    "UnfinishedError",
    "call_of",
    "estimated",
    "likely_tokens",
    "most_packed",
    "most_tokens",
    "witnessed",
]
