"""Claims → pairs of them that cannot both be true: other figures, or opposite things, of the same.

Two claims are compared when they share rare words. What differs decides: only figures of the same
unit, or only a negation or a direction. Whatever tells them apart as statements about two things
(another name, date, scope or unit) and whatever lets both be true (a hedge, a range) is no
conflict.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.text.contrast import differing, prefixed, same_unit, turned
from rag.text.said import taken_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.text.said import Figure, Said
    from rag.types import Claim

_FIGURE_LIKENESS = 0.6
"""How much of their words, by weight, two claims with different figures share."""
_STATEMENT_LIKENESS = 0.75
"""How much of their words, by weight, two opposite statements share."""
_SHARED_WORDS = 3
_COMMON = 40  # claims a word may stand in to bring two together, beside a tenth of all
_ABOUT = Decimal("0.1")


class Conflict(NamedTuple):
    """Two claims that cannot both be true."""

    first: Claim
    """Of the two, the one that came first."""
    second: Claim
    kind: Literal["figure", "statement"]
    reason: str
    """One line: what differs."""


def conflicts(claims: Sequence[Claim]) -> list[Conflict]:
    """Return the pairs of claims that conflict, each once, in the claims' order.

    Args:
        claims: what the report says; claims that stand on the same words of a document, and claims
            with the same text, never conflict.
    """
    said = [taken_apart(_text(claim)) for claim in claims]
    lower = {
        word
        for item in said
        for word in item.words
        if word not in item.capitals and word != item.may_be_named
    }
    said = [item._replace(may_be_named="") if item.may_be_named in lower else item for item in said]
    weights = _weights(said)
    found = []
    for one, other in _candidates(said):
        if _same_ground(claims[one], claims[other]):
            continue
        if outcome := _compared(said[one], said[other], weights):
            found.append(Conflict(claims[one], claims[other], *outcome))
    return found


def _text(claim: Claim) -> str:
    return " ; ".join(claim.cells) if claim.cells else claim.text


def _same_ground(one: Claim, other: Claim) -> bool:
    """Whether both stand on the same words: two figures of one sentence are no conflict."""
    return (one.text, one.cells) == (other.text, other.cells) or any(
        mine.document_id == theirs.document_id
        and mine.start < theirs.end
        and theirs.start < mine.end
        for mine in one.citations
        for theirs in other.citations
    )


# --- pairs that may conflict -----------------------------------------------------------------


def _weights(said: Sequence[Said]) -> dict[str, float]:
    """Return how much each word tells: the rarer, the more."""
    counts = Counter(word for item in said for word in item.words)
    return {word: 1 + math.log(len(said) / count) for word, count in counts.items()}


def _candidates(said: Sequence[Said]) -> Iterable[tuple[int, int]]:
    """Return the pairs, in order, that share at least two rare words, or one if they have few."""
    homes: dict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(said):
        for word in item.words:
            homes[word].append(at)
    rare = max(_COMMON, len(said) // 10)
    shared: Counter[tuple[int, int]] = Counter()
    for word in sorted(homes):
        places = homes[word]
        if len(places) <= rare:
            shared.update(
                (one, other) for index, one in enumerate(places) for other in places[index + 1 :]
            )
    least = 2
    return sorted(
        pair
        for pair, count in shared.items()
        if count >= least or min(len(said[pair[0]].words), len(said[pair[1]].words)) <= least
    )


# --- a pair ----------------------------------------------------------------------------------


def _compared(
    one: Said, other: Said, weights: Mapping[str, float]
) -> tuple[Literal["figure", "statement"], str] | None:
    """Return the kind of conflict with its reason, or None if both may be true."""
    named = one.capitals | other.capitals | {one.may_be_named, other.may_be_named}
    if _about(one, named) != _about(other, named):
        return None
    shared = one.words.keys() & other.words.keys()
    like = _likeness(one, other, weights) if len(shared) >= _SHARED_WORDS else 0
    if like < _FIGURE_LIKENESS:
        return None
    opposite = turned(one, other)
    mine, theirs = differing(one.figures, other.figures)
    if mine and theirs:
        is_told = shared & (one.capitals | other.capitals) or len(shared) > _SHARED_WORDS
        reason = _figures_conflict(mine, theirs) if is_told and not opposite else ""
        return ("figure", reason) if reason else None
    if opposite and like >= _STATEMENT_LIKENESS:
        return "statement", opposite
    return None


def _about(said: Said, named: frozenset[str]) -> tuple[frozenset[object], ...]:
    """Return what a claim is about: its dates, its scopes, and its words that are names."""
    return said.dates, said.scopes, frozenset(said.words.keys() & named)


def _likeness(one: Said, other: Said, weights: Mapping[str, float]) -> float:
    """Return what share of their words, by weight, two claims have in common, 0 to 1."""
    mine, theirs = one.words.keys(), other.words.keys()
    both = mine & theirs
    shared = 2 * sum(weights[word] for word in both)
    apart = sum(weights[word] for word in mine ^ theirs)
    if not shared or shared < apart / 2:
        return 0.0
    denied = {word for pair in prefixed(one, other) for word in pair}
    apart -= sum(weights[word] for word in denied)
    return shared / (shared + apart)


def _figures_conflict(mine: list[Figure], theirs: list[Figure]) -> str:
    """Return why figures that differ conflict; nothing if units differ or both may hold."""
    if len(mine) != len(theirs):
        return ""
    left = list(theirs)
    reasons = []
    for figure in mine:
        alike = [item for item in left if same_unit(figure, item)]
        match = min(
            alike, key=lambda item: item.quantity.unit != figure.quantity.unit, default=None
        )
        if match is None:
            return ""
        left.remove(match)
        if not _compatible(figure, match):
            reasons.append(f"{figure.quantity.text} against {match.quantity.text}")
    return ", ".join(reasons)


def _compatible(one: Figure, other: Figure) -> bool:
    """Whether both figures may be true of the same thing."""
    if one.hedged == other.hedged and one.hedged in {"most", "least"}:
        return False
    low, high = _bounds(one)
    least, most = _bounds(other)
    return low <= most and least <= high


def _bounds(figure: Figure) -> tuple[Decimal, Decimal]:
    low, high = figure.quantity.low, figure.quantity.high
    if figure.hedged == "most":
        return Decimal("-Infinity"), high
    if figure.hedged == "least" or figure.quantity.text.endswith("+"):
        return low, Decimal("Infinity")
    if figure.hedged == "about":
        return low - abs(low * _ABOUT), high + abs(high * _ABOUT)
    return low, high
