"""Where the references disagree: conflicting claims side by side, until they are settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.flows.sections import Composition
from rag.stages.conflicts import conflicts
from rag.types import CheckedBlock, Claim, Section, Value, claim_id, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.flows.tools import Tools
    from rag.types import SectionSpec

HEADER = ("Conflict", "What is said", "Reference", "As of")
UNDATED = "undated"


class Disagreement(Value):
    """Two claims that cannot both be true of the same thing at the same time."""

    name: str
    """Stable and short: what `rag resolve` is given."""
    claims: tuple[Claim, Claim]
    reason: str


def disagreements_of(
    tools: Tools, sections: Iterable[Section], settled: frozenset[str] = frozenset()
) -> list[Disagreement]:
    """Return what the sections' own claims contradict each other in, unless it was settled."""
    claims = {
        claim.id: claim for section in sections for claim in section.claims if not claim.repeats
    }
    closed = tools.store.resolutions().keys() | settled
    found = []
    for item in conflicts(list(claims.values())):
        pair = tuple(sorted((item.first, item.second), key=lambda claim: claim.id))
        name = f"c{digest(*(claim.id for claim in pair))[:6]}"
        if name not in closed:
            both = (pair[0], pair[1])
            found.append(Disagreement(name=name, claims=both, reason=item.reason))
    return sorted(found, key=lambda item: item.name)


def disagreements(
    tools: Tools, spec: SectionSpec, others: Sequence[Section], settled: frozenset[str]
) -> Composition:
    """Return the section in which both sides of each conflict stand, with reference and date."""
    rows = [row for item in disagreements_of(tools, others, settled) for row in _rows(tools, item)]
    block = CheckedBlock(form="table", header=HEADER, claims=tuple(rows))
    section = Section(id=spec.id, title=spec.title, blocks=(block,) if rows else ())
    return Composition(section, (), (), 0)


def _rows(tools: Tools, item: Disagreement) -> list[Claim]:
    known = tools.store.ingested()
    rows = []
    for claim in item.claims:
        titles = [known[key].title for key in claim.references]
        said = f"“{claim.text}”" if claim.attribution else claim.words
        cells = (item.name, said, "; ".join(titles), as_of(tools, claim) or UNDATED)
        rows.append(
            claim.model_copy(
                update={
                    "id": claim_id(claim.text, cells),
                    "cells": cells,
                    "attribution": "",
                    "calculation": "",  # it stands behind its words, not in the last cell
                    "repeats": claim.id,
                }
            )
        )
    return rows


def as_of(tools: Tools, claim: Claim) -> str:
    """Return the newest date that a claim's references state of themselves; empty if none does.

    For what was fetched it is the day of reading, for a file the date in its front matter.
    """
    known = tools.store.ingested()
    dates = []
    for key in claim.references:
        item = known[key]
        dates.append(item.source.read_on or tools.store.document(item.document_id).date)
    return max(dates, default="")
