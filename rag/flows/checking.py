"""A draft → what holds of it: verified, sent back once, verified again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rag.flows.supporting import support_of
from rag.flows.together import alone
from rag.stages.verify import Rules, verify
from rag.types import MATCH_COLUMNS, RULE_COLUMNS, Capped, SectionTask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.flows.together import Work
    from rag.flows.tools import Tools
    from rag.settings import Config
    from rag.stages.verify import Checked
    from rag.types import Draft, ProposedClaim, QuestionTask, SectionSpec


def rules_of(config: Config, spec: SectionSpec | None = None) -> Rules:
    """Return what a draft may say without a citation, and what its claims are held to.

    Args:
        config: the outline, the taxonomy and the settings.
        spec: the section that is drafted; None for an answer, which has no headings.
    """
    outline = config.outline
    topics = spec.topics if spec else ()
    lead_ins = {section.title for section in outline.sections}
    lead_ins |= {section.lead_in for section in outline.sections}
    lead_ins |= {topic.lead_in for topic in topics}
    every = [topic for section in outline.sections for topic in section.topics]
    columns = {name for topic in every for table in topic.tables for name in table}
    columns |= {*outline.columns, *MATCH_COLUMNS, *RULE_COLUMNS}
    return Rules(
        headings=frozenset(topic.heading for topic in topics),
        lead_ins=frozenset(lead_ins - {""}),
        columns=frozenset(name.lower() for name in columns),
        names=names_of(config),
        min_support=config.settings.verify.min_support,
        min_support_named=config.settings.verify.min_support_named,
    )


def names_of(config: Config) -> tuple[tuple[str, ...], ...]:
    """Return the names of the field, each with its aliases."""
    terms = (*config.taxonomy.services, *config.taxonomy.models)
    return tuple((term.name, *term.aliases) for term in terms)


class Vetted(NamedTuple):
    """What holds of a draft."""

    checked: Checked
    calls: int
    """How often the writer was asked again."""
    capped: Capped | None = None
    """Why it was not asked again, if a cap forbade it: what fell may have deserved it."""


def checked_draft(
    tools: Tools, task: SectionTask | QuestionTask, draft: Draft, rules: Rules
) -> Vetted:
    """Return what holds of a draft. See `checking`."""
    return alone(checking(tools, task, draft, rules))


def checking(
    tools: Tools, task: SectionTask | QuestionTask, draft: Draft, rules: Rules
) -> Work[Vetted]:
    """Return what holds of a draft.

    What fell goes back to the writer once, with the verdict; what falls again is out.
    """
    support = support_of(tools)
    passages = task.passages if isinstance(task, SectionTask) else ()
    given = (*task.evidence, *passages)
    checked = verify(draft, given, rules, support)
    if not checked.rejected:
        return Vetted(checked, 0)
    again = yield partial(tools.writer.revise, task, checked.rejected)
    if isinstance(again, Capped):
        return Vetted(checked, 0, again)
    better = {
        item.claim: claim
        for item, claim in zip(checked.rejected, again, strict=True)
        if claim is not None
    }
    if not better:
        return Vetted(checked, 0)
    second = verify(_replaced(draft, better), given, rules, support)
    first = [item for item in checked.rejected if item.claim in better]
    return Vetted(second._replace(rejected=(*first, *second.rejected)), 1)


def _replaced(draft: Draft, better: Mapping[ProposedClaim, ProposedClaim]) -> Draft:
    blocks = (
        block.model_copy(
            update={"claims": tuple(better.get(claim, claim) for claim in block.claims)}
        )
        for block in draft.blocks
    )
    return draft.model_copy(update={"blocks": tuple(blocks)})
