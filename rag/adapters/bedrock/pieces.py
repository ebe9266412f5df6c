"""Tokens for models whose tokenizer is not to be had: pieces of text that are never too few.

A piece is at most four Latin letters of one word, or any one other character: a digit, a sign, a
letter of another script. It takes one white space before it along, and longer runs of white space
are pieces of their own. Tokenizers of embedding models make about one token of four characters of
English, and up to one of each character of scripts that they know badly; so there are about as
many pieces as tokens, or more. No proof: a text of rare symbols may have more tokens, and is
refused then by the service, never cut. That n pieces have at most `LONGEST` · n characters is sure.
"""

from __future__ import annotations

import re

LONGEST = 5
"""The most characters of a piece, with the white space before it."""
_PIECE = re.compile(r"[A-Za-zÀ-ɏ]{1,4}|\S|\s{1,5}(?=\s|\Z)")


def spans_of(text: str) -> list[tuple[int, int]]:
    """Return the pieces of a text, in order, without the white space that they take along."""
    return [match.span() for match in _PIECE.finditer(text)]
