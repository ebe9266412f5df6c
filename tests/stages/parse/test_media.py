"""Who reads a source: media types, charsets, and what is skipped."""

from __future__ import annotations

import pytest
from stages.parse.laws import document, read, words

from rag.stages.parse import PARSER_VERSION
from rag.types import Document, Skipped, digest

PAGE = (
    "<!DOCTYPE html><html><head><title>T</title></head>"
    "<body><article><h2>Sub</h2><p>{}</p></article></body></html>"
)
PROSE = "The accelerator has enough memory for the largest model that we train here. " * 4
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89" + bytes(
    range(64)
)


@pytest.mark.parametrize("announced", ["", "application/octet-stream", "text/plain", "text/html"])
def test_a_page_is_known_by_its_content(announced: str) -> None:
    """HTML is read as HTML whether announced or not."""
    found = document(PAGE.format(PROSE), announced)
    assert "<p>" not in found.text
    assert "## Sub" in found.text


@pytest.mark.parametrize(
    ("announced", "location"),
    [
        ("text/markdown", "x"),
        ("", "a/notes.md"),
        ("text/plain", "https://e.org/n.md?raw=1"),
        ("", "x"),
    ],
)
def test_markdown_is_known_by_header_extension_or_signs(announced: str, location: str) -> None:
    """Markdown is read as Markdown by header, by extension, or by its own marks."""
    text = "# Title\n\n- one **item**\n- two items\n\n```\ncode\n```\n"
    assert words(document(text, announced, location=location), "item") == ["one item", "two items"]


def test_text_that_begins_like_a_binary_signature_is_text() -> None:
    """Words decide: `BM` begins a bitmap, and a sentence."""
    assert document("BM25 is a ranking function used by search engines.").text.startswith("BM25")


@pytest.mark.parametrize("announced", ["image/png", "text/html", "text/plain", ""])
def test_other_types_are_skipped_by_name(announced: str) -> None:
    """A picture is skipped with its type and advice on one line, however announced."""
    found = read(PNG, announced)
    assert isinstance(found, Skipped)
    assert (found.subject, found.stage) == ("ref", "parse")
    assert found.reason.startswith("image/png is not read yet: ")
    assert "\n" not in found.reason


def test_unknown_binary_is_skipped() -> None:
    """Binary junk announced as text is skipped."""
    found = read(bytes(range(256)) * 8, "text/plain")
    assert isinstance(found, Skipped)
    assert "not read yet" in found.reason


@pytest.mark.parametrize("content", [b"", b"  \n\t ", b"\0\0\0\0"])
def test_empty_is_skipped(content: bytes) -> None:
    """Nothing, white space and NULs are empty."""
    found = read(content, "text/plain")
    assert isinstance(found, Skipped)
    assert "empty" in found.reason


def test_too_few_words_are_skipped() -> None:
    """A login page has no text to read; the bound is the caller's."""
    page = "<html><body><form><p>Sign in to go on</p><input name=user></form></body></html>"
    found = read(page, "text/html", min_words=20)
    assert isinstance(found, Skipped)
    assert "login page" in found.reason


def test_words_of_scripts_without_spaces_are_counted() -> None:
    """Ten words of Japanese are not one word because no space parts them."""
    assert isinstance(
        read("これは日本語の文章です。とても短い。", "text/plain", min_words=10), Document
    )


@pytest.mark.parametrize(
    ("encoding", "announced"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "no-such-charset"),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("utf-32", "utf-8"),
        ("cp1252", "iso-8859-1"),
        ("cp1252", "utf-8"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_charsets_are_found_whatever_is_announced(encoding: str, announced: str) -> None:
    """Text is decoded by its mark, as UTF-8, as announced, or by detection."""
    text = (
        "Модель обучена на кластере."
        if encoding == "koi8-r"
        else "Café naïve – “quoted” words, déjà vu."
    )
    assert document(text.encode(encoding), "text/plain", charset=announced).text == text


def test_a_page_names_its_charset() -> None:
    """The charset in a page's head is believed when the server names none."""
    page = PAGE.replace("<title>", '<meta charset="windows-1251"><title>')
    text = "Модель обучена на большом кластере из тысяч ускорителей. " * 3
    assert text.strip() in document(page.format(text).encode("cp1251"), "text/html").text


def test_nul_bytes_and_broken_bytes_do_no_harm() -> None:
    """NULs are dropped; a broken byte in UTF-8 costs one character, not the charset."""
    assert (
        document(b"some words\0 here and there", "text/plain").text == "some words here and there"
    )
    broken = "élan été œuvre naïve – ".encode() * 9 + b"\xff words"
    assert "œuvre naïve –" in document(broken, "text/plain").text


def test_the_id_is_made_of_content() -> None:
    """A document's id is the digest of its text, its title and the parser's version."""
    found = document("# One\n\nSome words.", "text/markdown")
    assert found.id == digest(found.text, found.title, PARSER_VERSION)
