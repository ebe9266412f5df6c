"""Two changed copies of the same units, told apart: what only one side changed is no conflict.

Merge libraries take changes that touch each other for a conflict, since in code they often are one.
In a report they are not: a note beside a claim says nothing of whether the claim may leave.
"""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Units = tuple[str, ...]


class Edit(NamedTuple):
    """Units that one side changed, and what it made of them."""

    was: Units
    became: Units


class Stretch(NamedTuple):
    """A stretch of the base, and what each side made of it."""

    base: Units
    mine: Units
    new: Units
    edits: tuple[Edit, ...] = ()
    """What "mine" changed of it, where both sides changed it."""


def stretches(base: Sequence[str], mine: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    """Yield the three texts side by side, cut so that changes of one side stand apart.

    Both sides changed a stretch only where their changes overlap, or where both add at one place.
    What "mine" adds amid what "new" takes away or changes follows that in a stretch of its own.

    Args:
        base: the units that both sides began with.
        mine: what one side made of them.
        new: what the other one did.
    """
    left = [_slid(base, change) for change in _changes(base, mine)]
    right = list(_changes(base, new))
    spans = _joined(change for change in (*left, *right) if not change.is_addition)
    free = _free(left, right, spans)
    at = 0
    for start, end in (*spans, (len(base), len(base) + 1)):
        for place in sorted(place for place in free if at <= place <= start):
            yield from _same(base[at:place])
            yield Stretch((), *free.pop(place))
            at = place
        yield from _same(base[at:start])
        if start < len(base):
            yield from _changed(base, (start, end), left, right)
        at = end


class _Change(NamedTuple):
    start: int
    end: int
    units: Units

    @property
    def is_addition(self) -> bool:
        return self.start == self.end

    def lies_in(self, span: tuple[int, int]) -> bool:
        """Whether it is a change of units of the span, or an addition amid them."""
        start, end = span
        if self.is_addition:
            return start < self.start < end
        return start <= self.start and self.end <= end


def _changes(base: Sequence[str], other: Sequence[str]) -> Iterator[_Change]:
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield _Change(start, end, tuple(other[first:last]))


def _slid(base: Sequence[str], change: _Change) -> _Change:
    """Return an addition that ends, rather than begins, with the blank that sets it apart.

    Which of two blank lines is the new one nobody can tell; what stands before it may leave, and
    is not to take the blank line along.
    """
    start, _, units = change
    if not change.is_addition:
        return change
    while start < len(base) and units[0] == base[start] and not units[0].strip():
        start, units = start + 1, (*units[1:], units[0])
        if all(not unit.strip() for unit in units):
            break
    return _Change(start, start, units)


def _joined(changes: Iterable[_Change]) -> list[tuple[int, int]]:
    """Return the spans of the base that are changed, those that overlap as one."""
    spans: list[tuple[int, int]] = []
    for start, end, _ in sorted(changes):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _free(
    left: Sequence[_Change], right: Sequence[_Change], spans: Sequence[tuple[int, int]]
) -> dict[int, tuple[Units, Units]]:
    """Return what is added beside what is changed, by place."""
    found: dict[int, tuple[Units, Units]] = defaultdict(lambda: ((), ()))
    for side, changes in enumerate((left, right)):
        for change in changes:
            if change.is_addition and not any(map(change.lies_in, spans)):
                mine, new = found[change.start]
                added = (mine + change.units, new) if side == 0 else (mine, new + change.units)
                found[change.start] = added
    return found


def _changed(
    base: Sequence[str],
    span: tuple[int, int],
    left: Sequence[_Change],
    right: Sequence[_Change],
) -> Iterator[Stretch]:
    mine = [change for change in left if change.lies_in(span)]
    new = [change for change in right if change.lies_in(span)]
    beside = [] if any(not change.is_addition for change in mine) else mine
    within = [] if beside else mine
    edits = tuple(Edit(tuple(base[item.start : item.end]), item.units) for item in within)
    made = _made(base, span, within), _made(base, span, new)
    yield Stretch(tuple(base[slice(*span)]), *made, edits)
    if beside:
        yield Stretch((), tuple(unit for change in beside for unit in change.units), ())


def _made(base: Sequence[str], span: tuple[int, int], changes: Sequence[_Change]) -> Units:
    at, end = span
    out: list[str] = []
    for change in changes:
        out += (*base[at : change.start], *change.units)
        at = change.end
    return (*out, *base[at:end])


def _same(units: Sequence[str]) -> Iterator[Stretch]:
    if units:
        yield Stretch(tuple(units), tuple(units), tuple(units))
