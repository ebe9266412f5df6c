"""Claims that take a half of a sentence and turn it, or put together one of two halves."""

from __future__ import annotations

from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from rag.adapters.support.meanings import opposed
from rag.text.opposites import SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.place import Place
    from rag.adapters.support.tokens import Token

_BEFORE, _BEHIND = 3, 6
"""Words before and behind a place among which is counted how much was kept."""
_NEAR = 14
"""Words from the one subject to the other."""
_AGAIN = 2
"""Words that stand again from which nobody takes them for chance; or one like "is"."""
_CONTRASTS = frozenset("and but while whereas".split())
"""Words that join two halves of a sentence, each of its own subject."""


def reversed_here(place: Place) -> bool:
    """Whether a word has its opposite, or another scope, in its place, between the same words.

    The claim may be half of the sentence, and the other half may have the word as well.
    """
    rows = dict(place.alignment.kept)
    return any(
        _excludes(place.claim[row], place.window[column])
        and rows.get(row - 1, -1) == column - 1
        and (row + 1 == len(place.claim) or rows.get(row + 1) == column + 1)
        and place.is_same_here(row - _BEFORE, row)
        and place.is_same_here(row + 1, row + _BEHIND + 1)
        for row, column in place.alignment.replaced
    )


def spliced(place: Place) -> bool:
    """Whether a claim goes from one half of a sentence into the other, past what that is about.

    Of "A is bound by C and B is bound by D" it says "A is bound by D": what stands before the gap
    stands at its end again, behind another subject.
    """
    claim = {token.stem for token in place.claim}
    kept = place.alignment.kept
    return _has_the_other_subject(place) or any(
        place.is_copied
        and following[0] == row + 1
        and _has_own_subject(place.window, column, following[1], claim)
        for (row, column), following in pairwise(kept)
    )


def _has_the_other_subject(place: Place) -> bool:
    """Whether a claim's first word is of the other half: both have the same word behind it."""
    words, rows = [token.stem for token in place.window], dict(place.alignment.kept)
    for row, column in place.alignment.replaced:
        is_kept = place.is_same_here(row + 1, len(place.claim))
        is_first = [token.has_content for token in place.claim[: row + 1]].count(True) == 1
        if not (place.claim[row].has_content and is_first and is_kept):
            continue
        if rows.get(row + 1) != column + 1:
            continue
        pair = [place.claim[row].stem, words[column + 1]]
        own = [at for at in range(len(words) - 1) if words[at : at + 2] == pair]
        near = [at for at in own if abs(at - column) <= _NEAR]
        if any(_CONTRASTS & set(words[min(at, column) : max(at, column)]) for at in near):
            return True
    return False


def _has_own_subject(window: Sequence[Token], last: int, after: int, claim: set[str]) -> bool:
    """Whether the words round `window[last + 1 : after]` stand in it again, of another subject."""
    words = [token.stem for token in window]
    gap = words[last + 1 : after]
    behind = _run(gap, words[after:])
    before = _run(gap[behind:][::-1], words[: last + 1][::-1])
    end = after - before
    joins = [at for at in range(last + 1 + behind, end) if words[at] in _CONTRASTS]
    again = [*window[last + 1 : last + 1 + behind], *window[end:after]]
    if not joins or (len(again) < _AGAIN and all(token.has_content for token in again)):
        return False
    subject = {token.stem for token in window[joins[-1] + 1 : end] if token.has_content}
    return bool(subject) and not subject & claim


def _run(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two runs begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _excludes(one: Token, other: Token) -> bool:
    """Whether two words are opposites, or of two scopes: total and active, peak and sustained."""
    scopes = {SCOPES.get(token.text.lower()) for token in (one, other)}
    return opposed(one.stem, other.stem) or (None not in scopes and len(scopes) > 1)
