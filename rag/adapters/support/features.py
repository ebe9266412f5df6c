"""Claim and passage → numbers that tell whether the one supports the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.support import differences
from rag.adapters.support.passages import (
    best_few,
    best_window,
    bigrams,
    passage,
    text_of,
)
from rag.adapters.support.tokens import Token, tokens
from rag.adapters.support.vetoes import bounds_turned
from rag.text.names import missing_names
from rag.text.quantities import missing as missing_figures
from rag.text.sentences import sentence_spans
from rag.text.writings import in_one_writing

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANY_SENTENCES = 6
"""A claim is a sentence or two; of a longer one the first few sentences are aligned."""


class Reading(NamedTuple):
    """What a claim and a passage show without a model, and what to ask a reranker."""

    claim: str
    """The claim, its figures as the passage writes them."""
    features: Mapping[str, float]
    window: str
    """The sentences that hold most of the claim."""
    few: str
    """A few sentences that hold most of it together."""


def read(claim: str, text: str) -> Reading:
    """Return the features of a claim beside a passage; see `NAMES`.

    An equal figure in another writing is no other word.
    """
    claim, text = in_one_writing(claim, text)
    source = passage(text)
    words = tokens(claim)
    wanted = sorted({token.stem for token in words if token.has_content})
    if not source.sentences or not wanted:
        # Nothing is said, or there is nothing to say it: that never passes.
        return Reading(claim, {**dict.fromkeys(NAMES, 0.0), "contradictions": 1.0}, "", "")
    window = best_window(wanted, source)
    few, few_recall = best_few(wanted, source)
    pairs = bigrams(words)
    found = {
        "recall": _share(stem in source.counts for stem in wanted),
        "few_recall": few_recall,
        "window_recall": window.recall,
        "bigrams": _share(pair in source.bigrams for pair in pairs),
        "figures_absent": float(len(missing_figures(claim, text))),
        "names_absent": float(len(missing_names(claim, text))),
    }
    found |= differences.missing(words, source)
    parts = [differences.compare(part, source) for part in _parts(claim)]
    found |= differences.combined(parts)
    found["contradictions"] += bounds_turned(claim, text)
    return Reading(
        claim,
        {name: found[name] for name in NAMES},
        text_of(source, range(window.first, window.last + 1)),
        text_of(source, few),
    )


def _parts(claim: str) -> list[tuple[Token, ...]]:
    spans = sentence_spans(claim)[:_MANY_SENTENCES]
    parts = [tokens(claim[start:end]) for start, end in spans]
    return [part for part in parts if any(token.has_content for token in part)] or [tokens(claim)]


def _share(values: object) -> float:
    items = list(values)  # type: ignore[call-overload]
    return sum(items) / len(items) if items else 1.0


NAMES = (
    "recall",
    "few_recall",
    "window_recall",
    "bigrams",
    "figures_absent",
    "names_absent",
    *differences.MISSING,
    *differences.COMPARED,
)
"""The features in the order of the model's weights."""
