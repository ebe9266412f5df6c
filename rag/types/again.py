"""A claim that there is → the same claim proposed again, over the evidence of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types.claims import ProposedCitation, ProposedClaim

if TYPE_CHECKING:
    from rag.types.claims import Citation, Claim, SectionTask


def proposed_again(claim: Claim, task: SectionTask) -> ProposedClaim | None:
    """Return the claim as it stands, as a proposal; None if not all of its passages are there."""
    citations = [_again(item, task) for item in claim.citations]
    found = tuple(item for item in citations if item is not None)
    if len(found) < len(citations):
        return None
    return ProposedClaim(
        text=claim.text,
        cells=claim.cells,
        attribution=claim.attribution,
        citations=found,
        calculation=claim.calculation,
    )


def _again(citation: Citation, task: SectionTask) -> ProposedCitation | None:
    for item in (*task.evidence, *task.passages):
        chunk = item.chunk
        same = chunk.document_id == citation.document_id
        if same and chunk.start <= citation.start and citation.end <= chunk.end:
            return ProposedCitation(evidence=item.key, quote=citation.quote)
    return None
