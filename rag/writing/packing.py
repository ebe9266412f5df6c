"""Texts → as many of them as a prompt has room for, whole, the most relevant first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
_PACKED = 3
"""Bytes a token. Fewer than tokenizers need for prompts (3.6 to 4.4), so that what
is packed fits: better too careful."""
_WORD = re.compile(r"[A-Za-z]+")
_MARK = re.compile(r"[!-/:-@\[-`{-~]")
_A_WORD, _A_DIGIT, _A_MARK, _OTHER = 1.25, 1.2, 0.5, 3.5
"""Tokens of a word, a digit, a mark of ASCII; bytes a token of what is not ASCII. Fitted to four
tokenizers on prompts of real documents: docs/bedrock.md."""
_HELD = 2
"""Bytes a token that a cap reckons with: a call must not take more than was held for it."""


def estimated_tokens(text: str) -> int:
    """Return how many tokens a text has at most, as a rule; no tokenizer is asked."""
    return -(-_bytes(text) // _PACKED)


def likely_tokens(text: str) -> int:
    """Return about how many tokens a text has: for English prompts within a tenth, as a rule."""
    ascii_bytes = text.encode("ascii", "ignore")
    digits = sum(map(ascii_bytes.count, b"0123456789"))
    words, marks = len(_WORD.findall(text)), len(_MARK.findall(text))
    other = _bytes(text) - len(ascii_bytes)
    return round(words * _A_WORD + digits * _A_DIGIT + marks * _A_MARK + other / _OTHER)


def most_tokens(text: str) -> int:
    """Return how many tokens a text has at the very most: what a cap holds for it."""
    return -(-_bytes(text) // _HELD)


def most_packed(tokens: int) -> int:
    """Return what a cap holds for a prompt that was packed to so many tokens."""
    return -(-tokens * _PACKED // _HELD)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def packed(
    items: Sequence[tuple[T, str]], merits: Sequence[float], room: int, most: int | None = None
) -> list[T]:
    """Return the items that fit, in the order in which they came; none is cut.

    Args:
        items: each with the text that stands for it in the prompt.
        merits: how relevant each is; of two alike the earlier one comes first.
        room: how many tokens there are.
        most: how many items there may be; as many as fit if None.
    """
    order = sorted(range(len(items)), key=lambda at: (-merits[at], at))
    chosen: set[int] = set()
    for at in order:
        tokens = estimated_tokens(items[at][1])
        if tokens <= room and (most is None or len(chosen) < most):
            room -= tokens
            chosen.add(at)
    return [item for at, (item, _) in enumerate(items) if at in chosen]
