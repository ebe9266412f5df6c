"""A claim and another that is to have its place → whether the other can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.text.contrast import differing, same_unit, turned
from rag.text.figures import content_words
from rag.text.quantities import missing
from rag.text.said import taken_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.text.said import Said
    from rag.types import Claim

_SAYS_ALL = 0.5
"""Share of a claim's content words that another must have to say all of it."""
_SAME_SUBJECT = 0.5
"""The same, figures apart, to speak of the same thing."""
_UNNAMED = 0.7
"""The same, where no name says of which thing it speaks."""


def covers(claims: Sequence[Claim], other: Claim) -> bool:
    """Whether claims of an exact writer have what the other says: figures, and most of its words.

    Two rows of one thing may tell of it in different words.
    """
    words, others = "\n".join(map(words_of, claims)), words_of(other)
    rows = any(claim.cells[:1] == other.cells[:1] != () for claim in claims)
    return not missing(others, words) and (rows or _shared(other, words) >= _SAYS_ALL)


def says_all(by: Claim, claim: Claim) -> bool:
    """Whether one claim says all of another: its figures, names, scopes, and most of its words.

    What says the opposite in the same words does not.
    """
    mine, theirs = taken_apart(words_of(claim)), taken_apart(words_of(by))
    return (
        not missing(words_of(claim), words_of(by))
        and _named(mine) <= _spoken_of(theirs)
        and _in_scope(mine, theirs)
        and not turned(mine, theirs)
        and _shared(claim, words_of(by)) >= _SAYS_ALL
    )


def supersedes(by: Claim, claim: Claim) -> bool:
    """Whether one claim says what is true now of the very thing that another spoke of.

    It names what the other names and speaks of it in the same scope and in the same words; and what
    it says is another figure of the same unit, or the opposite.
    """
    mine, theirs = taken_apart(words_of(claim)), taken_apart(words_of(by))
    if not _named(mine) <= _spoken_of(theirs):
        return False
    if not (_in_scope(mine, theirs) and _in_scope(theirs, mine)):
        return False
    words = frozenset(mine.words)
    shared = len(words & frozenset(theirs.words)) / (len(words) or 1)
    if shared < (_SAME_SUBJECT if _named(mine) else _UNNAMED):
        return False
    return bool(turned(mine, theirs)) or _has_changed(mine, theirs)


def words_of(claim: Claim) -> str:
    """Return all words of a claim."""
    return " ".join((claim.text, *claim.cells))


def _has_changed(mine: Said, theirs: Said) -> bool:
    """Whether a figure of the one is another one of the same unit in the other."""
    old, new = differing(mine.figures, theirs.figures)
    return any(same_unit(figure, other) for figure in old for other in new)


def _in_scope(mine: Said, theirs: Said) -> bool:
    """Whether the one's scopes are the other's: `each chip` is also what `the chips` have."""
    return all(
        scope in theirs.scopes or scope.removeprefix("per ") in theirs.words
        for scope in mine.scopes
    )


def _named(said: Said) -> frozenset[str]:
    """Return the stems of a claim's names; its first word, capitalised anyhow, may be one."""
    return said.capitals | {said.may_be_named} - {""}


def _spoken_of(said: Said) -> frozenset[str]:
    return frozenset(said.words) | said.capitals


def _shared(claim: Claim, words: str) -> float:
    mine = content_words(words_of(claim))
    return len(mine & content_words(words)) / (len(mine) or 1)
