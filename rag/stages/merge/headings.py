"""Headings that a merge gave twice, the user's and the edition's → one over what both have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.stages.merge.values import BLOCKS, MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEADING = re.compile(r"#{1,6} [^\n]*\s*")


def once(text: str, *merged: str) -> str:
    """Return a merged text in which no heading follows itself, unless it does in one of `merged`.

    Of a heading over nothing, such as the user left, the one that stands over something stays, with
    what stands between it and the first claim. Else what is under the first of the two comes before
    what is under the other.
    """
    blocks = BLOCKS.findall(text)
    for again in (_before_itself, _behind_itself):
        his = {words for other in merged for _, words in again(BLOCKS.findall(other))}
        out = {at for at, words in again(blocks) if words not in his}
        blocks = [block for at, block in enumerate(blocks) if at not in out]
    return "".join(blocks)


def _before_itself(blocks: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the place of each block of a run without claims that follows at once again.

    With the words of the heading that the run begins with.
    """
    plain = [block.strip() for block in blocks]
    for start, block in enumerate(blocks):
        end = _next(blocks, start) if _HEADING.fullmatch(block) else None
        if end is not None and plain[start:end] == plain[end : 2 * end - start]:
            yield from ((at, plain[start]) for at in range(start, end))


def _next(blocks: Sequence[str], start: int) -> int | None:
    """Return where the same heading stands again, if no claim stands before that."""
    for at in range(start + 1, len(blocks)):
        if blocks[at].strip() == blocks[start].strip():
            return at
        if MARK.search(blocks[at]):
            return None
    return None


def _behind_itself(blocks: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the place of each heading that has the words of the one above it, with its words."""
    above = ""
    for at, block in enumerate(blocks):
        if _HEADING.fullmatch(block):
            if block.strip() == above:
                yield at, above
            above = block.strip()
