"""Parts of the report that are made of claims of other sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.text.figures import WORD, content_words, figures
from rag.types import MATCH_COLUMNS, Block, proposed_again

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.adapters.extractive.features import Lens
    from rag.types import Claim, ProposedClaim, Section, SectionTask, TopicSpec

_SUMMARY_WORDS = 36
_ALIKE = 0.3


def summary(task: SectionTask, lens: Lens) -> Iterator[Block]:
    """Yield, for each other section, its strongest claims under its title."""
    for section in task.others:
        if section.id in lens.derived:
            continue  # what repeats other sections has nothing of its own to sum up
        chosen: list[Claim] = []
        for claim in _ranked([section], lens):
            if len(chosen) < task.spec.claims and _is_brief(claim):
                chosen += [claim] if not any(_is_alike(claim, other) for other in chosen) else []
        proposals = [item for claim in chosen if (item := _again(claim, task))]
        if proposals:
            yield Block(form="bullets", text=section.title, claims=tuple(proposals))


def _ranked(sections: Sequence[Section], lens: Lens) -> list[Claim]:
    """Return the sections' sentences: headlines, then those that say most, in reading order."""
    headlines = {
        claim.id
        for section in sections
        for block in section.blocks
        if block.form == "finding"
        for claim in block.claims
    }
    claims = [claim for section in sections for claim in _sentences(section)]
    return sorted(claims, key=lambda claim: (claim.id not in headlines, -lens.worth(claim.text)))


def match_table(topic: TopicSpec, task: SectionTask, lens: Lens) -> list[Block]:
    """Return a table that matches elements to services, each row one claim of another section."""
    rows: dict[tuple[str, str], ProposedClaim] = {}
    for claim in _ranked(task.others, lens):
        match = lens.match(claim.text)
        if match is None or lens.family(match) in rows:
            continue
        again = _again(claim, task)
        if again and len(rows) < topic.rows:
            cells = (match.element, match.service, "; ".join(match.figures), claim.text)
            rows[lens.family(match)] = again.model_copy(update={"cells": cells})
    if len(rows) < 2:  # noqa: PLR2004 - one row compares nothing
        return []
    ordered = tuple(rows[family] for family in sorted(rows))
    return [Block(form="table", header=MATCH_COLUMNS, claims=ordered)]


def _is_alike(claim: Claim, other: Claim) -> bool:
    """Whether two claims are about the same: a summary has room for one of them."""
    mine, others = content_words(claim.text), content_words(other.text)
    return len(mine & others) / (min(len(mine), len(others)) or 1) >= _ALIKE


def _sentences(section: Section) -> Iterator[Claim]:
    for block in section.blocks:
        if block.form in {"finding", "paragraph", "bullets"}:
            yield from block.claims


def _is_brief(claim: Claim) -> bool:
    return bool(figures(claim.text)) and len(WORD.findall(claim.text)) <= _SUMMARY_WORDS


def _again(claim: Claim, task: SectionTask) -> ProposedClaim | None:
    """Return the claim as one that repeats it, if its passages are there."""
    again = proposed_again(claim, task)
    return again.model_copy(update={"repeats": claim.id}) if again else None
