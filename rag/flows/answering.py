"""A writer's answer → its claims, each verified and shown as soon as it is there.

A claim meets the same gates whether it comes alone or in a draft. What falls goes back when the
draft is there, all of it together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import CapError, RagError, ServiceError
from rag.flows.checking import checked_draft, rules_of
from rag.flows.supporting import support_of
from rag.stages.ledger import says_all
from rag.stages.verify import verify
from rag.types import Capped, Draft, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rag.flows.tools import Tools
    from rag.stages.verify import Checked
    from rag.types import Block, Claim, QuestionTask

_NONE = "the writer gave no answer"
_HALF = "the answer is not complete"


def answered(tools: Tools, task: QuestionTask, show: Callable[[Claim], None]) -> tuple[Claim, ...]:
    """Return the claims of an answer that hold, in the order in which they were shown.

    Args:
        tools: the wired adapters.
        task: the question with its evidence.
        show: told each claim, once, when it is verified.

    Raises:
        CapError: a cap was reached.
        ServiceError: the writer gave no answer, or half of one: then the message says so. So does
            that of any other error after which shown claims stand.
    """
    answering = _Answering(tools, task, show)
    try:
        draft = tools.writer.answer(task, answering.take)
        if not isinstance(draft, Skipped):
            answering.finish(draft)
    except RagError as error:
        if not answering.claims:
            raise
        raise type(error)(f"{_HALF}: {error.message}", advice=error.advice) from error
    if isinstance(draft, Capped):
        half = f"{_HALF}: " if answering.claims else ""
        raise CapError(f"{half}{draft.reason}", advice="raise it")
    if isinstance(draft, Skipped):
        raise ServiceError(f"{_HALF if answering.claims else _NONE}: {draft.reason}")
    return tuple(answering.claims)


class _Answering:
    """One answer: what was proposed for it so far, and what of that was shown."""

    def __init__(self, tools: Tools, task: QuestionTask, show: Callable[[Claim], None]) -> None:
        self.claims: list[Claim] = []
        self._tools = tools
        self._task = task
        self._show = show
        self._limit = tools.config.settings.ask.claims
        self._rules = rules_of(tools.config)
        self._support = support_of(tools)
        self._checked: dict[Block, Checked] = {}

    def take(self, block: Block) -> None:
        """Check what is proposed, and show what of it holds."""
        if block not in self._checked:
            draft = Draft(blocks=(block,))
            found = verify(draft, self._task.evidence, self._rules, self._support)
            self._checked[block] = found
            self._show_new(_claims(found))

    def finish(self, draft: Draft) -> None:
        """Show what else of the whole draft holds; what fell goes back to the writer first.

        Where the writer began anew, what was shown before may not be in the draft; then what the
        draft says again, in other words or none, is not shown.
        """
        proposed = frozenset(draft.blocks)
        strays = [
            claim
            for block, found in self._checked.items()
            if block not in proposed
            for claim in _claims(found)
        ]
        for block in draft.blocks:
            if not strays:
                self.take(block)
        checked = checked_draft(self._tools, self._task, draft, self._rules).checked
        self._show_new(
            claim
            for claim in _claims(checked)
            if not any(says_all(stray, claim) for stray in strays)
        )

    def _show_new(self, claims: Iterable[Claim]) -> None:
        """Show each claim that was not shown yet, as long as an answer may have more."""
        for claim in claims:
            known = {item.id for item in self.claims}
            if claim.id not in known and len(self.claims) < self._limit:
                self.claims.append(claim)
                self._show(claim)


def _claims(checked: Checked) -> list[Claim]:
    return [claim for block in checked.blocks for claim in block.claims]
