"""New evidence → the claims that it may repeat, contradict or bring up to date.

Only these need to be read with it: what no sentence of it comes near stays as it is.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from rag.text.figures import content_words
from rag.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SHARE = 0.3
"""How much of a claim, by the weight of its words, a sentence has that comes near it. The ledger
lets no claim take another's place that has less than half of the other's words."""
_EACH = 3
"""How many claims a sentence may bring along, those that it shares most with: so what is read
grows with the evidence, however long the report becomes."""


def near(claims: Sequence[str], passages: Iterable[str]) -> set[int]:
    """Return the positions of the claims that a sentence or a row of a passage comes near.

    Args:
        claims: the words of each.
        passages: texts of new evidence.
    """
    found = [content_words(text) for text in claims]
    weights = _weights(found)
    homes: dict[str, list[int]] = defaultdict(list)
    for at, words in enumerate(found):
        for word in words:
            homes[word].append(at)
    whole = [sum(weights[word] for word in sorted(words)) for words in found]
    chosen: set[int] = set()
    for said in {words for text in passages for words in _sentences(text)}:
        shared: dict[int, float] = defaultdict(float)
        for word in sorted(said & homes.keys()):  # sums of floats depend on their order
            for at in homes[word]:
                shared[at] += weights[word]
        best = sorted((-weight / whole[at], at) for at, weight in shared.items())
        chosen |= {at for share, at in best[:_EACH] if -share >= _SHARE}
    return chosen


def _weights(found: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """Return how much each word tells: the rarer among the claims, the more."""
    counts = Counter(word for words in found for word in words)
    return {word: 1 + math.log(len(found) / count) for word, count in counts.items()}


def _sentences(text: str) -> set[frozenset[str]]:
    """Return the words of each sentence, and of each line: a row of a table is one."""
    parts = [text[start:end] for start, end in sentence_spans(text)]
    return {words for part in (*parts, *text.splitlines()) if (words := content_words(part))}
