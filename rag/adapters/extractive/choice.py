"""Candidates of a topic → those that it shows, and why the others are passed over.

Greedy, by exact merit and place: a function of the set of candidates, never of their order.
"""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.text.contrast import turned
from rag.text.figures import WORD, content_words, figures
from rag.text.quantities import missing
from rag.text.said import taken_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.adapters.extractive.candidates import Candidate

_ALIKE, _ALIKE_WITHOUT_FIGURES = 0.5, 0.7
"""Share of content words from which two claims say the same."""
_BEARS_OUT = 0.85
"""Share of a claim's content words that another reference must have to be cited for it, too."""
_ORDERED = 0.9
"""Share of the words that two claims share which stand in the same order in both."""
_ANYWHERE = frozenset("you your we our us can now also very just".split())
"""Words whose place says nothing."""
_OPPOSED = 0.75
"""The same, from which a "not" in one of them makes them opposites."""
_SECOND_HELPING = 4
"""What each further claim of one reference costs it in a topic: several voices are better."""
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


def within(ranked: Sequence[Ranked], words: int, *, spoken: int) -> Choice:
    """Return the best sentences that fit into `words`, several references preferred to one.

    Args:
        ranked: the candidates, in any order.
        words: how many words there is room for.
        spoken: how many of them may have been spoken.
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
        if other := repeated(candidate, chosen):
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


def rows(ranked: Sequence[Ranked], limit: int) -> Choice:
    """Return the rows of tables with at least two, one row for each thing that is compared.

    Tables share the room: a long one does not crowd out the short ones.
    """
    tables: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    passed: list[Passed] = []
    for item in sorted(ranked, key=lambda item: (-_filled(item.candidate), item.candidate.place)):
        row = item.candidate
        header = tuple(name.lower() for name in row.header)
        other = next((one for one in tables[header] if _same_row(row, one)), None)
        if other is None and "when" in header:  # rules are told apart by all of their words
            other = repeated(row, tables[header])
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
    """Whether two rows tell of the same thing, and the other one has all figures of the row."""
    same = row.cells[0].lower() == other.cells[0].lower()
    return same and not missing(row.text, other.text)


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


def repeated(candidate: Candidate, chosen: Iterable[Candidate]) -> Candidate | None:
    """Return the chosen one that says all of it: its figures, and most of its words.

    Where only several together do, it is the one that says most. What says the opposite in the same
    words says nothing of it: both are shown, and the conflict is seen.
    """
    words, others = candidate.words, list(chosen)
    if any(_opposed(candidate, other) or _turned_round(candidate, other) for other in others):
        return None
    for other in others:
        shared = len(words & other.words) / (len(words) or 1)
        alike = _ALIKE if _same_figures(candidate, other) else _ALIKE_WITHOUT_FIGURES
        if shared >= alike and _has_all_of(other.text, candidate):
            return other
    together = frozenset[str]().union(*(other.words for other in others))
    if len(words & together) / (len(words) or 1) < _ALIKE_WITHOUT_FIGURES:
        return None
    if not _has_all_of("\n".join(other.text for other in others), candidate):
        return None
    return max(others, key=lambda other: len(words & other.words), default=None)


def _has_all_of(text: str, candidate: Candidate) -> bool:
    """Whether a text has the figures and the names of a candidate: Ohio says nothing of Tokyo."""
    named = taken_apart(candidate.text).capitals - taken_apart(text).capitals
    return not (named - content_words(text) or missing(candidate.text, text))


def _turned_round(one: Candidate, other: Candidate) -> bool:
    """Whether two say other things in the same words: who does what has changed places."""
    shared = len(one.words & other.words) / (len(one.words) or 1)
    return shared >= _ALIKE_WITHOUT_FIGURES and not _in_order(one, other)


def _in_order(one: Candidate, other: Candidate) -> bool:
    """Whether the words that two share stand in one order."""
    first, second = (
        [word for word in map(_bare, WORD.findall(item.text)) if word in both]
        for both in ((one.words & other.words) - _ANYWHERE,)
        for item in (one, other)
    )
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return kept >= _ORDERED * min(len(first), len(second))


def _bare(word: str) -> str:
    return next(iter(content_words(word)), "")


def _same_figures(one: Candidate, other: Candidate) -> bool:
    return bool(set(figures(one.text)) & set(figures(other.text)))


def _opposed(one: Candidate, other: Candidate) -> bool:
    """Whether two say opposite things of the same, in about the same words."""
    shared = 2 * len(one.words & other.words) / (len(one.words) + len(other.words) or 1)
    return shared >= _OPPOSED and bool(turned(taken_apart(one.text), taken_apart(other.text)))


def says_it_too(candidate: Candidate, other: Candidate) -> bool:
    """Whether a candidate of another reference bears the other one out: all of its figures."""
    elsewhere = candidate.place[0] != other.place[0]
    if not elsewhere or not _has_all_of(candidate.text, other) or _opposed(candidate, other):
        return False
    if candidate.kind == "row":
        return candidate.cells[0].lower() == other.cells[0].lower()
    shared = len(candidate.words & other.words) / (len(other.words) or 1)
    return shared >= _BEARS_OUT and _in_order(candidate, other)
