"""PairScorer for support without a language model: exact checks, alignment, a reranker's word.

Pairs are (claim, passage). What is good and bad about it is measured in docs/support.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.support.stored import THRESHOLD, stored
from rag.text.writings import in_one_writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.features import Reading
    from rag.ports import PairScorer

DEFAULT_THRESHOLD = THRESHOLD
"""The least score of a claim that passes. At most 5 % of the labelled sets' supported claims, whose
figures stand in their evidence, score less, whether a model has not seen their evidence or not
seen their set (docs/support.md)."""
RERANKED = ("rerank_window", "rerank_few")
"""Features that a reranker gives."""
_VERBATIM = 1.0
_RULES = 5
"""Raised when an exact rule changes: scores are kept by name, and others are not its own."""


class SupportScorer:
    """PairScorer: the probability that a passage supports a claim. See `PairScorer`.

    It has its name before anything is loaded: scores are kept by that, and a report that is
    checked again asks for no new one.

    Args:
        reranker: scores (claim, a few sentences of the passage). The weights were learned with
            cross-encoder/ms-marco-MiniLM-L-12-v2; another has another scale. Without one, weights
            of their own are used.
    """

    def __init__(self, reranker: PairScorer | None = None) -> None:
        self._reranker = reranker
        version = f"support/{stored()['version']}.{_RULES}"
        self.name = version + (f"+{reranker.name}" if reranker else "")

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`; scores lie in [0, 1].

        Args:
            pairs: claims with their passages; quotes of one claim are joined by a newline.
        """
        from rag.adapters.support.features import read
        from rag.adapters.support.model import weights

        model = weights().with_reranker if self._reranker else weights().without_reranker
        scores = [_VERBATIM if is_verbatim(*pair) else 0.0 for pair in pairs]
        rest = [at for at, score in enumerate(scores) if score != _VERBATIM]
        readings = [read(*pairs[at]) for at in rest]
        rows = [dict(reading.features) for reading in readings]
        if self._reranker:
            for row, more in zip(rows, reranked(self._reranker, readings), strict=True):
                row.update(more)
        # A score is a function of its own pair: the sums of one row do not depend on the others.
        for at, score in zip(rest, model.score(rows), strict=True):
            scores[at] = score
        return scores


def is_verbatim(claim: str, passage: str) -> bool:
    """Whether a claim's words are a run of a passage's.

    Letter case and white space say nothing, nor in which writing a figure stands.
    """
    return _is_run(claim, passage) or _is_run(*in_one_writing(claim, passage))


def _is_run(claim: str, passage: str) -> bool:
    from rag.adapters.support.tokens import plain_words

    wanted = plain_words(claim)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(plain_words(passage))} "


def reranked(reranker: PairScorer, readings: Sequence[Reading]) -> list[dict[str, float]]:
    """Return the reranker's features of each reading; each text is scored once."""
    asked = [
        (reading.claim, text) for reading in readings for text in (reading.window, reading.few)
    ]
    once = list(dict.fromkeys(asked))
    known = dict(zip(once, reranker.score(once), strict=True)) if once else {}
    found = [known[pair] for pair in asked]
    return [
        dict(zip(RERANKED, both, strict=True)) for both in zip(found[::2], found[1::2], strict=True)
    ]


def feature_names(*, with_reranker: bool) -> tuple[str, ...]:
    """Return the names of the features that a model is learned on, in order."""
    from rag.adapters.support.features import NAMES

    return (*NAMES, *RERANKED) if with_reranker else NAMES
