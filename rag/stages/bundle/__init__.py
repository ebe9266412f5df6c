"""The proof bundle: a report with all that a third party needs to check it offline.

A bundle is canonical JSON: keys sorted, UTF-8, one newline at the end; the same report makes the
same bytes. Its seal is the sha256 of the bundle without the seal, so any change is seen. The other
checks find what contradicts itself though it was sealed again: words of the report, its claims with
their forms and calculations, quotes and labels; a history whose editions do not follow from each
other by their entries, or do not lead to the report. Only the seal stands for what is said once:
words around a quote, titles, names of the field, scores; of past editions their times, causes and
reasons, and what their texts say around the claims. A seal does not tell who made a bundle: whoever
makes up a whole one, history and all, contradicts nothing.
"""

from rag.stages.bundle.checks import check_bundle, read_bundle
from rag.stages.bundle.ledger import check_history
from rag.stages.bundle.making import make_bundle
from rag.stages.bundle.past import PackedHistory, packed, unpacked
from rag.stages.bundle.values import (
    Bundle,
    BundledCitation,
    BundledClaim,
    BundleRules,
    Problem,
    Proof,
    Said,
    Support,
)

__all__ = [
    "Bundle",
    "BundleRules",
    "BundledCitation",
    "BundledClaim",
    "PackedHistory",
    "Problem",
    "Proof",
    "Said",
    "Support",
    "check_bundle",
    "check_history",
    "make_bundle",
    "packed",
    "read_bundle",
    "unpacked",
]
