"""Where claim and passage meet: what exact rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.alignment import Alignment
    from rag.adapters.support.passages import Passage, Sentence
    from rag.adapters.support.tokens import Token

SAME_HERE = 0.75
"""Share of content words from which the same is said in the same words."""


class Place(NamedTuple):
    """A claim sentence beside the window of the passage that holds most of it."""

    claim: Sequence[Token]
    source: Passage
    sentences: Sequence[Sentence]
    """Those of the window."""
    window: Sequence[Token]
    alignment: Alignment

    def is_same_here(self, first: int, last: int) -> bool:
        """Whether most content words of a part of the claim are kept, in place."""
        found = (*self.alignment.kept, *self.alignment.reworded)
        kept = {row for row, _ in found}
        rows = range(max(0, first), min(len(self.claim), last))
        content = [row for row in rows if self.claim[row].has_content]
        return sum(row in kept for row in content) >= SAME_HERE * len(content)

    @property
    def is_copied(self) -> bool:
        """Whether most content words of the whole claim are kept, in place."""
        return self.is_same_here(0, len(self.claim))
