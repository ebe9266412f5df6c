"""The user's edits and the new edition → one text (three-way merge)."""

from __future__ import annotations

import re
from functools import partial
from itertools import dropwhile
from typing import TYPE_CHECKING, NamedTuple

from merge3 import Merge3

from rag.stages.merge.blocks import in_place_of
from rag.stages.merge.claims import by_claims
from rag.stages.merge.headings import once
from rag.stages.merge.moved import in_one_place
from rag.stages.merge.page import Page
from rag.stages.merge.sections import by_sections
from rag.stages.merge.tables import with_heads, with_rows
from rag.stages.merge.values import BLOCKS, LINES, Merged, all_left, settled, words_in
from rag.text.line_ends import line_ends
from rag.text.three_way import Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

_GLUED = re.compile(r"(?:\[\^[^\]\s]+\])+[.,;:!?)”’]*(?=[^\W_]|[“\"])")
_UNDER = re.compile(r"[^\n]\n(?=#{1,6} )")
_NEAR = 12
"""Characters behind a mark by which a place is found again."""
_HEADING = re.compile(r"#{1,6} [^\n]*\s*")


def merge(base: str, theirs: str, new: str) -> Merged:
    """Return `new` with the user's edits in it; where both changed, the user's text stays.

    Blocks are compared first; what both put in at the same place is kept, the user's last. Where
    both changed the same blocks, those are compared line by line, and lines that both changed
    claim by claim: words up to and with their footnote marks. So an edit of one sentence and a
    change of another one in the same paragraph both stand, and a claim that the edition lets go
    leaves whatever the user wrote beside it. A claim that he moved stays where
    he put it, and leaves from there.

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
    old, mine, next_one = map(BLOCKS.findall, (base, ends.plain(theirs), new))
    page = Page(mine)
    left = all_left(words_in(base), words_in(ends.plain(theirs)))
    kept: list[str] = []
    for section in by_sections(old, mine, next_one):
        for group in Merge3(*section[:3]).merge_groups():
            if group[0] == "a":
                page.add_own(group[1])
            elif group[0] == "conflict":
                kept += _untangled(page, group[1:], partial(_by_lines, left=left))
            else:
                page.add(group[1])
    own = ends.plain(theirs)
    text = with_heads(in_one_place(base, own, new, "".join(page.units)), own)
    text = once(with_rows(text, base, own, new), own, new)
    return Merged(ends.as_were(_parted(text, (own, new))), tuple(kept))


def _parted(text: str, known: Sequence[str]) -> str:
    """Return a text with a blank behind each claim that a merge put right before another one.

    And with a blank line over each heading. Where the user took a claim out, the blank on one of
    its sides is gone with it; what he or the edition wrote without one stays as it is.
    """

    def parted(match: re.Match[str]) -> str:
        place = match.string[match.start() : match.end() + _NEAR]
        blank = "\n" if match[0].endswith("\n") else " "
        return match[0] if any(place in other for other in known) else f"{match[0]}{blank}"

    return _UNDER.sub(parted, _GLUED.sub(parted, text))


def _by_lines(blocks: Stretch, left: AbstractSet[str]) -> Merged:
    """Return blocks that both changed: line by line, unless the user left none of them.

    Args:
        blocks: what both changed.
        left: words of the claims that the user left somewhere: he took none of them out.
    """
    if (whole := in_place_of(blocks, left)) is not None:
        return whole
    base, mine, new = (LINES.findall("".join(units)) for units in blocks[:3])
    page = Page(mine)
    kept = _untangled(page, (base, mine, new), partial(by_claims, left=left))
    return Merged("".join(page.units), tuple(kept))


def _untangled(
    page: Page,
    texts: Sequence[Sequence[str]],
    closer: Callable[[Stretch], Merged],
) -> list[str]:
    """Add units whose changes touch each other; return where the user's words won.

    Args:
        page: takes the merged units.
        texts: the base, the user's and the new units.
        closer: merges units that both changed.
    """
    kept: list[str] = []
    behind: Sequence[str] = ()
    for stretch in stretches(*texts):
        if not stretch.base and not stretch.new:
            page.add_own(stretch.mine)
            continue
        page.add(behind)
        behind = ()
        if stretch.new == stretch.base:
            page.add_own(stretch.mine)
        elif settled(stretch) is not None:
            here, behind = _parts(stretch)
            page.add(here)
        elif not stretch.base:  # both put something in there: neither changed the other's
            _add_both(page, stretch)
        else:
            here, behind = _parts(stretch)
            inner = closer(stretch._replace(new=here))
            page.add([inner.text] if inner.text else [])
            kept += inner.kept
    page.add(behind)
    return kept


def _parts(stretch: Stretch) -> tuple[tuple[str, ...], Sequence[str]]:
    """Return what the edition has there now, and the topics that it adds behind.

    What the user put behind a text that it writes anew is not under one of those.
    """
    first, *others = _topics(stretch.new)
    if not others or any(map(_HEADING.fullmatch, (*stretch.base, *stretch.mine))):
        return stretch.new, ()
    return tuple(first.units), [unit for topic in others for unit in topic.units]


def _add_both(page: Page, stretch: Stretch) -> None:
    """Add what both put in at one place, the user's last; a heading of both stands over both.

    What he put under the heading that stood there before is not under one that comes there now.
    """
    mine = _topics(stretch.mine)
    for heading, units in _topics(stretch.new):
        page.add(units)
        for topic in [topic for topic in mine if topic.heading == heading]:
            mine.remove(topic)
            page.add_own(topic.units if not heading else _beside(units, topic))
    for topic in mine:
        page.add_own(topic.units)


def _beside(units: Sequence[str], topic: _Topic) -> list[str]:
    """Return what the user has under a heading besides the units that the edition has under it."""
    own = (unit for unit in topic.units[1:] if unit.isspace() or unit not in units)
    return list(dropwhile(str.isspace, own))


class _Topic(NamedTuple):
    heading: str
    """Nothing for what stands before the first one."""
    units: list[str]


def _topics(units: Sequence[str]) -> list[_Topic]:
    """Return units cut before each heading that is a unit of its own."""
    topics = [_Topic("", [])]
    for unit in units:
        if _HEADING.fullmatch(unit):
            topics.append(_Topic(unit.strip(), []))
        topics[-1].units.append(unit)
    return topics
