"""Candidates of a topic → those that it shows, and why the others are passed over.

Greedy, by exact merit and place: a function of the set of candidates, never of their order.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.adapters.extractive.repetition import is_rule, repeated, repeated_by_one
from rag.text.figures import WORD, figures
from rag.text.quantities import missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.adapters.extractive.candidates import Candidate

_SECOND_HELPING = 4
"""What each further claim of one reference costs it in a topic: several voices are better."""
_SHORT = 2
"""Words up to which a cell is an answer, and no description."""
_EMPTY = frozenset({"", "-", "–", "—", "n/a", "not stated", "unknown"})


class Ranked(NamedTuple):
    """A candidate and what a reader gains from it, as an integer."""

    candidate: Candidate
    merit: int

    @property
    def order(self) -> tuple[int, str, int]:
        """The more rewarding first, then by place."""
        return -self.merit, *self.candidate.place


class Passed(NamedTuple):
    """A candidate that was passed over, for which other, and why."""

    candidate: Candidate
    by: Candidate
    fate: Literal["merged", "superseded", "outranked"]
    reason: str


class Choice(NamedTuple):
    """What a topic shows of its candidates."""

    chosen: list[Candidate]
    passed: list[Passed]


def within(
    ranked: Sequence[Ranked], words: int, *, spoken: int, told: Sequence[Candidate] = ()
) -> Choice:
    """Return the best sentences that fit into `words`, several references preferred to one.

    Args:
        ranked: the candidates, in any order.
        words: how many words there is room for.
        spoken: how many of them may have been spoken.
        told: what the topics before have chosen: it is not said again.
    """
    chosen: list[Candidate] = []
    passed: list[Passed] = []
    too_many: list[Candidate] = []
    helpings: dict[str, int] = defaultdict(int)
    left, pool = words, list(ranked)
    while pool:
        best = min(
            pool,
            key=lambda item: (
                -item.merit + _SECOND_HELPING * helpings[item.candidate.place[0]],
                *item.candidate.place,
            ),
        )
        pool.remove(best)
        candidate = best.candidate
        if best.merit <= 0:
            continue
        length = len(WORD.findall(candidate.text))
        is_one_too_many = candidate.spoken and sum(item.spoken for item in chosen) >= spoken
        if other := repeated(candidate, chosen) or repeated_by_one(candidate, told):
            passed.append(Passed(candidate, other, "merged", "it says no more"))
        elif length > left or is_one_too_many:
            too_many.append(candidate)
        else:
            chosen.append(candidate)
            helpings[candidate.place[0]] += 1
            left -= length
    return Choice(chosen, passed + _outranked(too_many, chosen))


def distinct(ranked: Sequence[Ranked], limit: int) -> Choice:
    """Return the first quotations, no two alike, up to `limit`."""
    chosen: list[Candidate] = []
    passed: list[Passed] = []
    too_many: list[Candidate] = []
    for item in ranked:
        if other := repeated(item.candidate, chosen):
            passed.append(Passed(item.candidate, other, "merged", "it says no more"))
        elif len(chosen) < limit:
            chosen.append(item.candidate)
        else:
            too_many.append(item.candidate)
    return Choice(chosen, passed + _outranked(too_many, chosen))


def rows(ranked: Sequence[Ranked], limit: int, *, told: Sequence[Candidate] = ()) -> Choice:
    """Return the rows of tables with at least two, one row for each thing that is compared.

    Tables share the room: a long one does not crowd out the short ones.

    Args:
        ranked: the candidates, in any order.
        limit: how many rows there is room for.
        told: what the topics before have chosen: none of its rules is given again.
    """
    tables: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    passed: list[Passed] = []
    for item in sorted(ranked, key=lambda item: (-_filled(item.candidate), item.candidate.place)):
        row = item.candidate
        header = tuple(name.lower() for name in row.header)
        if is_rule(row):  # rules are told apart by all of their words
            other = repeated(row, tables[header]) or repeated_by_one(row, told)
        else:
            other = next((one for one in tables[header] if _same_row(row, one)), None)
        if other is None:
            tables[header].append(row)
        else:
            passed.append(Passed(row, other, "merged", "the other row tells more of the same"))
    chosen: list[Candidate] = []
    too_many: list[Candidate] = []
    compared = sorted(tables, key=lambda name: (-len(tables[name]), name))
    rooms = _shared([len(tables[name]) for name in compared], limit)
    for header, room in zip(compared, rooms, strict=True):
        chosen += tables[header][:room]
        too_many += tables[header][room:]
    return Choice(chosen, passed + _outranked(too_many, chosen))


def _shared(sizes: Sequence[int], limit: int) -> list[int]:
    """Return how many rows each table may show: equal shares, and what the short ones leave.

    Args:
        sizes: how many rows they have, the longest first. One row compares nothing.
        limit: how many rows there is room for, in all.
    """
    several = sum(size > 1 for size in sizes)
    rooms = [0] * len(sizes)
    first = min(several, limit // 2)  # no table has room for less than two
    for place in reversed(range(first)):
        rooms[place] = min(sizes[place], limit // (place + 1))
        limit -= rooms[place]
    return rooms


def _same_row(row: Candidate, other: Candidate) -> bool:
    """Whether two rows tell the same of one thing: all figures, and each short answer."""
    same = row.cells[0].lower() == other.cells[0].lower()
    agree = all(map(_agree, _told(row), _told(other)))
    return same and agree and not missing(row.text, other.text)


def _agree(cell: str, other: str) -> bool:
    """Whether a cell says nothing else than another: `Yes` and `No` do, descriptions may differ."""
    short = max(len(cell.split()), len(other.split())) <= _SHORT
    return not (cell and other and short) or bool(set(cell.split()) & set(other.split()))


def _told(row: Candidate) -> list[str]:
    plain = (" ".join(cell.lower().split()) for cell in row.cells)
    return ["" if cell in _EMPTY else cell for cell in plain]


def _filled(row: Candidate) -> int:
    return 2 * sum(bool(cell) for cell in _told(row)) + len(figures(row.text))


def _outranked(too_many: Iterable[Candidate], chosen: Sequence[Candidate]) -> list[Passed]:
    """Return those for which there is no room, by the last that found some."""
    if not chosen:
        return []
    reason = "its topic is full, and what stands there is worth more"
    return [Passed(item, chosen[-1], "outranked", reason) for item in too_many]
