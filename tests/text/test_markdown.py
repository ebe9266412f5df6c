"""Words survive the way into Markdown and out again."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.text.markdown import anchor, cell, escape, text_fragment

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = st.sampled_from(
    [
        *"\\`*_{}[]()#+-.!|~<>&=:;'\"/?@$%^,",
        *("a", "B", "7", "12", " ", " ", "word", "snake_case", "__init__", "**", "~~", "``", "---"),
        *("<b>", "<!--", "</", "<a@b.c>", "<http://a.b>", "&amp;", "&#42;", "&lt", "1. ", "2) "),
        *(
            "# ",
            "> ",
            "- ",
            "+ ",
            "* ",
            "![x](y)",
            "[^a]",
            "[a]: b",
            "`x*y`",
            "``a`b``",
            "\\|",
            "é",
            "专",
            "🚀",
        ),
    ]
)
LINES = st.lists(PIECES, max_size=20).map("".join).map(lambda text: " ".join(text.split()))


def shown(markdown: str, *, bold: bool = False) -> str:
    """Return what a reader sees of Markdown, without white space and the marks of code."""
    tokens = [token for token in READER.parse(markdown) if token.type == "inline"]
    kinds = {token.type for token in READER.parse(markdown)}
    assert "html_block" not in kinds
    seen = []
    for child in (child for token in tokens for child in token.children or ()):
        plain = {"text", "text_special", "code_inline"}
        assert child.type in (plain | {"strong_open", "strong_close"} if bold else plain), child
        seen.append(child.content)
    return bare("".join(seen))


def bare(text: str) -> str:
    """Return a text without white space and backticks."""
    return "".join(text.replace("`", "").split())


@given(LINES)
@example("---")
@example("--")
@example("+")
@example("1.")
@example("&lt;b&gt;")
@example("``*a*`")
@example("===")
@example("~~~")
def test_a_reader_sees_the_words(text):
    """Any line, as a paragraph, an item or a quotation, is seen as it is: no mark, no link."""
    for before in ("", "- ", "> “", "text: "):
        seen = before.removeprefix("- ").removeprefix("> ")
        assert shown(before + escape(text)) == bare(seen + text)
    if text:
        assert shown(f"**{escape(text)}**[^a]", bold=True) == bare(text + "[^a]")


@given(LINES)
def test_more_can_be_escaped_unseen(text):
    """A mark that is escaped on request is seen all the same, and code is left alone."""
    assert shown(f"x{escape(f'{text}', also=r'[(:]')}") == bare(f"x{text}")
    assert escape("a (b): `c (d)`", also=r"[(:]") == "a \\(b)\\: `c (d)`"


@given(LINES)
def test_a_cell_holds_its_words(text):
    """Any line in a table is one cell, with its bars."""
    table = f"| a | b |\n| --- | --- |\n| {cell(text)} | end |\n"
    assert shown(table) == bare("ab" + text + "end")


@given(LINES)
def test_plain_words_are_left_alone(text):
    """Letters, digits and marks that mean nothing to Markdown are not touched."""
    plain = "".join(char for char in text if char.isalpha() or char in " ,;:.?()'\"/%$")
    plain = " ".join(plain.split())
    assert escape(plain) == plain
    assert escape(f"uses snake_case and x^2, {plain}") == f"uses snake_case and x^2, {plain}"


@pytest.mark.parametrize(
    ("heading", "fragment"),
    [
        ("Network bandwidth", "network-bandwidth"),
        ("What is `EFA`?", "what-is-efa"),
        ("P5/P5e: price & size", "p5p5e-price--size"),
        ("Über 専門", "über-専門"),
    ],
)
def test_anchors_are_those_of_github(heading, fragment):
    """Lower case, punctuation dropped, spaces as hyphens."""
    assert anchor(heading) == fragment


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_text_fragments_are_plain(words):
    """Of any words: no space, no bare hyphen, comma or ampersand but the one between two ends."""
    fragment = text_fragment(words)
    assert fragment.startswith(":~:text=")
    ends = fragment.removeprefix(":~:text=").split(",")
    assert len(ends) <= 2
    assert all(char not in end for end in ends for char in " -&#,")
    assert all(unquote(end) in " ".join(words.split()) for end in ends)


def test_a_row_is_found_from_its_first_cell_to_its_last():
    """A page has no bars between its cells."""
    assert text_fragment("inf2.48xlarge | 12 | 384 GB") == ":~:text=inf2.48xlarge,384%20GB"
