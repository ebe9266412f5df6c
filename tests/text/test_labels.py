"""Names made from content are permanent and do not collide by accident."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from rag.text.labels import digest, footnote_label

FIELDS = st.lists(st.text(max_size=4), max_size=4)


@given(FIELDS, FIELDS)
def test_two_lists_have_one_digest_only_if_they_are_one(one, other):
    """Where fields begin and end counts: no two lists of words share a digest."""
    assert (digest(*one) == digest(*other)) == (one == other)


@given(st.text(min_size=1))
def test_a_label_is_the_key_and_six_digits_of_the_words(quote):
    """White space and forms of the same character do not change a label."""
    label = footnote_label("notes", quote)
    assert re.fullmatch(r"notes-[0-9a-f]{6}", label)
    assert label == footnote_label("notes", f" {quote.replace(' ', '  ')}\n")
    assert footnote_label("notes", "ﬁrst") == footnote_label("notes", "first")
    assert footnote_label("notes", quote) != footnote_label("others", quote)
