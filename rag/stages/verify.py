"""Draft → checked claims and rejected ones: the gates that need no model.

A claim falls with its citation: the citation is never quietly dropped and the sentence kept.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from rag.text.normal import find_quote, normalise
from rag.types import CheckedBlock, Citation, Claim, Rejected, digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.types import Block, Draft, Evidence, ProposedClaim

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_HEX_DIGITS = 6


class Checked(NamedTuple):
    """What is left of a draft, and what fell."""

    blocks: tuple[CheckedBlock, ...]
    rejected: tuple[Rejected, ...]


def verify(draft: Draft, evidence: Sequence[Evidence]) -> Checked:
    """Return the draft's claims whose citations hold, with their spans, and those that fell.

    The gates: a claim is cited; each cited key is evidence that was given; each quote stands in
    that evidence after the one normalisation; each number of the claim stands in its quotes; a
    quotation is ascribed to whom the document names.

    Args:
        draft: what a writer proposed.
        evidence: what the writer was given.
    """
    by_key = {item.key: item for item in evidence}
    blocks: list[CheckedBlock] = []
    rejected: list[Rejected] = []
    for block in draft.blocks:
        claims = []
        for proposal in block.claims:
            outcome = _check(proposal, by_key)
            if isinstance(outcome, Rejected):
                rejected.append(outcome)
            else:
                claims.append(outcome)
        if claims or block.form == "heading":
            blocks.append(_checked(block, claims))
    return Checked(_without_empty_headings(blocks), tuple(rejected))


def _checked(block: Block, claims: list[Claim]) -> CheckedBlock:
    return CheckedBlock(form=block.form, text=block.text, header=block.header, claims=tuple(claims))


def _without_empty_headings(blocks: list[CheckedBlock]) -> tuple[CheckedBlock, ...]:
    kept = [
        block
        for block, after in zip_longest(blocks, blocks[1:])
        if block.form != "heading" or (after is not None and after.form != "heading")
    ]
    return tuple(kept)


def _check(proposal: ProposedClaim, by_key: Mapping[str, Evidence]) -> Claim | Rejected:
    if not proposal.citations:
        return Rejected(claim=proposal, verdict="uncited", reason="no citation")
    citations = []
    for proposed in proposal.citations:
        item = by_key.get(proposed.evidence)
        if item is None:
            reason = f"{proposed.evidence!r} is no evidence that was given"
            return Rejected(claim=proposal, verdict="evidence_unknown", reason=reason)
        span = find_quote(item.chunk.text, proposed.quote)
        if span is None:
            reason = f"these words do not stand in {proposed.evidence}: {proposed.quote!r}"
            return Rejected(claim=proposal, verdict="quote_absent", reason=reason)
        citations.append(_citation(item, *span))
    said = " ".join(citation.quote for citation in citations)
    if missing := _numbers(proposal.text, *proposal.cells) - _numbers(said):
        reason = f"not in the cited passages: {', '.join(sorted(missing))}"
        return Rejected(claim=proposal, verdict="number_absent", reason=reason)
    if proposal.attribution and not _is_named(proposal, by_key):
        reason = f"the document does not name {proposal.attribution!r}"
        return Rejected(claim=proposal, verdict="misattributed", reason=reason)
    return Claim(
        id=claim_id(proposal.text, citations),
        text=proposal.text,
        cells=proposal.cells,
        attribution=proposal.attribution,
        citations=tuple(citations),
    )


def _citation(item: Evidence, start: int, end: int) -> Citation:
    chunk = item.chunk
    quote = chunk.text[start:end]
    return Citation(
        label=footnote_label(item.reference.key, quote),
        reference_key=item.reference.key,
        document_id=chunk.document_id,
        start=chunk.start + start,
        end=chunk.start + end,
        quote=quote,
    )


def footnote_label(reference_key: str, quote: str) -> str:
    """Return the permanent footnote label of a passage: the same words, the same label."""
    return f"{reference_key}-{digest(reference_key, normalise(quote))[:_HEX_DIGITS]}"


def claim_id(text: str, citations: Sequence[Citation]) -> str:
    """Return a claim's identity: its words and its grounds."""
    grounds = sorted((item.reference_key, normalise(item.quote)) for item in citations)
    return digest(normalise(text), grounds)[:16]


def _numbers(*texts: str) -> set[str]:
    return {match[0].replace(",", "") for text in texts for match in _NUMBER.finditer(text)}


def _is_named(proposal: ProposedClaim, by_key: Mapping[str, Evidence]) -> bool:
    for proposed in proposal.citations:
        document = by_key[proposed.evidence].document
        speakers = {part.speaker for part in document.parts if part.speaker}
        names = {document.title, *(f"{speaker}, {document.title}" for speaker in speakers)}
        if proposal.attribution in names or find_quote(document.text, proposal.attribution):
            return True
    return False
