"""The values that travel the road from the checklist to the report.

All are frozen and refuse unknown fields; ids are derived from content, so that a second run over
the same input makes the same values. Offsets are code points, half open: `text[start:end]`.
"""

from rag.text.digests import digest
from rag.types.again import proposed_again
from rag.types.base import Span, Value
from rag.types.calls import Call, Caps, Forecast, RecordedCall, Tokens, Witness
from rag.types.checks import Check, State
from rag.types.claims import (
    Block,
    BlockForm,
    CheckedBlock,
    Citation,
    Claim,
    Draft,
    Exchange,
    ProposedCitation,
    ProposedClaim,
    QuestionTask,
    Rejected,
    Section,
    SectionTask,
    Settled,
    Verdict,
    claim_id,
)
from rag.types.documents import Chunk, Document, Evidence, Hit, Part, PartKind
from rag.types.ledger import Entry, Fate, History, Outcome, PastEdition, Resolution, Used
from rag.types.models import Abilities, EmbeddingModel, Price, Prompts
from rag.types.outline import (
    MATCH_COLUMNS,
    RULE_COLUMNS,
    Outline,
    SectionSpec,
    Taxonomy,
    Term,
    TopicSpec,
)
from rag.types.references import Capped, Fetched, NotModified, Reference, Skipped, Source

__all__ = [
    "MATCH_COLUMNS",
    "RULE_COLUMNS",
    "Abilities",
    "Block",
    "BlockForm",
    "Call",
    "Capped",
    "Caps",
    "Check",
    "CheckedBlock",
    "Chunk",
    "Citation",
    "Claim",
    "Document",
    "Draft",
    "EmbeddingModel",
    "Entry",
    "Evidence",
    "Exchange",
    "Fate",
    "Fetched",
    "Forecast",
    "History",
    "Hit",
    "NotModified",
    "Outcome",
    "Outline",
    "Part",
    "PartKind",
    "PastEdition",
    "Price",
    "Prompts",
    "ProposedCitation",
    "ProposedClaim",
    "QuestionTask",
    "RecordedCall",
    "Reference",
    "Rejected",
    "Resolution",
    "Section",
    "SectionSpec",
    "SectionTask",
    "Settled",
    "Skipped",
    "Source",
    "Span",
    "State",
    "Taxonomy",
    "Term",
    "Tokens",
    "TopicSpec",
    "Used",
    "Value",
    "Verdict",
    "Witness",
    "claim_id",
    "digest",
    "proposed_again",
]
