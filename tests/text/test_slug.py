"""Slugs are readable names that can stand anywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.slug import slug


@given(st.text(max_size=100), st.integers(1, 50))
def test_a_slug_is_words_and_hyphens(text, longest):
    """Of any text: lower-case ASCII words joined by single hyphens, no longer than asked."""
    made = slug(text, longest)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", made)
    assert len(made) <= longest
    assert slug(made, longest) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("The Big LLM Architecture Comparison", "the-big-llm-architecture-comparison"),
        ("Amazon EC2 — P6 (B200)!", "amazon-ec2-p6-b200"),
        ("Übergröße Çà", "ubergroe-ca"),
        ("专家", ""),
        ("a-very-long-title-that-goes-on-and-on-for-ever", "a-very-long-title-that-goes-on-and-on"),
        ("x" * 50, "x" * 40),
    ],
)
def test_slugs_of_titles(text, made):
    """Marks go, accents go, and a long title is cut at a word."""
    assert slug(text) == made
