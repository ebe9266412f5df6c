"""Draft → checked claims and rejected ones.

A claim falls with its citation: the citation is never quietly dropped and the sentence kept.
"""

from rag.stages.verify.drafts import Checked, verify
from rag.stages.verify.gates import (
    Ground,
    Held,
    against,
    check_claim,
    ground,
    question,
    sentences_at,
    stands_on,
    strange_names,
)
from rag.stages.verify.rules import Rules
from rag.stages.verify.support import Question, Support, objection
from rag.stages.verify.tables import columns_of, misplaced
from rag.stages.verify.verbatim import find_whole, is_verbatim

__all__ = [
    "Checked",
    "Ground",
    "Held",
    "Question",
    "Rules",
    "Support",
    "against",
    "check_claim",
    "columns_of",
    "find_whole",
    "ground",
    "is_verbatim",
    "misplaced",
    "objection",
    "question",
    "sentences_at",
    "stands_on",
    "strange_names",
    "verify",
]
