"""Laws that hold for every parser and every input."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stages.parse.laws import SHARED, assert_lawful, needs_shared, read
from work import LINEAR, calls, growth

from rag.types import Document, Skipped

TYPES = (
    "text/html",
    "text/markdown",
    "text/plain",
    "text/vtt",
    "application/x-subrip",
    "application/pdf",
    "application/octet-stream",
    "",
)
SNIPPETS = (
    *("# Title", "## Sub", "text here.", "- item", "  - nested", "1. one", "> quoted", "```"),
    *("    code()", "| a | b |", "|---|---|", "| 1 | 2 |", "a | b", "---", "===", "<b>x</b>"),
    *("<table><tr><td>1</td></tr></table>", "<!-- c -->", "&amp; \\* \\|", "[a](b)", "![i](j)"),
    *("`a | b`", "**bold**", "<unk>", "0:15 hello", "[applause]", "- Yes. - No.", "Ann Lee: hi"),
    *("WEBVTT", "00:01.000 --> 00:02.000", "1", "00:00:01,000 --> 00:00:02,000", "title: x"),
    *("", "", "<p>para</p>", "<ul><li>x", "<pre>a\n b</pre>", "\t", "\u00a0", "日本語。", "שלום"),
)
lines = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=30), max_size=25).map("\n".join)
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.text() | lines, st.sampled_from(TYPES))
@relaxed
def test_parts_lie_in_order_and_hold_all_words(text: str, media_type: str) -> None:
    """Parts are ordered, apart and in range; only marks and white space stand between them."""
    found = read(text, media_type)
    assert isinstance(found, Document | Skipped)
    if isinstance(found, Document):
        assert_lawful(found)


@given(st.binary(max_size=600), st.sampled_from(TYPES), st.sampled_from(["", "utf-8", "koi8-r"]))
@relaxed
def test_any_bytes_are_a_document_or_skipped(content: bytes, media_type: str, charset: str) -> None:
    """No bytes raise, whatever was announced of them."""
    found = read(content, media_type, charset=charset)
    assert isinstance(found, Document | Skipped)


@given(lines, st.sampled_from(["text/markdown", "text/plain", "text/html"]))
@relaxed
def test_parsing_is_deterministic(text: str, media_type: str) -> None:
    """The same bytes make the same document."""
    assert read(text, media_type) == read(text, media_type)


@given(st.lists(st.text("abcdefgh ", min_size=3, max_size=40).filter(str.strip), min_size=1))
@relaxed
def test_plain_prose_loses_no_word(paragraphs: list[str]) -> None:
    """Every word of Markdown and plain text without marks stands in the document, in order."""
    text = "\n\n".join(f"Words {' '.join(paragraph.split())}." for paragraph in paragraphs)
    for media_type in ("text/markdown", "text/plain"):
        found = read(text, media_type)
        assert isinstance(found, Document)
        assert found.text.split() == text.split()


HOSTILE = {
    "one line": "The p5.48xlarge instance has eight accelerators. " * 21_000,
    "no space": "a" * (1 << 20),
    "brackets": "[" * (1 << 20),
    "emphasis": "*a **b " * 150_000,
    "angles": "<" * (1 << 20),
    "open divs": "<div>" * 100_000,
    "nested lists": "<ul><li>x" * 20_000,
    "nested tables": "<table><tr><td>x" * 20_000,
    "unclosed comment": "<!--" + "-" * (1 << 20),
    "unclosed sections": "<![CDATA[" * 50_000,
    "line breaks": "<html><body><div>" + "text and more<br>" * 30_000,
    "deep quotes": "> " * 5_000 + "x",
    "deep front matter": "---\n" + "a: [" * 15_000 + "\n---\ntext",
    "endless front matter": "---\na: &a [x, x]\n"
    + "".join(
        f"{c}: &{c} [*{b}, *{b}, *{b}]\n"
        for b, c in zip("abcdefghijklmno", "bcdefghijklmnop", strict=True)
    )
    + "title: *p\n---\nhello there",
}


@pytest.mark.parametrize("media_type", ["text/html", "text/markdown", "text/plain"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_made_to_harm_is_read(name: str, media_type: str) -> None:
    """Long lines, deep nesting and unclosed marks neither raise nor hang."""
    found = read(HOSTILE[name], media_type)
    if isinstance(found, Document):
        assert_lawful(found)


@pytest.mark.parametrize("media_type", ["text/html", "text/markdown", "text/plain"])
@pytest.mark.parametrize("name", [name for name in HOSTILE if "front matter" not in name])
def test_twice_the_harm_is_twice_the_work(name: str, media_type: str) -> None:
    """The work grows with the text, not with its square."""
    text = HOSTILE[name]
    size = min(max(len(text) // 512, 1500), len(text) // 2)
    assert growth(lambda most: read(text[:most], media_type), size) < LINEAR


@needs_shared
def test_pages_that_crashed_other_parsers_are_read_or_skipped() -> None:
    """Each hostile page is a document or skipped, and its calls are bounded by its bytes."""
    pages = sorted((SHARED / "hostile" / "html").glob("*.testcase"))
    assert pages
    for page in pages:
        content = page.read_bytes()
        found = read(content, "text/html")  # imports and caches are warm then
        watched = calls(lambda content=content: read(content, "text/html"))
        assert watched < 100_000 + 50 * len(content), page.name
        if isinstance(found, Document):
            assert_lawful(found)
