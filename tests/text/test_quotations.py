"""Words between quotation marks."""

from __future__ import annotations

import pytest

from rag.text.quotations import quoted_words, sayer


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("He said “we won”.", ["we won"]),
        ('He said "we won" and "we lost".', ["we won", "we lost"]),
        ("Er sagte „wir“, «nous», ‹io›.", ["wir", "nous", "io"]),
        ("「so」 and 『so』", ["so", "so"]),
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


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ('Jane Doe called it "so so".', {"Jane", "Doe"}),
        ("“So so,” said the team lead.", {"team", "lead"}),
        ("“So so”, Ann Lee said.", {"Ann", "Lee"}),
        ('"So so," said Ann Lee, who leads it.', {"Ann", "Lee"}),
        ("It was “so so”, according to Ann.", {"Ann"}),
        ("The mode is called “so so”.", None),
        ("The word means “so so”, as it was used to describe foreigners.", None),
        ("She led a project called Lead On, and was seen in a film named “so so”.", None),
        ("They come to terms with what was executed as a “so so”.", None),
        ("It is “so so”. The team said more.", None),
        ("Nothing is quoted here.", None),
    ],
)
def test_sayer(sentence: str, who: set[str] | None) -> None:
    """The subject of the verb of saying beside a quotation; a name of a thing is said by nobody."""
    quoted = next((words for words in quoted_words(sentence)), "so so")
    found = sayer(sentence, quoted)
    assert (found.words if found else None) == who
