"""What an honest writer would say: verbatim claims of the evidence, and paraphrases still true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.extractive.candidates import Candidate, candidates
from rag.text.normal import find_quote
from rag.types import Block, ProposedCitation, ProposedClaim

if TYPE_CHECKING:
    from random import Random

    from rag.types import BlockForm, Claim, SectionTask

_REWORDED = (
    (r"\bwhich is\b", "that is"),
    (r"\bmust not\b", "may not"),
    (r"\bstarts\b", "begins"),
    (r"\bbecause\b", "since"),
    (r"\bhelps\b", "assists"),
    (r"^The\b", "This"),
    (r"\bwithin\b", "in"),
    (r"\bprovides?\b", "gives"),
    (r"\busing\b", "with"),
    (r"\.$", ""),
)
_FORMS: dict[str, BlockForm] = {"row": "table", "quotation": "quotation"}


class Piece(NamedTuple):
    """A claim with the block that it would stand in."""

    claim: ProposedClaim
    form: BlockForm
    header: tuple[str, ...] = ()


def pieces(task: SectionTask, chance: Random, limit: int) -> list[Piece]:
    """Return up to `limit` honest claims, some of them reworded, and all prior ones."""
    found = candidates(task.evidence)
    some = chance.sample(found, min(limit, len(found)))
    return [*_prior(task), *(_piece(item, chance) for item in some)]


def blocks(task: SectionTask, said: list[Piece], chance: Random) -> list[Block]:
    """Return claims arranged under the outline's headings."""
    headings = [topic.heading for topic in task.spec.topics]
    out: list[Block] = []
    for number, heading in enumerate(headings or [""]):
        mine = said[number :: max(1, len(headings))]
        if heading and mine:
            out.append(Block(form="heading", text=heading))
        tables: dict[tuple[str, ...], list[ProposedClaim]] = {}
        prose = []
        for piece in mine:
            if piece.form == "table":
                tables.setdefault(piece.header, []).append(piece.claim)
            elif piece.form == "quotation":
                out.append(Block(form="quotation", claims=(piece.claim,)))
            else:
                prose.append(piece.claim)
        if prose:
            form: BlockForm = chance.choice(["bullets", "paragraph"])
            out.append(Block(form=form, claims=tuple(prose)))
        out += [
            Block(form="table", header=header, claims=tuple(rows))
            for header, rows in tables.items()
        ]
    return out


def _piece(item: Candidate, chance: Random) -> Piece:
    citation = ProposedCitation(evidence=item.evidence.key, quote=item.text)
    text = item.text
    if item.kind == "sentence" and not item.spoken and chance.random() < 0.4:
        text = _reworded(text, chance)
    claim = ProposedClaim(
        text=text, cells=item.cells, attribution=item.attribution, citations=(citation,)
    )
    return Piece(claim, _FORMS.get(item.kind, "bullets"), item.header)


def _reworded(text: str, chance: Random) -> str:
    changed = [new for old, word in _REWORDED if (new := re.sub(old, word, text)) != text]
    return chance.choice(changed) if changed else text


def _prior(task: SectionTask) -> list[Piece]:
    """Return the section's claims as they stand, proposed again from the evidence."""
    if task.prior is None:
        return []
    out = []
    for block in task.prior.blocks:
        for claim in block.claims:
            if (again := _again(task, claim)) is not None:
                form = "bullets" if block.form in {"heading", "finding"} else block.form
                out.append(Piece(again, form, block.header))
    return out


def _again(task: SectionTask, claim: Claim) -> ProposedClaim | None:
    grounds = []
    for citation in claim.citations:
        key = next(
            (
                item.key
                for item in task.evidence
                if item.reference.key == citation.reference_key
                and find_quote(item.chunk.text, citation.quote)
            ),
            None,
        )
        if key is None:
            return None
        grounds.append(ProposedCitation(evidence=key, quote=citation.quote))
    return ProposedClaim(
        text=claim.text,
        cells=claim.cells,
        attribution=claim.attribution,
        citations=tuple(grounds),
        calculation=claim.calculation,
        repeats=claim.repeats,
    )
