"""Pieces stand in for tokens: in order, in the text, and not fewer than a tokenizer makes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from rag.modelfiles import find_model
from rag.text.pieces import LONGEST, first_pieces, piece_spans

REFERENCES = Path(__file__).resolve().parents[2] / "references"
ANY = st.text(st.characters(exclude_categories=()), max_size=300)


@given(ANY)
def test_pieces_cover_all_but_white_space(text: str) -> None:
    """They are in order, overlap only as one, hold every word, and are never long."""
    spans = piece_spans(text)
    assert spans == sorted(spans)
    apart = sorted(set(spans))
    assert all(one[1] <= other[0] for one, other in pairwise(apart))
    inside = {at for start, end in spans for at in range(start, end)}
    assert inside >= {at for at, char in enumerate(text) if not char.isspace()}
    assert len(text) <= LONGEST * len(spans) or not text.strip()


@given(ANY, st.integers(0, 50))
def test_the_first_pieces_are_a_beginning(text: str, count: int) -> None:
    """What is left begins the text and has no more pieces than asked; a short text stays whole."""
    left = first_pieces(text, count)
    assert text.startswith(left)
    assert len(piece_spans(left)) <= count
    assert len(piece_spans(text)) > count or left == text


@given(ANY, ANY)
def test_a_longer_text_has_no_fewer_pieces(one: str, other: str) -> None:
    """More text never has fewer pieces, so that a budget is kept when chunks are cut."""
    assert len(piece_spans(one + other)) >= len(piece_spans(one))


@pytest.mark.models
def test_prose_has_fewer_tokens_than_pieces() -> None:
    """Each paragraph of the briefs, by the default embedder's own tokenizer."""
    folder = find_model("BAAI/bge-small-en-v1.5", ()).path
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    paragraphs = [
        text
        for path in sorted(REFERENCES.glob("*.md"))
        for text in path.read_text(encoding="utf-8").split("\n\n")
        if len(text) > 200
    ]
    assert len(paragraphs) > 50
    for text in (*paragraphs, "专家混合模型将每个词元分配给少数专家。"):
        tokens = tokenizer.encode(text, add_special_tokens=False).ids
        assert len(piece_spans(text)) >= len(tokens), text
