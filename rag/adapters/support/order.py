"""Who did what to whom: two words, or runs of words, that stand in each other's place.

`swapped` wants all else to be the same and is sure; `exchanged` sees through rewording and is not:
lists, appositions and dates change their order lawfully.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rag.adapters.support.lexicon import stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.adapters.support.tokens import Token

_RELATIONS = frozenset(
    "than from to into of for over by with on in at through before after".split()
)
"""Function words that say which side is which; "and" does not."""
_CONTRASTS = frozenset("while whereas but although though unlike".split())
"""Words that set two sides against each other, so that it matters which is which."""
_JOINS = frozenset("and or nor".split())
"""Words of a list, whose parts stand in any order."""
_SAID = frozenset(map(stem, "said say added wrote write noted explained stated".split()))
"""Verbs of saying: who says something may stand before it or behind."""
_HAS = frozenset("has have had is are was were do does did will".split())
_BE = frozenset("is are was were be been being am get gets got".split())
_BEFORE_NOUN = frozenset("the a an of its their this these and".split())
_WAYS = frozenset("which what how".split())
_SIDE = 4
"""Content words on each side of a verb among which those are who do it and to whom."""
_LONGEST = 14
"""Words of a swap, from the first of the one run to the last of the other."""


def swapped(claim: Sequence[Token], window: Sequence[Token]) -> bool:
    """Whether the claim has `B X A` where the window has `A X B`, each word for word.

    X says which is which: a relation, a verb, whatever is not a list. What stands before and after
    is the same on both sides, or the end of the claim; and the claim's own order stands nowhere.
    """
    mine, theirs = [token.stem for token in claim], [token.stem for token in window]
    for at, there in _breaks(mine, theirs):
        most = min(_LONGEST, len(mine) - at, len(theirs) - there)
        for size in range(3, most + 1):
            end, end_there = at + size, there + size
            ends = end == len(mine) or (end_there < len(theirs) and mine[end] == theirs[end_there])
            if ends and _turned(claim[at:end], window[there:end_there]):
                return not _stands(mine[max(0, at - 1) : end + 1], theirs)
    return False


def _stands(run: Sequence[str], words: Sequence[str]) -> bool:
    return any(words[at : at + len(run)] == run for at in range(len(words) - len(run) + 1))


def _breaks(mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where words that went together, or the claim's first, go together no more."""
    places: dict[str, list[int]] = {}
    for there, word in enumerate(theirs):
        places.setdefault(word, []).append(there)
    if mine:
        yield from ((0, there) for there, word in enumerate(theirs) if word != mine[0])
    for at, word in enumerate(mine[:-1], start=1):
        for there in places.get(word, ()):
            if there + 1 < len(theirs) and theirs[there + 1] != mine[at]:
                yield at, there + 1


def _turned(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether one is `B X A` and the other `A X B`, A and B with content, X a relation."""
    one, other = [token.stem for token in mine], [token.stem for token in theirs]
    if sorted(one) != sorted(other):
        return False
    for first in range(1, len(one) - 1):
        if one[:first] != other[-first:]:
            continue
        for last in range(1, len(one) - first):
            is_turned = one[-last:] == other[:last] and one[first:-last] == other[last:-first]
            runs = (mine[:first], mine[-last:])
            if is_turned and all(any(t.has_content for t in run) for run in runs):
                return _relates(mine[first:-last])
    return False


def _relates(between: Sequence[Token]) -> bool:
    words = {token.stem for token in between}
    if words and words <= _SAID:
        return False
    if words & (_RELATIONS | _CONTRASTS | _HAS):
        return True
    return not words & _JOINS and any(token.has_content for token in between)


def exchanged(claim: Sequence[Token], window: Sequence[Token]) -> bool:
    """Whether two runs of shared words change places round words that stay, or round a relation.

    Words that stand once in both count. A passive ("was beaten by") turns the order lawfully.
    """
    theirs = _once(window)
    mine = [(stem, at) for stem, at in _once(claim).items() if stem in theirs]
    by_place = sorted(theirs[stem] for stem, _ in mine)
    order = [by_place.index(theirs[stem]) for stem, _ in mine]
    first, last = 0, len(order) - 1
    while first <= last and order[first] == first:
        first += 1
    while last > first and order[last] == last:
        last -= 1
    if first >= last:
        return False
    middle = [place - first for place in order[first : last + 1]]
    cut = _blocks(middle)
    if cut is None:
        return False
    start, end = mine[first][1], mine[last][1]
    between = claim[start : end + 1]
    there = window[by_place[first] : by_place[last] + 1]
    if _agents(between) != _agents(there):
        return False
    related = {token.stem for token in between} & {token.stem for token in there}
    return cut or bool(_RELATIONS & related)


def _agents(tokens: Sequence[Token]) -> set[str]:
    """Return the words that "by" follows."""
    return {one.stem for one, other in pairwise(tokens) if other.stem == "by"}


def _once(tokens: Sequence[Token]) -> dict[str, int]:
    stems = [token.stem for token in tokens]
    return {
        token.stem: at
        for at, token in enumerate(tokens)
        if token.has_content and stems.count(token.stem) == 1
    }


def _blocks(order: Sequence[int]) -> bool | None:
    """Return whether words stay between two runs that change places; None if none do.

    `order` is 0 … n-1 as the claim has it: `B X A` for the window's `A X B`.
    """
    size = len(order)
    head = 1
    while head < size and order[head] == order[head - 1] + 1:
        head += 1
    tail = size - 1
    while tail > 0 and order[tail] == order[tail - 1] + 1:
        tail -= 1
    begins_last = order[head - 1] == size - 1
    ends_first = order[tail] == 0
    if not (begins_last and ends_first) or head > tail:
        return None
    inner = list(order[head:tail])
    expected = list(range(size - tail, size - head))
    return bool(inner) if inner == expected else None


def passive_turned(claim: Sequence[Token], sentence: Sequence[Token]) -> bool:
    """Whether one is passive, one active, and both have the same words on the same sides.

    "B is beaten by A" says what "A beats B" says; "A is beaten by B" does not.
    """
    for at, token in enumerate(claim):
        for there, other in enumerate(sentence):
            if token.stem != other.stem or not token.has_content:
                continue
            mine, theirs = _is_passive(claim, at), _is_passive(sentence, there)
            is_noun = _is_noun(sentence, there) if mine else _is_noun(claim, at)
            if mine == theirs or is_noun:
                continue
            before, after = _sides(claim, at)
            first, last = _sides(sentence, there)
            if before & first and after & last and not before & last and not after & first:
                return True
    return False


def _is_passive(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is what somebody does: "is beaten by"; "is to fall by 5" is none."""
    if at + 2 >= len(tokens) or tokens[at + 1].stem != "by" or tokens[at + 2].kind == "number":
        return False
    agent = tokens[at + 2].text.lower()
    is_way = agent.endswith("ing") or agent in _WAYS
    before = [token.stem for token in tokens[max(0, at - 2) : at]]
    return not is_way and "to" not in before and bool(_BE & set(before))


def _is_noun(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].stem in _BEFORE_NOUN


def _sides(tokens: Sequence[Token], at: int) -> tuple[set[str], set[str]]:
    """Return the words that stand near on one side of a verb alone."""
    before = [token.stem for token in tokens[:at] if token.has_content][-_SIDE:]
    after = [token.stem for token in tokens[at + 1 :] if token.has_content][:_SIDE]
    return set(before) - set(after), set(after) - set(before)
