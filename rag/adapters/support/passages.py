"""Passage → its sentences, and the windows of it that bear on a claim."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.support.tokens import Token, tokens
from rag.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST = 400
"""Characters of a piece: a run without full stops (a table, a menu) is cut there."""
_WIDEST = 3
"""Sentences in a window."""
_WIDTH_COST = 0.04
"""What a window's further sentence must bring, as a share of the claim's words."""
_FEW_SENTENCES = 4
_FEW_CHARACTERS = 900
"""How much of a passage the reranker reads."""


class Sentence(NamedTuple):
    """A sentence of a passage, or a piece of an overlong one."""

    text: str
    tokens: tuple[Token, ...]
    stems: frozenset[str]


class Passage(NamedTuple):
    """A passage taken apart."""

    sentences: tuple[Sentence, ...]
    counts: Counter[str]
    """In how many sentences a stem stands."""
    bigrams: frozenset[tuple[str, str]]
    capitals: frozenset[str]
    """Stems that stand with a capital within a sentence."""

    def rarity(self, stem: str) -> float:
        """Return how much a word tells, over 0 and up to 1: a rare one more than a common one."""
        total = len(self.sentences)
        return (1 + math.log((1 + total) / (1 + self.counts[stem]))) / (1 + math.log(1 + total))


class Window(NamedTuple):
    """Consecutive sentences of a passage, and how much of a claim they hold."""

    first: int
    last: int
    recall: float
    """Share of the claim's content words, weighted by rarity, in [0, 1]."""


@lru_cache(maxsize=128)
def passage(text: str) -> Passage:
    """Return a passage taken apart."""
    sentences = tuple(
        Sentence(piece, found, frozenset(token.stem for token in found))
        for piece in _pieces(text)
        if (found := tokens(piece))
    )
    counts = Counter(stem for sentence in sentences for stem in sentence.stems)
    every = [token for sentence in sentences for token in sentence.tokens]
    return Passage(
        sentences,
        counts,
        frozenset(bigrams(every)),
        frozenset(token.stem for token in every if token.kind == "name"),
    )


def bigrams(found: Sequence[Token]) -> list[tuple[str, str]]:
    """Return neighbours among the words that are no function words."""
    stems = [token.stem for token in found if token.kind != "function"]
    return list(pairwise(stems))


def _pieces(text: str) -> Iterable[str]:
    for line in text.split("\n"):
        for start, end in sentence_spans(line) if line.strip() else ():
            while end - start > _LONGEST:
                cut = line.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
                cut = cut if cut > 0 else start + _LONGEST
                yield line[start:cut]
                start = cut  # noqa: PLW2901 - the rest of the sentence
            yield line[start:end]


def best_window(claim: Iterable[str], source: Passage) -> Window:
    """Return the window that holds most of a claim's content stems; the first of equals."""
    wanted = {stem: source.rarity(stem) for stem in claim}
    total = sum(wanted.values()) or 1.0
    best, best_value = Window(0, 0, 0.0), -1.0
    hits = [sentence.stems & wanted.keys() for sentence in source.sentences]
    for first in range(len(hits)):
        held: frozenset[str] = frozenset()
        for width, hit in enumerate(hits[first : first + _WIDEST]):
            held |= hit
            recall = sum(wanted[stem] for stem in sorted(held)) / total
            value = recall - _WIDTH_COST * width
            if value > best_value:
                best, best_value = Window(first, first + width, recall), value
            if not hit and not width:
                break
    return best


def best_few(claim: Iterable[str], source: Passage) -> tuple[list[int], float]:
    """Return the few sentences that hold most of a claim together, in order, and what they hold.

    Returns:
        Positions of at most 4 sentences and 900 characters, and the weighted share of the claim's
        content stems that stand in them, in [0, 1].
    """
    wanted = {stem: source.rarity(stem) for stem in claim}
    total = sum(wanted.values()) or 1.0
    hits = {
        at: held
        for at, sentence in enumerate(source.sentences)
        if (held := sentence.stems & wanted.keys())
    }
    chosen: list[int] = []
    left, room = set(wanted), _FEW_CHARACTERS
    while hits and len(chosen) < _FEW_SENTENCES:
        # What is held already counts a little: a second sentence on the subject beats any other.
        value, at = max(
            (sum(wanted[s] * (1.0 if s in left else 0.1) for s in sorted(held)), -at)
            for at, held in hits.items()
        )
        at = -at
        held = hits.pop(at)
        size = len(source.sentences[at].text)
        if value <= 0 or (chosen and size > room):
            continue
        chosen.append(at)
        left -= held
        room -= size
    return sorted(chosen), 1.0 - sum(wanted[stem] for stem in sorted(left)) / total


def text_of(source: Passage, positions: Iterable[int]) -> str:
    """Return the sentences at the positions as one string."""
    return " ".join(source.sentences[at].text for at in positions)
