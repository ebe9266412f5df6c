"""Sentences are exact spans, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import sentence_spans, statement_spans

PIECES = st.sampled_from(
    [
        *(
            "One sentence.",
            "Is it? ",
            "e.g. ",
            "Dr. Who",
            " ",
            "\n\n",
            "\n",
            "\r\n",
            "\t",
            "…",
            '."',
        ),
        *(
            "他说。好的！",
            "f(x) {",
            "# if",
            "مرحبا؟ ",
            "🚀",
            "👩\u200d👧",
            "🇩🇪",
            "1. ",
            "3.5 ",
            "U.S. ",
            "(",
            ") ",
            "\u2028",
            "\0",
        ),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=80))


@pytest.mark.parametrize("spans_of", [sentence_spans, statement_spans])
@given(text=TEXTS, start=st.integers(0, 40), length=st.integers(0, 40))
def test_every_character_lies_in_one_sentence(spans_of, text, start, length):
    """Of any part of any text: spans are ordered, trimmed, apart, and hold all but white space."""
    end = min(start + length, len(text))
    start = min(start, end)
    spans = spans_of(text, start, end)
    at = start
    for first, last in spans:
        assert at <= first < last <= end
        assert not text[at:first].strip()
        assert text[first:last] == text[first:last].strip()
        at = last
    assert not text[at:end].strip()


def test_the_same_sentence_many_times():
    """One sentence 300 times is 300 spans, each at its own place."""
    sentence = "The same sentence stands here."
    text = " ".join([sentence] * 300)
    step = len(sentence) + 1
    assert sentence_spans(text) == [(n * step, n * step + step - 1) for n in range(300)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Amazon Bedrock is a service. It has models.", 2),
        ("A p5.48xlarge costs $98.32 per hour, e.g. in Ohio.", 1),
        ("“It works,” she said. Does it? Yes!", 3),
        ("", 0),
        (" \n ", 0),
    ],
)
def test_boundaries_are_where_a_reader_sees_them(text, count):
    """Abbreviations, prices and instance names end no sentence."""
    assert len(sentence_spans(text)) == count


def test_a_line_of_code_is_a_statement_of_its_own():
    """Lines of words are one text, as in a comment; a line of code ends it."""
    code = "# Keep the cache,\n# if there is room.\nif (full) {\n    drop(oldest);\n}\nreturn"
    found = [code[start:end] for start, end in statement_spans(code)]
    assert found == [
        "# Keep the cache,\n# if there is room.",
        "if (full) {",
        "drop(oldest);",
        "}",
        "return",
    ]
