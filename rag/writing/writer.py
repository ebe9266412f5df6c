"""A writer that has a language model. See `Writer`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from rag.errors import CapError
from rag.replies import Malformed, ask_twice
from rag.types import Capped, Draft, SectionTask, Skipped, claim_id
from rag.writing.asking import Asking
from rag.writing.coming import Coming
from rag.writing.model import CutError, StreamingModel, UnfinishedError
from rag.writing.reading import read_answer, read_revision, read_section, read_summary
from rag.writing.register import as_it_was, has_new, shown, untold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.settings import Config
    from rag.types import Block, Forecast, Prompts, ProposedClaim, QuestionTask, Rejected
    from rag.writing.model import Model
    from rag.writing.prompt import Prompt
    from rag.writing.register import Register

T = TypeVar("T")
_CALLS = 5
"""Calls that a draft takes at most: itself and a revision, each corrected once; and one that is
cut, of which a section has fewer than passages, since each halves those of the next."""


class ModelWriter:
    """Has a model propose drafts, claims in place of those that fell, and answers.

    A prompt has the evidence that fits the model, the most relevant first; what a reply does not
    mention stays as it was. A reply that cannot be read goes back once.

    Args:
        model: who writes.
        prompts: what it is told.
        config: how many claims an answer may have, and the names of the field.
    """

    outranks = False

    def __init__(self, model: Model, prompts: Prompts, config: Config) -> None:
        self._model = model
        self._limit = config.settings.ask.claims
        self._most: dict[tuple[str, tuple[str, ...]], int] = {}
        """How many passages of a section's evidence a prompt may have, where a reply was cut."""
        self._asking = Asking(
            prompts, config.taxonomy, input_tokens=model.input_tokens, claims=self._limit
        )

    @property
    def name(self) -> str:
        """See `Writer.name`."""
        return self._model.name

    def at_once(self, drafts: int) -> int:
        """See `Writer.at_once`."""
        return self._model.at_once(drafts * _CALLS)

    def write_section(self, task: SectionTask) -> Draft | Skipped:
        """See `Writer.write_section`. Where there is nothing new to write from, nobody is asked.

        Evidence that has no room beside what was packed is named as unread. Where the reply is cut
        at its longest, half of the passages are asked about, and the rest is unread, too.
        """
        of = (task.spec.id, tuple(item.chunk.id for item in task.evidence))
        while True:
            known = self._asking.known(task, self._most.get(of))
            try:
                return self._drafted(task, known)
            except CutError as error:
                if len(known.evidence) < 2:  # noqa: PLR2004 - no half of one
                    return _skipped(error)
                self._most[of] = len(known.evidence) // 2
            except (UnfinishedError, CapError) as error:
                return _skipped(error)

    def _drafted(self, task: SectionTask, known: Register) -> Draft | Skipped:
        """Return what is drafted from what a prompt has room for; what ends a call is raised."""
        if not (known.evidence or has_new(task, known)):
            return self._too_small(known.left_out) if known.left_out else as_it_was(task)
        if task.spec.form == "summary":
            prompt = self._asking.summary(task, known)
            draft = self._read(prompt, partial(read_summary, task, known))
        else:
            prompt = self._asking.section(task, known)
            draft = self._read(prompt, partial(read_section, task, known))
        if isinstance(draft, Skipped):
            return draft
        return draft.model_copy(
            update={
                "unread": frozenset(item.key for item in known.unread),
                "told": shown(known),
                "untold": untold(task, known),
            }
        )

    def forecast(self, task: SectionTask) -> list[Forecast]:
        """See `Writer.forecast`. The claims that a section is made of may be yet to come."""
        most = self._asking.most_prompts(task)
        found: list[Forecast] = []
        while True:
            known = self._asking.known(task)
            if not (known.evidence or has_new(task, known)) and (found or not task.spec.is_derived):
                return found
            summary = task.spec.form == "summary"
            prompt = (self._asking.summary if summary else self._asking.section)(task, known)
            found.append(self._model.forecast(prompt))
            unread = {item.key for item in known.unread}
            if not unread:
                break
            seen = frozenset(item.key for item in task.evidence if item.key not in unread)
            task = task.model_copy(update={"seen": seen, "told": task.told | shown(known)})
        if len(found) == 1:  # all is read at once
            return found
        full = {"input": found[-1].input_limit, "is_extra": True}
        return [*found, *[found[-1].model_copy(update=full)] * (most - len(found))]

    def revise(
        self, task: SectionTask | QuestionTask, rejected: Sequence[Rejected]
    ) -> list[ProposedClaim | None] | Capped:
        """See `Writer.revise`. Only claims of the model's own words go back to it.

        A claim that it kept or repeated is the ledger's, and what has no citation is a heading.
        """
        prior = task.prior.claims if isinstance(task, SectionTask) and task.prior else ()
        kept = {claim.id for claim in prior}
        found: list[ProposedClaim | None] = [None] * len(rejected)
        back = {
            at: item
            for at, item in enumerate(rejected)
            if item.claim.citations
            and not item.claim.repeats
            and claim_id(item.claim.text, item.claim.cells) not in kept
        }
        if not back:
            return found
        fallen = list(back.values())
        again = self._asked(self._asking.revision(task, fallen), partial(read_revision, fallen))
        if isinstance(again, Capped):
            return again
        if not isinstance(again, Skipped):
            for at, claim in zip(back, again, strict=True):
                found[at] = claim
        return found

    def answer(
        self, task: QuestionTask, propose: Callable[[Block], None] | None = None
    ) -> Draft | Skipped:
        """See `Writer.answer`. Without evidence nobody is asked, nor if none of it has room.

        A claim is proposed when its object is closed in the stream of the reply. When the reply
        begins anew after a claim was proposed, the rest waits for the end: it may say the same in
        other words.
        """
        if not task.evidence:
            return Draft(blocks=())
        prompt = self._asking.question(task)
        if not prompt.passages:  # it may answer; that it does not, nobody knows
            return self._too_small(prompt.left_out)
        model = self._model
        if propose is None or not isinstance(model, StreamingModel):
            return self._asked(prompt, partial(read_answer, self._limit))
        coming = Coming(self._limit, propose)
        return self._asked(
            prompt, partial(read_answer, self._limit), lambda told: model.stream(told, coming.heard)
        )

    def _too_small(self, left_out: int) -> Skipped:
        reason = (
            f"none of {left_out} passages fits a prompt of the model's, which may have "
            f"{self._model.input_tokens:,} tokens, the instructions among them"
        )
        return Skipped(subject="", stage="draft", reason=reason)

    def _asked(
        self,
        prompt: Prompt,
        read: Callable[[str], T | Malformed],
        reply: Callable[[Prompt], str | Malformed] | None = None,
    ) -> T | Skipped:
        try:
            return self._read(prompt, read, reply)
        except (UnfinishedError, CapError) as error:
            return _skipped(error)

    def _read(
        self,
        prompt: Prompt,
        read: Callable[[str], T | Malformed],
        reply: Callable[[Prompt], str | Malformed] | None = None,
    ) -> T | Skipped:
        reply = reply or self._model.reply

        def ask(correction: str) -> str | Malformed:
            return reply(prompt.with_correction(correction))

        return ask_twice(ask, read)


def _skipped(error: UnfinishedError | CapError) -> Skipped:
    if isinstance(error, CapError):
        return Capped(subject="", stage="draft", reason=error.message)
    return Skipped(subject="", stage="draft", reason=str(error))
