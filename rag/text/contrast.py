"""What two sentences, taken apart, say differently of the same thing: figures, or the opposite."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.text.units import COUNTED, MEASURES

if TYPE_CHECKING:
    from rag.text.said import Figure, Said

_COUNTED = frozenset(COUNTED.values())
_NEGATIVE_PREFIXES = ("un", "in", "im", "non", "dis")


def differing(
    one: tuple[Figure, ...], other: tuple[Figure, ...]
) -> tuple[list[Figure], list[Figure]]:
    """Return the figures of each that the other does not have."""
    mine, theirs = list(one), list(other)
    for alike in (_same_quantity, _same_figure):  # two GPUs are rather two GPUs than two
        for figure in list(mine):
            match = next((item for item in theirs if alike(figure, item)), None)
            if match:
                mine.remove(figure)
                theirs.remove(match)
    return mine, theirs


def _same_quantity(one: Figure, other: Figure) -> bool:
    return one.quantity[:3] == other.quantity[:3]


def _same_figure(one: Figure, other: Figure) -> bool:
    return one.quantity[:2] == other.quantity[:2] and same_unit(one, other)


def same_unit(one: Figure, other: Figure) -> bool:
    """Whether both figures measure or count the same; of unknown nouns nobody knows."""
    units = {one.quantity.unit, other.quantity.unit}
    if len(units) == 1:
        return True
    known = units & _COUNTED
    return not units & MEASURES and len(known) < len(units)


def turned(one: Said, other: Said) -> str:
    """Return what turns one statement into the other's opposite; nothing if they agree."""
    axes, others = Counter[str](), Counter[str]()
    for (axis, _), count in one.signs.items():
        axes[axis] += count
    for (axis, _), count in other.signs.items():
        others[axis] += count
    common = axes.keys() & others.keys()
    flipped = sorted(
        axis
        for axis in common
        if axes[axis] == others[axis] and one.signs[axis, 1] != other.signs[axis, 1]
    )
    flips = sum(abs(one.signs[axis, 1] - other.signs[axis, 1]) for axis in flipped)
    denied = prefixed(one, other)
    negated = abs(one.negations - other.negations)
    if (flips + negated + len(denied)) % 2 == 0:
        return ""
    if flipped:
        return f"opposite directions ({', '.join(flipped)})"
    if denied:
        return "one has a word that the other has with un- or in-"
    return "one denies what the other says"


def prefixed(one: Said, other: Said) -> list[tuple[str, str]]:
    """Return the words of either that the other has with `un-`, `in-` or the like."""
    mine, theirs = one.words.keys() - other.words.keys(), other.words.keys() - one.words.keys()
    pairs = [pair for a in mine for b in theirs for pair in ((a, b), (b, a))]
    return sorted(
        (long, short)
        for long, short in pairs
        if any(long == prefix + short for prefix in _NEGATIVE_PREFIXES)
    )
