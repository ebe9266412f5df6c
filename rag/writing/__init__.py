"""A writer that has a language model: what it is asked, in which form, and how a reply is read.

It knows no vendor: an adapter gives it a `Model`, and `rag.wiring` puts the two together.
"""

from rag.writing.budget import Budget
from rag.writing.model import CutError, Model, StreamingModel, UnfinishedError, estimated
from rag.writing.packing import likely_tokens, most_packed, most_tokens
from rag.writing.prompt import Passage, Prompt
from rag.writing.record import call_of
from rag.writing.trial import TRIAL_OUTPUT_TOKENS, Trial, cost_of_trial, tried, untried
from rag.writing.witnesses import witnessed
from rag.writing.writer import ModelWriter

__all__ = [
    "TRIAL_OUTPUT_TOKENS",
    "Budget",
    "CutError",
    "Model",
    "ModelWriter",
    "Passage",
    "Prompt",
    "StreamingModel",
    "Trial",
    "UnfinishedError",
    "call_of",
    "cost_of_trial",
    "estimated",
    "likely_tokens",
    "most_packed",
    "most_tokens",
    "tried",
    "untried",
    "witnessed",
]
