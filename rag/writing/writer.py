"""A writer that has a language model. See `Writer`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from rag.replies import Malformed, ask_twice
from rag.types import Draft, SectionTask, Skipped, claim_id
from rag.writing.asking import Asking
from rag.writing.coming import Coming
from rag.writing.model import StreamingModel, UnfinishedError
from rag.writing.reading import read_answer, read_revision, read_section, read_summary
from rag.writing.register import register

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.settings import Config
    from rag.types import Block, Prompts, ProposedClaim, QuestionTask, Rejected
    from rag.writing.model import Model
    from rag.writing.prompt import Prompt

T = TypeVar("T")


class ModelWriter:
    """Has a model propose drafts, claims in place of those that fell, and answers.

    A prompt has the evidence that fits the model, the most relevant first; what a reply does not
    mention stays as it was. A reply that cannot be read goes back once.

    Args:
        model: who writes.
        prompts: what it is told.
        config: how many claims an answer may have.
    """

    outranks = False

    def __init__(self, model: Model, prompts: Prompts, config: Config) -> None:
        self._model = model
        self._limit = config.settings.ask.claims
        self._asking = Asking(prompts, input_tokens=model.input_tokens, claims=self._limit)

    @property
    def name(self) -> str:
        """See `Writer.name`."""
        return self._model.name

    def write_section(self, task: SectionTask) -> Draft | Skipped:
        """See `Writer.write_section`. Where there is nothing to write from, nobody is asked."""
        known = register(task)
        if task.spec.form == "summary":
            if not known.others:
                return Draft(blocks=())
            prompt = self._asking.summary(task, known)
            return self._asked(prompt, partial(read_summary, task, known))
        if not (task.evidence or known.others):
            return Draft(blocks=())
        prompt = self._asking.section(task, known)
        return self._asked(prompt, partial(read_section, task, known))

    def revise(
        self, task: SectionTask | QuestionTask, rejected: Sequence[Rejected]
    ) -> list[ProposedClaim | None]:
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
        if not isinstance(again, Skipped):
            for at, claim in zip(back, again, strict=True):
                found[at] = claim
        return found

    def answer(
        self, task: QuestionTask, propose: Callable[[Block], None] | None = None
    ) -> Draft | Skipped:
        """See `Writer.answer`. Without evidence nobody is asked.

        A claim is proposed when its object is closed in the stream of the reply. When the reply
        begins anew after a claim was proposed, the rest waits for the end: it may say the same in
        other words.
        """
        if not task.evidence:
            return Draft(blocks=())
        prompt = self._asking.question(task)
        model = self._model
        if propose is None or not isinstance(model, StreamingModel):
            return self._asked(prompt, partial(read_answer, self._limit))
        coming = Coming(self._limit, propose)
        return self._asked(
            prompt, partial(read_answer, self._limit), lambda told: model.stream(told, coming.heard)
        )

    def _asked(
        self,
        prompt: Prompt,
        read: Callable[[str], T | Malformed],
        reply: Callable[[Prompt], str | Malformed] | None = None,
    ) -> T | Skipped:
        reply = reply or self._model.reply

        def ask(correction: str) -> str | Malformed:
            return reply(prompt.with_correction(correction))

        try:
            return ask_twice(ask, read)
        except UnfinishedError as error:
            return Skipped(subject="", stage="draft", reason=str(error))
