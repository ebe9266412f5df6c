"""A sentence of the passage whole, and words around it by which the claim takes it back.

"It is not true that …" keeps every word of what it denies: what was changed tells nothing of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.adapters.support.lexicon import NOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.support.place import Place
    from rag.adapters.support.tokens import Token

_BEFORE = re.compile(
    r"\b(?:not|no|never|nobody|false|untrue|wrong|mistaken?|myth|misconception|fallacy|rumou?r(?:ed)?|"
    r"unlikely|hardly|unproven|unclear|unknown|once|formerly|disproved|debunked|refuted|"
    r"den(?:y|ies|ied)|doubts?|doubted|disputed?|disputes|questions?|rejects?|rejected|fail(?:s|ed)?|"
    r"hope[sd]?|expect(?:s|ed)?|alleged?|pretends?|supposed)\b.*"
    r"\b(?:that|whether|how|think|believe|say)$"
    r"|\b(?:den(?:y|ies|ied)|doubts?|disputes?|if|unless|supposedly|reportedly|allegedly|theory)$"
    r"|^contrary to\b",
    re.IGNORECASE,
)
"""Words before a sentence by which a claim does not make it its own."""
_BEHIND = re.compile(
    r"\b(?:not (?:true|so|the case)|"
    r"(?:is|was|be) (?:a |an )?(?:false|wrong|untrue|myth|lie|unproven)|"
    r"(?:denied|disputed|disproved|refuted|debunked|doubted|rejected) by|"
    r"(?:critics|nobody|others) (?:\w+ )?(?:doubt|deny|dispute|believes?))\b",
    re.IGNORECASE,
)
_BEYOND_DOUBT = re.compile(
    r"\b(?:no|not|nobody|never|hardly)\b.*\b(?:doubt(?:s|ed)?|question|den(?:y|ies|ied)|disputed?s?)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:myth|misconception|fallacy|untrue|false|wrong|doubts?|den(?:y|ies|ied))\b", re.IGNORECASE
)
_CONTENT = 6
"""Content words of a sentence that is kept, from which it is no heading and no phrase."""
_KEPT = 0.75
"""Share of its content words from which it is kept."""
_NEAR = 8
"""Words before it among which one takes it back."""


def unsaid(place: Place) -> bool:
    """Whether a claim keeps a sentence of the passage and says, before or behind it, that not.

    A claim that denies what the passage denies is let through.
    """
    claim, at = place.claim, 0
    for sentence in place.sentences:
        columns = range(at, at + len(sentence.tokens))
        at = columns.stop
        rows = [row for row, column in place.alignment.kept if column in columns]
        content = sum(token.has_content for token in sentence.tokens)
        if content < _CONTENT or sum(claim[row].has_content for row in rows) < _KEPT * content:
            continue
        said = " ".join(token.text for token in sentence.tokens)
        if _nots(claim[rows[0] : rows[-1] + 1]) != _nots(sentence.tokens) or _TAKEN_BACK.search(
            said
        ):
            continue
        before = " ".join(token.text for token in claim[: rows[0]][-_NEAR:])
        behind = " ".join(token.text for token in claim[rows[-1] + 1 :])
        before = _BEYOND_DOUBT.sub("", before)
        if _BEFORE.search(before) or _BEHIND.search(behind):
            return True
    return False


def _nots(tokens: Sequence[Token]) -> int:
    return sum(token.stem in NOT for token in tokens)
