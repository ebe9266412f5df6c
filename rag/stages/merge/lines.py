"""The user's edits and the new edition → one text (three-way merge)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merge3 import Merge3

from rag.stages.merge.claims import by_lines
from rag.stages.merge.page import Page
from rag.stages.merge.values import Merged, settled
from rag.text.line_ends import line_ends
from rag.text.three_way import stretches

if TYPE_CHECKING:
    from collections.abc import Sequence


def merge(base: str, theirs: str, new: str) -> Merged:
    """Return `new` with the user's edits in it; where both changed, the user's text stays.

    Lines are compared first; what both put in at the same place is kept, the user's last. Where
    both changed the same lines, those are compared claim by claim: words up to and with their
    footnote marks. So an edit of one sentence and a change of another one in the same paragraph
    both stand, and a claim that the edition lets go leaves whatever the user wrote beside it.

    Args:
        base: the last edition as it was rendered.
        theirs: what the file holds now.
        new: the next edition as rendered.
    """
    if theirs == base:
        return Merged(new, ())
    if new in (base, theirs):
        return Merged(theirs, ())
    ends = line_ends(theirs)
    old, mine_now, next_one = (
        text.splitlines(keepends=True) for text in (base, ends.plain(theirs), new)
    )
    page = Page(mine_now)
    kept: list[str] = []
    for group in Merge3(old, mine_now, next_one).merge_groups():
        if group[0] == "a":
            page.add_own(group[1])
        elif group[0] == "conflict":
            kept += _untangled(page, *group[1:])
        else:
            page.add(group[1])
    return Merged(ends.as_were("".join(page.lines)), tuple(kept))


def _untangled(
    page: Page, base: Sequence[str], mine: Sequence[str], new: Sequence[str]
) -> list[str]:
    """Add lines whose changes touch each other; return where the user's words won."""
    kept: list[str] = []
    for stretch in stretches(base, mine, new):
        if stretch.new == stretch.base:
            page.add_own(stretch.mine)
        elif (lines := settled(stretch)) is not None:
            page.add(lines)
        elif not stretch.base:  # both put something in there: neither changed the other's
            page.add(stretch.new)
            page.add_own(stretch.mine)
        else:
            inner = by_lines(stretch)
            page.add([inner.text] if inner.text else [])
            kept += inner.kept
    return kept
