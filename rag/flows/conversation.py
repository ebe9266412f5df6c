"""Questions one after the other, each understood from those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.flows.ask import ask, askable, has_words, one_line
from rag.flows.checking import names_of
from rag.stages.followup import with_subject
from rag.types import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rag.flows.ask import Answer, Answered
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Claim


class Conversation:
    """Asks the references, and remembers what was asked and what was verified.

    Args:
        project: where the checklist is.
        tools: the wired adapters; they are made once for all questions.
        k: see `ask`.
        references: see `ask`.

    Raises:
        UsageError: there is no checklist, or no reference with this key.
        PrerequisiteError: nothing has been ingested.
    """

    def __init__(
        self,
        project: Project,
        tools: Tools,
        *,
        k: int | None = None,
        references: Collection[str] = (),
    ) -> None:
        askable(project, tools, references)
        self._project = project
        self._tools = tools
        self._k = k
        self._references = references
        self._before: list[Exchange] = []

    def understood(self, question: str) -> str:
        """Return the words that are searched for: a follow-up takes its subject from before."""
        last = self._before[-1] if self._before else None
        return with_subject(one_line(question), last, names_of(self._tools.config))

    def forget(self) -> None:
        """Begin anew: the next question follows none."""
        self._before.clear()

    def ask(self, question: str, show: Callable[[Answered], None] = lambda _: None) -> Answer:
        """Return the answer to a question. See `ask`.

        A question whose answer was interrupted or failed is remembered too, with the claims that
        were shown: they are verified.
        """
        words = self.understood(question)
        claims: list[Claim] = []

        def shown(item: Answered) -> None:
            claims.append(item.claim)
            show(item)

        try:
            return ask(
                self._project,
                self._tools,
                question,
                k=self._k,
                references=self._references,
                words=words,
                before=tuple(self._before),
                show=shown,
            )
        finally:
            if has_words(question):
                self._before.append(
                    Exchange(question=one_line(question), words=words, claims=tuple(claims))
                )
