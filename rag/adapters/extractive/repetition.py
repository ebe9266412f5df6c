"""Whether a candidate says again what others say, and whether it bears another one out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.text.contrast import turned
from rag.text.figures import INSTANCE, WORD, content_words, figures
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
_OPPOSED = 0.75
"""Share of common words from which a "not" in one of them makes them opposites."""
_ANYWHERE = frozenset("you your we our us can now also very just".split())
"""Words whose place says nothing."""
_ANY_INSTANCE = frozenset("amazon aws ec2 instance".split())
"""Words that do not tell one instance from another."""
_OF_A_NAME = re.compile(r"\b(\w+(?: [a-z]\w*)?) (?:on|of|in) ((?:[A-Z]\w+)(?: [A-Z]\w+)*)")
"""A thing of something named: `prompt caching on Amazon Bedrock`."""


def is_rule(row: Candidate) -> bool:
    """Whether a row says when to use what, and why."""
    return tuple(name.lower() for name in row.header) == ("when", "use", "because")


def repeated(candidate: Candidate, chosen: Iterable[Candidate]) -> Candidate | None:
    """Return the chosen one that says all of it: its figures, and most of its words.

    Where only several together do, it is the one that says most. What says the opposite in the same
    words says nothing of it: both are shown, and the conflict is seen.
    """
    words, others = candidate.words, list(chosen)
    if other := repeated_by_one(candidate, others):
        return other
    if any(contradicts(candidate, other) for other in others):
        return None
    together = frozenset[str]().union(*(other.words for other in others))
    if len(words & together) / (len(words) or 1) < _ALIKE_WITHOUT_FIGURES:
        return None
    if not _has_all_of("\n".join(other.text for other in others), candidate):
        return None
    return max(others, key=lambda other: len(words & other.words), default=None)


def repeated_by_one(candidate: Candidate, chosen: Iterable[Candidate]) -> Candidate | None:
    """Return the one of the chosen that alone says all of a candidate. See `repeated`."""
    others = list(chosen)
    if is_rule(candidate):
        same = next((other for other in others if _is_same_rule(candidate, other)), None)
        if same is not None:
            return same
    if any(contradicts(candidate, other) for other in others):
        return None
    return next((other for other in others if _says_all_of(other, candidate)), None)


def says_it_too(candidate: Candidate, other: Candidate) -> bool:
    """Whether a candidate of another reference bears the other one out: all of its figures."""
    elsewhere = candidate.place[0] != other.place[0]
    if not elsewhere or not _has_all_of(candidate.text, other) or _opposed(candidate, other):
        return False
    if candidate.kind == "row":
        return candidate.cells[0].lower() == other.cells[0].lower()
    shared = len(candidate.words & other.words) / (len(other.words) or 1)
    return shared >= _BEARS_OUT and _in_order(candidate.text, other.text)


def contradicts(candidate: Candidate, other: Candidate) -> bool:
    """Whether two say other things in the same words."""
    return _opposed(candidate, other) or _turned_round(candidate, other)


def _says_all_of(other: Candidate, candidate: Candidate) -> bool:
    alike = _ALIKE if _same_figures(candidate.text, other.text) else _ALIKE_WITHOUT_FIGURES
    return _shared(candidate.text, other.text) >= alike and _has_all_of(other.text, candidate)


def _is_same_rule(rule: Candidate, other: Candidate) -> bool:
    """Whether two rules advise the same, for the same reason, in about the same case.

    The order in which a rule names what must hold says nothing; `Trn2` is advised by the name of
    the family or of its one size.
    """
    if not is_rule(other) or _kinds(rule.cells[1]) != _kinds(other.cells[1]):
        return False
    when, _, because = map(_families, rule.cells)
    other_when, _, other_because = map(_families, other.cells)
    alike = _ALIKE if _same_figures(because, other_because) else _ALIKE_WITHOUT_FIGURES
    return (
        _shared(when, other_when) >= _ALIKE
        and _shared(because, other_because) >= alike
        and _in_order(because, other_because)
        and _has_all(f"{other_when}\n{other_because}", (when, because))
        and not turned(taken_apart(because), taken_apart(other_because))
    )


def _kinds(use: str) -> frozenset[str]:
    return content_words(_families(use)) - _ANY_INSTANCE


def _families(text: str) -> str:
    """Return a text in which each instance stands as its family: `P6-B200`, whatever its size."""
    return INSTANCE.sub(lambda match: match[0].rpartition(".")[0], text)


def _shared(text: str, other: str) -> float:
    """Return the share of a text's words that the other one has."""
    words = content_words(text)
    return len(words & content_words(other)) / (len(words) or 1)


def _has_all_of(text: str, candidate: Candidate) -> bool:
    """Whether a text has the figures and the names of a candidate: Ohio says nothing of Tokyo."""
    return _has_all(text, candidate.cells or (candidate.text,))


def _has_all(text: str, cells: Sequence[str]) -> bool:
    named = frozenset[str]().union(*(taken_apart(cell).capitals for cell in cells))
    absent = named - taken_apart(text).capitals - content_words(text)
    return not (absent or missing("\n".join(cells), text))


def _turned_round(one: Candidate, other: Candidate) -> bool:
    """Whether two say other things in the same words: who does what has changed places."""
    shared = _shared(one.text, other.text)
    return shared >= _ALIKE_WITHOUT_FIGURES and not _in_order(one.text, other.text)


def _in_order(one: str, other: str) -> bool:
    """Whether the words that two texts share stand in one order."""
    both = (content_words(one) & content_words(other)) - _ANYWHERE
    first, second = (
        [word for word in map(_bare, WORD.findall(_OF_A_NAME.sub(r"\2 \1", text))) if word in both]
        for text in (one, other)
    )
    return _longest_common(first, second) >= _ORDERED * min(len(first), len(second))


def _longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest subsequence that two have.

    `difflib` begins with the longest run, and so finds less where a name stands twice.
    """
    row = [0] * (len(second) + 1)
    for word in first:
        above = 0
        for at, other in enumerate(second, 1):
            above, row[at] = row[at], above + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]


def _bare(word: str) -> str:
    return next(iter(content_words(word)), "")


def _same_figures(one: str, other: str) -> bool:
    return bool(set(figures(one)) & set(figures(other)))


def _opposed(one: Candidate, other: Candidate) -> bool:
    """Whether two say opposite things of the same, in about the same words."""
    shared = 2 * len(one.words & other.words) / (len(one.words) + len(other.words) or 1)
    return shared >= _OPPOSED and bool(turned(taken_apart(one.text), taken_apart(other.text)))
