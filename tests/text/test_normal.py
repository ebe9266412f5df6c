"""Quotations are exact after the one stated normalisation."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rag.text.normal import as_sentence, find_quote, normalise

# Characters that compose, decompose, or are white in ways of their own.
PIECES = st.sampled_from(
    [
        *("a", "e", "B", "7", "fi", " ", "  ", "\n", "\t", "\u00a0", "\u2003", "\u3000", ".", "—"),
        *("\u0301", "\u0323", "\u0327", "\u00e9", "\ufb01", "\u00bd", "\u00b2", "\u00a8", "\u2026"),
        *("\u1100", "\u1161", "\u11a8", "\uac00", "\u3131", "\u314f", "\uffa1", "\uffc2"),
        *("\uff76", "\uff9e", "\u304b", "\u3099", "\u09c7", "\u09be", "\u0915", "\u093e", "\u102e"),
        *("👩\u200d👧", "🇩🇪", "专", "ת", "\u2126", "\u212b", "\u0344", "\u0f77", "\U0001d15e"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60))


@given(TEXTS)
def test_normal_form_is_final(text):
    """Normalising twice is normalising once; the form is NFKC, without white space at its ends."""
    normal = normalise(text)
    assert normalise(normal) == normal
    assert unicodedata.is_normalized("NFKC", normal)
    assert normal == normal.strip()


@given(TEXTS)
def test_a_text_stands_in_itself_in_any_form(text):
    """The normal form of a whole text is found in it, from its first word to its last."""
    assume(normalise(text))
    for form in (normalise(text), unicodedata.normalize("NFD", text), f" {text}\n"):
        span = find_quote(text, form)
        assert span is not None
        assert normalise(text[slice(*span)]) == normalise(text)


@given(TEXTS, st.data(), st.sampled_from([" ", "\n", "\u00a0\t", "  "]))
def test_words_are_found_however_they_are_spaced(text, data, space):
    """Some words in a row are found, whatever the white space between them and their form."""
    words = normalise(text).split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    quote = space.join(words[first:last])
    assume(normalise(quote) == " ".join(words[first:last]) != "")
    span = find_quote(text, quote)
    assert span is not None
    assert normalise(text[slice(*span)]) == normalise(quote)


@given(TEXTS, TEXTS)
@example("\ufb01", "f")
@example("\u00bd", "1")
@example("x\u0301 y", "x ")
def test_what_is_found_is_what_was_asked_for(text, quote):
    """Whatever is found has the normal form of the quote: never a part of a character."""
    span = find_quote(text, quote)
    if span is not None:
        assert normalise(text[slice(*span)]) == normalise(quote)
        assert 0 <= span[0] < span[1] <= len(text)


@given(st.text(max_size=40), st.integers(0, 40), st.integers(1, 40))
def test_every_substring_with_words_at_its_ends_is_found(text, start, length):
    """What was copied from a text is found in it, at the first place where it stands."""
    quote = text[start : start + length]
    assume(quote and not quote[0].isspace() and not quote[-1].isspace() and normalise(quote))
    assert find_quote(text, quote) == (text.index(quote), text.index(quote) + len(quote))


@pytest.mark.parametrize("quote", ["", " \n", "three hundred", "3200", "P5E", "3,200 Gbps."])
def test_nothing_else_is_forgiven(quote):
    """White space alone, other words, other figures, other case and other marks are not there."""
    assert find_quote("The p5e has 3,200 Gbps of bandwidth.", quote) is None


def test_a_long_text_of_one_word_repeated():
    """In a text that repeats itself the first place is found."""
    text = "the  same\nwords " * 20_000
    assert find_quote(text, "same words the") == (5, 19)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("the cache is halved", "The cache is halved."),
        ("gpt-4 halves the cache,", "gpt-4 halves the cache."),
        ("p5en.48xlarge has 8 GPUs", "p5en.48xlarge has 8 GPUs."),
        ("It is\nhalved.", "It is halved."),
        ('He said "done."', 'He said "done."'),
    ],
)
def test_part_of_a_sentence_becomes_one(words, sentence):
    """A capital and a full stop are all it gets; what is a sentence stays as it is."""
    assert as_sentence(words) == sentence
    assert as_sentence(sentence) == sentence
