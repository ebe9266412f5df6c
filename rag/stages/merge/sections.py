"""Three texts side by side, section by section: no section's words are taken for another's."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.text.three_way import Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SECTION = "## "

_Blocks = tuple[str, ...]


def by_sections(base: Sequence[str], mine: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    """Yield what is to be merged with each other, in the order in which it stands.

    That is a section of all three, and what the user or the edition has put behind it. Where one of
    them has taken a heading out, what stood under it may stand elsewhere: sections there are one.

    Args:
        base: the blocks of the last edition as it was rendered.
        mine: those of the same with the user's edits.
        new: those of the next edition as rendered.
    """
    texts = (base, mine, new)
    for parts in zip(*_cut(texts), strict=True):
        yield from _apart(*map(_sections, parts))


def _title(block: str) -> str:
    """Return the heading of a section that begins with a block; nothing if none does."""
    return block.partition("\n")[0].rstrip() if block.startswith(_SECTION) else ""


def _cut(texts: Sequence[Sequence[str]]) -> Iterator[list[_Blocks]]:
    """Yield, for each text, its parts: each begins with a heading that stands in all of them once.

    Where the user has put them in another order, nothing is cut.
    """
    titles = [[title for block in text if (title := _title(block))] for text in texts]
    counts = [Counter(found) for found in titles]
    common = [title for title in titles[0] if all(count[title] == 1 for count in counts)]
    if any([title for title in found if title in common] != common for found in titles):
        common = []
    for text in texts:
        parts: list[list[str]] = [[]]
        for block in text:
            if _title(block) in common:
                parts.append([])
            parts[-1].append(block)
        yield [tuple(part) for part in parts]


def _sections(blocks: _Blocks) -> dict[str, _Blocks]:
    """Return blocks by the heading that they stand under; all in one if one stands twice."""
    found: dict[str, list[str]] = {"": []}
    at = ""
    for block in blocks:
        if title := _title(block):
            if title in found:
                return {"": blocks}
            at = title
            found[at] = []
        found[at].append(block)
    return {title: tuple(units) for title, units in found.items()}


def _apart(
    base: dict[str, _Blocks], mine: dict[str, _Blocks], new: dict[str, _Blocks]
) -> Iterator[Stretch]:
    if not base.keys() <= mine.keys() & new.keys():
        yield Stretch(_whole(base), _whole(mine), _whole(new))
        return
    for title in dict.fromkeys([*new, *mine]):
        yield Stretch(base.get(title, ()), mine.get(title, ()), new.get(title, ()))


def _whole(sections: dict[str, _Blocks]) -> _Blocks:
    return tuple(block for blocks in sections.values() for block in blocks)
