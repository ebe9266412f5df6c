"""A draft → the blocks that hold, and what fell."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rag.stages.verify.gates import Held, check_claim
from rag.stages.verify.rules import Rules
from rag.stages.verify.support import objection
from rag.stages.verify.tables import columns_of, misplaced
from rag.text.normal import normalise
from rag.types import Block, CheckedBlock, Claim, ProposedClaim, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.stages.verify.support import Support
    from rag.types import Draft, Evidence


_Outcomes: TypeAlias = "dict[tuple[str, ProposedClaim], Held | Rejected]"
"""What became of each claim, by the form of its block and itself."""


_ONE = "a heading is one claim"


class Checked(NamedTuple):
    """What is left of a draft, and what fell."""

    blocks: tuple[CheckedBlock, ...]
    rejected: tuple[Rejected, ...]


def verify(
    draft: Draft,
    evidence: Sequence[Evidence],
    rules: Rules | None = None,
    support: Support | None = None,
) -> Checked:
    """Return the draft's claims that hold, with their spans, and those that fell.

    What is no claim (headings, lead-ins, names of columns) is the config's, or falls.

    Args:
        draft: what a writer proposed.
        evidence: what the writer was given.
        rules: what may be said without a citation; nothing if None.
        support: scores whether passages entail claims that are not verbatim; not asked if None.
    """
    rules = rules or Rules()
    by_key = {item.key: item for item in evidence}
    shaped, rejected = _shaped(draft, by_key, rules)
    outcomes: _Outcomes = {}
    for block in shaped:
        for claim in block.claims:
            outcomes[block.form, claim] = check_claim(claim, by_key, rules, block.form)
    outcomes |= _not_entailed(outcomes, rules, support)
    blocks = []
    for block in shaped:
        found = [
            _under_its_columns(outcomes[block.form, claim], claim, block.header, evidence)
            for claim in block.claims
        ]
        rejected += [item for item in found if isinstance(item, Rejected)]
        claims = [item.claim for item in found if isinstance(item, Held)]
        if claims or (block.form == "heading" and not block.claims):
            blocks.append(_checked(block, claims))
    return Checked(_without_empty_headings(blocks), tuple(rejected))


def _shaped(
    draft: Draft, by_key: Mapping[str, Evidence], rules: Rules
) -> tuple[list[Block], list[Rejected]]:
    """Return the blocks without uncited headings, lead-ins and columns, and those as rejected."""
    blocks: list[Block] = []
    rejected: list[Rejected] = []
    for block in draft.blocks:
        allowed = rules.headings if block.form == "heading" else rules.lead_ins
        kept = block
        if block.text and block.text not in allowed:
            rejected.append(_uncited(block.text, f"a {_kind(block)} that is not the outline's"))
            kept = block.model_copy(update={"text": ""})
        if block.form == "table" and (reason := _bad_table(block, by_key, rules)):
            rejected += [
                Rejected(claim=claim, verdict="uncited", reason=reason) for claim in block.claims
            ]
            continue
        if block.form == "heading":
            # One of the outline's is shown as it is; another one is a claim, and only that.
            claims = () if kept.text else block.claims[:1]
            reason = "a heading of the outline has no claims" if kept.text else _ONE
            rejected += [
                Rejected(claim=claim, verdict="uncited", reason=reason)
                for claim in block.claims[len(claims) :]
            ]
            kept = kept.model_copy(update={"claims": claims})
        if kept.text or kept.claims:
            blocks.append(kept)
    return blocks, rejected


def _kind(block: Block) -> str:
    return "heading" if block.form == "heading" else "lead-in"


def _uncited(text: str, reason: str) -> Rejected:
    claim = ProposedClaim(text=text, citations=())
    return Rejected(claim=claim, verdict="uncited", reason=reason)


def _bad_table(block: Block, by_key: Mapping[str, Evidence], rules: Rules) -> str:
    """Return what is wrong with a table's columns; nothing if they are fine."""
    keys = {citation.evidence for claim in block.claims for citation in claim.citations}
    known = rules.columns | columns_of(by_key[key].document for key in keys & by_key.keys())
    unknown = [name for name in block.header if normalise(name).lower() not in known]
    if unknown:
        return f"no column of the config or of a cited table: {', '.join(unknown)}"
    wide = [claim for claim in block.claims if len(claim.cells) != len(block.header)]
    if wide or not block.header:
        return f"a row has as many cells as the table has columns, {len(block.header)}"
    return ""


def _under_its_columns(
    outcome: Held | Rejected,
    claim: ProposedClaim,
    header: Sequence[str],
    evidence: Sequence[Evidence],
) -> Held | Rejected:
    """Return what became of a claim, or why it falls as a row of a table with this header."""
    if not header or isinstance(outcome, Rejected):
        return outcome
    documents = {item.document.id: item.document for item in evidence}
    if name := misplaced(outcome.claim, header, documents):
        return Rejected(claim=claim, verdict="quote_absent", reason=f"not under {name!r} there")
    return outcome


def _not_entailed(
    outcomes: _Outcomes, rules: Rules, support: Support | None
) -> dict[tuple[str, ProposedClaim], Rejected]:
    asked = [
        (at, item.question)
        for at, item in outcomes.items()
        if isinstance(item, Held) and item.question is not None
    ]
    questions = [question for _, question in asked]
    scores = support(questions) if support else [None] * len(asked)
    fallen = {}
    for (at, question), score in zip(asked, scores, strict=True):
        if found := objection(question, score, rules):
            fallen[at] = Rejected(claim=at[1], verdict=found[0], reason=found[1])
    return fallen


def _checked(block: Block, claims: Sequence[Claim]) -> CheckedBlock:
    return CheckedBlock(form=block.form, text=block.text, header=block.header, claims=tuple(claims))


def _without_empty_headings(blocks: Sequence[CheckedBlock]) -> tuple[CheckedBlock, ...]:
    kept = [
        block
        for block, after in zip_longest(blocks, blocks[1:])
        if block.form != "heading"
        or block.claims
        or (after is not None and (after.form != "heading" or after.claims))
    ]
    return tuple(kept)
