"""Whether passages entail claims, each question asked once: scores are kept in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.interrupts import heard
from rag.text.digests import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.flows.tools import Tools
    from rag.stages.verify import Question, Support

_AT_ONCE = 16
"""Questions whose scores are kept together: if a scorer fails, those before it are not lost."""


def support_of(tools: Tools) -> Support:
    """Return how support is scored; the scorer is loaded when the first question comes.

    If the config turns it off, a question is answered with 1.0, and with 0.0 if the claim brings
    names along.
    """

    def support(questions: Sequence[Question]) -> list[float]:
        scorer = tools.support if questions else None
        if scorer is None:
            return [0.0 if item.strange else 1.0 for item in questions]
        names = {item: digest(scorer.name, item.claim, item.passage) for item in questions}
        known = tools.store.supports(names.values())
        new = [item for item in dict.fromkeys(questions) if names[item] not in known]
        for at in range(0, len(new), _AT_ONCE):
            some = new[at : at + _AT_ONCE]
            with heard():  # it may be a service
                scores = scorer.score([(item.claim, item.passage) for item in some])
            found = {names[item]: score for item, score in zip(some, scores, strict=True)}
            tools.store.save_supports(found, scorer.name)
            known |= found
        return [known[names[item]] for item in questions]

    return support
