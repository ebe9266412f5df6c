"""Part of a sentence is not what the sentence says if the rest takes it back."""

from __future__ import annotations

import pytest

from rag.text.torn import taken_back


@pytest.mark.parametrize(
    ("part", "sentences", "word"),
    [
        ("Comet is cheap.", "It is false that Comet is cheap.", "false"),
        ("COMET IS CHEAP", "It is false that Comet is cheap.", "false"),
        ("Comet is, cheap!", "Comet is cheap unless it rains.", "unless"),
        ("Comet runs on phones.", "The team plans to show that Comet runs on phones.", "plans to"),
        ("Comet is cheap.", "It is a myth that Comet is cheap.", "myth"),
        ("Comet is cheap.", "The study debunked the idea that Comet is cheap.", "debunked"),
        ("Comet is cheap.", "The makers predict that Comet is cheap.", "predict that"),
        ("Comet is cheap.", "It is unclear whether Comet is cheap.", "unclear"),
        ("8 Comets are free.", "Up to 8 Comets are free.", "Up to"),
        ("Comets are free.", "Half of the Comets are free.", "Half of the"),
        ("Comets are free.", "Some Comets are free.", "Some"),
        ("Comets are free.", "All Comets are free.", ""),
        ("Comets are free.", "At most ports, and for some, Comets are free.", ""),
        ("Comet is cheap.", "Contrary to its name, Comet is cheap.", ""),
        ("Comet is cheap.", "Now, Comet is cheap, as shown below.", ""),
        ("Comet is cheap.", "Nebula is not. Comet is cheap. Quasar may be.", ""),
        ("Comet is cheap.", "Nobody knows what a Comet costs.", ""),
        ("", "It is false that Comet is cheap.", ""),
        ("drop(oldest);", "if (full) {\n    drop(oldest);\n}", ""),
        ("drop(oldest);", "if (full) drop(oldest);", "if"),
        ("Comet is cheap.", "// It is not true that\n// Comet is cheap.", "not"),
    ],
)
def test_the_word_that_takes_a_part_back_is_found(part, sentences, word):
    """Whatever the case and the punctuation of the part."""
    assert taken_back(part, sentences) == word


def test_pages_between_quotation_marks_are_no_sentence():
    """What is said pages before does not take a sentence back; what is said in it does."""
    pages = "It may not be so. " + "Nebula has a cache of its own. " * 30
    assert not taken_back("Comet is cheap.", f'She wrote: "{pages}Comet is cheap."')
    assert taken_back("Comet is cheap.", f'She wrote: "{pages}It is not true that Comet is cheap."')
