"""What the tests of all parsers share: reading a source, and the laws of a document."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from rag.stages.parse import parse
from rag.types import Document, Skipped, Source

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is absent")

_MARKS = re.compile(r"(?:\s|#{1,6}|-|\d+\.|>|`{3,}|\|(?: --- \|)+)*")


def read(
    content: str | bytes,
    media_type: str = "",
    *,
    location: str = "notes",
    charset: str = "",
    min_words: int = 1,
) -> Document | Skipped:
    """Return what parsing gives for bytes as announced."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    source = Source(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        media_type=media_type,
        charset=charset,
        location=location,
    )
    return parse("ref", source, data, min_words=min_words)


def document(content: str | bytes, media_type: str = "", **options: str) -> Document:
    """Return the document of bytes that must be readable, its laws checked."""
    found = read(content, media_type, **options)
    assert isinstance(found, Document), found
    assert_lawful(found)
    return found


def words(found: Document, kind: str = "") -> list[str]:
    """Return the texts of a document's parts, of one kind or of all."""
    return [part.span.of(found.text) for part in found.parts if kind in {"", part.kind}]


def assert_lawful(found: Document) -> None:
    """Check the laws of parts: in order, apart, in range; only marks and white space between."""
    at = 0
    for part in found.parts:
        assert at <= part.start < part.end <= len(found.text)
        assert _MARKS.fullmatch(found.text[at : part.start])
        text = part.span.of(found.text)
        assert text.strip()
        if part.kind != "code":
            assert text == " ".join(text.split())
        if part.kind == "heading":
            assert part.headings[-1] == text
        if part.kind == "row":
            assert text.startswith("| ")
            assert text.endswith("|")
        if part.header:
            assert part.header.end <= part.start
            assert part.header.of(found.text).startswith("| ")
        at = part.end
    assert _MARKS.fullmatch(found.text[at:])
