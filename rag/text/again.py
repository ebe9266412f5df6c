"""Whether words were said before, whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.text.figures import WORD, content_words

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAST = 4
"""Content words from which a part of a sentence says something of its own."""


def says_again(text: str, earlier: Iterable[str]) -> bool:
    """Whether a text is a run of an earlier one's words, or has all of one in a run.

    Letter case and punctuation make no difference. Fewer than four content words are no statement.
    """
    mine = _words(text)
    return any(_is_run(mine, _words(other)) or _is_run(_words(other), mine) for other in earlier)


def _words(text: str) -> str:
    return f" {' '.join(WORD.findall(text.lower()))} "


def _is_run(part: str, whole: str) -> bool:
    return part in whole and len(content_words(part)) >= _LEAST
