"""Does the passage entail the claim? The question as it is put to a scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.stages.verify.rules import Rules
    from rag.types import Verdict


class Question(NamedTuple):
    """A claim and the words that it stands on."""

    claim: str
    passage: str
    strange: tuple[str, ...] = ()
    """Names of the claim that its passage lacks, of no service, model or instance: people, places.
    A writer who brings one along must be borne out the better."""


def objection(question: Question, score: float | None, rules: Rules) -> tuple[Verdict, str] | None:
    """Return the verdict against a claim that was scored, with its reason; None if it passes.

    Args:
        question: what was asked.
        score: how far the passage entails the claim, 0 to 1; None if nobody was asked.
        rules: the least scores.
    """
    if question.strange and (score is None or score < rules.min_support_named):
        return "name_absent", f"not in the cited passages: {', '.join(question.strange)}"
    if score is not None and score < rules.min_support:
        return "not_entailed", f"the passages do not say so (support {score:.2f})"
    return None


Support: TypeAlias = "Callable[[Sequence[Question]], Sequence[float]]"
"""Returns, for each question, how far the passage entails the claim, 0 to 1."""
