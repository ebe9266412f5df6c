"""Several objects become one document."""

from __future__ import annotations

from hashlib import sha256

from values import token_spans

from rag.objects import OBJECTS, Object, pack
from rag.settings import ChunkSettings
from rag.stages.chunk import chunk
from rag.stages.parse import parse
from rag.types import Document, Skipped, Source

PLACE = "s3://bucket/notes-of-2026/"
TABLE = b"""# Prices

| instance | price |
| --- | --- |
| P5 | 98 dollars |
"""
PAGE = (
    b"<html><head><title>On networks</title></head><body><main><h1>EFA</h1>"
    b"<p>EFA gives each P5 instance 3,200 Gbps of network bandwidth, says this page of us.</p>"
    b"</main></body></html>"
)


def read(*objects: Object, min_words: int = 3, location: str = PLACE) -> Document | Skipped:
    """Return what objects below a prefix are read as."""
    content = pack(objects)
    source = Source(
        sha256=sha256(content).hexdigest(),
        size=len(content),
        media_type=OBJECTS,
        location=location,
    )
    return parse("key", source, content, min_words=min_words)


def item(name: str, content: bytes, media_type: str = "", **more: str) -> Object:
    """Return an object below the prefix."""
    return Object(name, PLACE + name, content, media_type, **more)


def made(*objects: Object) -> Document:
    """Return the document of objects."""
    document = read(*objects)
    assert isinstance(document, Document), document
    return document


def test_each_is_read_by_its_own_type_and_stands_under_its_name():
    """Heading paths begin with the object's name; parts know where it stands."""
    document = made(item("a.md", TABLE), item("b/page", PAGE, "text/html"))
    assert document.title == "Notes of 2026"
    said = {document.text[part.start : part.end]: part for part in document.parts}
    row = next(part for text, part in said.items() if "98 dollars" in text)
    assert row.headings == ("a.md", "Prices")
    assert row.location == f"{PLACE}a.md"
    assert row.header is not None
    assert "instance" in row.header.of(document.text)
    prose = next(part for text, part in said.items() if text.startswith("EFA gives"))
    assert prose.headings[0] == "b/page"
    assert prose.location == f"{PLACE}b/page"
    assert document.left_out == ()


def test_parts_are_in_order_and_do_not_overlap():
    """However many objects there are."""
    document = made(*(item(f"{n}.md", TABLE.replace(b"98", b"%d" % n)) for n in range(5)))
    ends = 0
    for part in document.parts:
        assert ends <= part.start < part.end
        ends = part.end


def test_no_chunk_is_of_two_objects():
    """So that each opens where it stands."""
    texts = [f"A short text number {n}." for n in range(4)]
    document = made(*(item(f"{n}.txt", text.encode()) for n, text in enumerate(texts)))
    limits = ChunkSettings(max_tokens=300, max_characters=4000)
    found = chunk(document, limits, token_spans)
    assert [chunk.text for chunk in found] == texts
    assert [chunk.headings for chunk in found] == [(f"{n}.txt",) for n in range(4)]


def test_what_cannot_be_read_is_left_out_with_the_reason():
    """By its reader, or before it was read; the others stay."""
    document = made(
        item("a.md", TABLE),
        item("b.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png"),
        item("c.md", b"", left_out="is archived: restore it"),
        item("d.md", b" \n"),
    )
    assert [line.partition(" ")[0] for line in document.left_out] == [
        f"{PLACE}b.png", f"{PLACE}c.md", f"{PLACE}d.md",
    ]  # fmt: skip
    assert "image/png is not read yet" in document.left_out[0]
    assert document.left_out[1].endswith("is archived: restore it")
    assert "98 dollars" in document.text


def test_where_nothing_can_be_read_it_is_skipped():
    """With the first reason; so are too few words, and an archive that is none."""
    skipped = read(item("a.md", b"", left_out="is archived"))
    assert isinstance(skipped, Skipped)
    assert f"none of its 1 objects can be read: {PLACE}a.md is archived" in skipped.reason
    few = read(item("a.md", TABLE), min_words=50)
    assert isinstance(few, Skipped)
    assert "fewer than 50 words" in few.reason
    source = Source(sha256="0" * 64, size=5, media_type=OBJECTS, location=PLACE)
    damaged = parse("key", source, b"words", min_words=1)
    assert isinstance(damaged, Skipped)
    assert "its objects are damaged" in damaged.reason


def test_only_a_prefix_has_objects():
    """A server that gives its page our type is not believed."""
    found = read(item("a.md", TABLE), location="https://example.org/a")
    assert isinstance(found, Skipped)
    assert "not read yet" in found.reason


def test_the_same_words_elsewhere_are_another_document():
    """What a citation opens differs."""
    one, other = made(item("a.md", TABLE)), made(item("b.md", TABLE))
    assert one.text == other.text
    assert one.id != other.id
    assert made(item("a.md", TABLE)) == one


def test_what_all_of_them_say_is_said_of_the_whole():
    """A date, where they agree."""
    dated = b"---\ndate: 2026-03-04\n---\n" + TABLE
    assert made(item("a.md", dated), item("b.md", dated)).date == "2026-03-04"
    assert made(item("a.md", dated), item("b.md", TABLE)).date == ""
