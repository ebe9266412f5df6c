"""The one stated normalisation, and the search for quotations under it.

Two texts are the same when they are equal after Unicode NFKC and after every run of white space
has become one space (ends stripped). Nothing else is forgiven: no case folding, no fuzzy matching.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON_FIRST = re.compile(r"[a-z]+(?=[\s,])")
_CLOSED = re.compile(r"[.!?…][\"”’)\]]*$")


def normalise(text: str) -> str:
    """Return `text` in the one normal form: NFKC, white-space runs as one space, stripped."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def as_sentence(words: str) -> str:
    """Return words of a sentence as a sentence of their own: one line, a capital, a full stop.

    Letter case and stop are all that is changed. A name that is written small stays as it is.
    """
    line = " ".join(words.split())
    if _COMMON_FIRST.match(line):
        line = line[0].upper() + line[1:]
    return line if _CLOSED.search(line) else f"{line.rstrip(',;:')}."


def _is_continuation(char: str) -> bool:
    """Whether NFKC may merge `char` with what stands before it.

    True for combining marks and for the vowels and finals of Hangul
    (https://www.unicode.org/reports/tr15/).
    """
    if ord(char) < 0x300:  # noqa: PLR2004 - nothing below the combining diacritics combines
        return False
    first = unicodedata.normalize("NFKC", char)[:1]
    is_jamo = 0x1160 <= ord(first) <= 0x11FF  # noqa: PLR2004 - Hangul Jungseong and Jongseong
    return is_jamo or unicodedata.category(first).startswith("M")


@lru_cache(maxsize=64)
def _mapped(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """Return the normal form of `text` and, for each of its characters, its span in `text`."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position, length = 0, len(text)
    while position < length:
        stop = position + 1
        while stop < length and _is_continuation(text[stop]):
            stop += 1
        for char in unicodedata.normalize("NFKC", text[position:stop]):
            if char.isspace():
                if out and out[-1] == " ":
                    ends[-1] = stop
                    continue
                char = " "  # noqa: PLW2901 - white space is one space from here on
            out.append(char)
            starts.append(position)
            ends.append(stop)
        position = stop
    return "".join(out), tuple(starts), tuple(ends)


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return the span of the first place in `text` that equals `quote` in the normal form.

    Args:
        text: where to look.
        quote: the words to find.

    Returns:
        `(start, end)` in code points of `text`, or None when the words do not stand there or
        `quote` is white space.
    """
    wanted = normalise(quote)
    if not wanted:
        return None
    start = text.find(quote)
    if start >= 0 and not quote[:1].isspace() and not quote[-1:].isspace():
        return start, start + len(quote)
    return next(_spans(text, wanted), None)


def find_quotes(text: str, quote: str) -> list[tuple[int, int]]:
    """Return the spans of all places in `text` that equal `quote` in the normal form, in order."""
    wanted = normalise(quote)
    return list(_spans(text, wanted)) if wanted else []


def _spans(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    normal, starts, ends = _mapped(text)
    at = normal.find(wanted)
    while at >= 0:
        stop = at + len(wanted)
        if not (_cuts(normal, starts, at) or _cuts(normal, starts, stop)):
            yield starts[at], ends[stop - 1]
        at = normal.find(wanted, at + 1)


def _cuts(normal: str, starts: tuple[int, ...], at: int) -> bool:
    """Whether a cut at `at` has words of one character of the text on both sides (½ is 1⁄2)."""
    if at in {0, len(normal)} or starts[at - 1] != starts[at]:
        return False
    left = normal[bisect_left(starts, starts[at]) : at]
    right = normal[at : bisect_right(starts, starts[at])]
    return not (left.isspace() or right.isspace())
