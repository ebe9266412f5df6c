"""Does the passage entail the claim? The question as it is put to a scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Question(NamedTuple):
    """A claim and the words that it stands on."""

    claim: str
    passage: str


Support: TypeAlias = "Callable[[Sequence[Question]], Sequence[float]]"
"""Returns, for each question, how far the passage entails the claim, 0 to 1."""
