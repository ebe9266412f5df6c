"""Figures, names and content words are found as written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.figures import INSTANCE, content_words, figures, term_pattern


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("up to 3,200 Gbps of bandwidth", ["3,200 Gbps"]),
        ("costs USD 98.32 or $5 million", ["USD 98.32", "$5 million"]),
        ("30 to 40 percent better price", ["30 to 40 percent"]),
        ("40% less, twice as fast", ["40%"]),
        ("a 671B model with 256 experts", ["671B", "256 experts"]),
        ("141 GB of HBM and 1.5 TB in all", ["141 GB", "1.5 TB"]),
        ("a 128k-token window", []),
        ("the 3 options of 2024", []),
        ("", []),
    ],
)
def test_a_figure_says_how_much(text, found):
    """Numbers with a unit, a currency or a percent sign are figures; bare numbers are none."""
    assert figures(text) == found


@given(st.text(max_size=80))
def test_figures_stand_in_the_text_in_order(text):
    """Of any text: each figure is a piece of it, after the one before, and has a digit."""
    at = 0
    for figure in figures(text):
        at = text.index(figure, at) + len(figure)
        assert any(char.isdigit() for char in figure)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p5en.48xlarge and ml.p4d.24xlarge", ["p5en.48xlarge", "ml.p4d.24xlarge"]),
        ("u-7i.metal, m7i.large, c6gn.xlarge", ["m7i.large", "c6gn.xlarge"]),
        ("version 1.2 of x.large things", []),
    ],
)
def test_instances_are_known_by_their_form(text, found):
    """An instance type is family, generation, dot and size."""
    assert [match[0] for match in INSTANCE.finditer(text)] == found


def test_content_words_are_compared_without_their_plural():
    """Case, function words and a plural's s make no difference; gas and bus keep theirs."""
    assert content_words("The GPUs of a bus") == content_words("gpu bus") == {"gpu", "bus"}
    assert content_words("3,200 p5.48xlarge's") >= {"3", "200"}
    assert content_words("of the and") == frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fine-tuning pays", "Fine-tuning"),
        ("fine tuning pays", "fine tuning"),
        ("two experts", "experts"),
        ("inexpert", None),
        ("expertise", None),
        ("mixture of experts", "mixture of experts"),
        ("C++ code", "C++"),
    ],
)
def test_terms_are_found_as_whole_words(text, found):
    """Any case, hyphen or space, singular or plural; the longest term wins; no part of a word."""
    match = term_pattern(("expert", "mixture of experts", "fine tuning", "C++")).search(text)
    assert (match[0] if match else None) == found
