"""Text → pieces in place of a tokenizer's tokens, for models whose tokenizer is not at hand."""

from __future__ import annotations

import re

LONGEST = 5
"""The most characters of a piece, with the white space that it takes along."""
_PIECE = re.compile(r"[A-Za-z]{1,4}|\S|\s{1,5}(?=\s|\Z)")


def piece_spans(text: str) -> list[tuple[int, int]]:
    """Return the offsets of pieces of a text, in order: as many as there are tokens, or more.

    A piece is at most four Latin letters of one word, or any one other character. It takes one
    white space before it along (its span does not show it); longer runs of white space are pieces
    of their own. So n pieces have at most `LONGEST` · n characters. A character outside ASCII is
    as many pieces as it has bytes in UTF-8, less one: what a tokenizer that falls back to bytes
    makes of it. Against the tokenizers of bge, MiniLM and cl100k there are 1.3 to 1.4 times as
    many pieces in English prose, 1.1 to 1.4 times in code, and at least as many in Chinese and
    Arabic. German by a tokenizer made for English comes to 0.8: an embedder's limit should leave
    room for that, or the service be told to refuse what is too long.
    """
    spans = []
    for match in _PIECE.finditer(text):
        size = len(match[0].encode("utf-8", "surrogatepass"))
        many = 1 if match[0].isascii() or match[0].isspace() else size - 1
        spans += [match.span()] * many
    return spans


def first_pieces(text: str, count: int) -> str:
    """Return as much of the beginning of a text as so many pieces hold; no piece is cut.

    Args:
        text: any text.
        count: how many pieces, at least 0.
    """
    spans = piece_spans(text)
    return text if len(spans) <= count else text[: spans[count][0]].rstrip()
