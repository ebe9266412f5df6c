"""Words between quotation marks."""

from __future__ import annotations

import pytest

from rag.text.quotations import quoted_words


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("He said “we won”.", ["we won"]),
        ('He said "we won" and "we lost".', ["we won", "we lost"]),
        ("Er sagte „wir“, «nous», ‹io›.", ["wir", "nous", "io"]),
        ("It’s the ‘big’ one, isn’t it? It's 'so'.", ["big", "so"]),
        ("The chips' and the nodes' memory, in the ’90s", []),
        ('A 17" screen and a 5.25" disk', []),
        ("He said “we won", ["we won"]),
        ('He said "we won', ["we won"]),
        ("we won”, he said", ["we won"]),
        ('we won," he said', ["we won,"]),
        ("“” and nothing", []),
        ("No marks.", []),
    ],
)
def test_quoted_words(text: str, quoted: list[str]) -> None:
    """Marks of any kind quote; unpaired ones quote to the end or from the start."""
    assert quoted_words(text) == quoted
