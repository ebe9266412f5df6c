"""Chunks are exact spans that together hold the document."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from values import chunks, document, source, token_spans
from work import LINEAR, growth

from rag.settings import ChunkSettings
from rag.stages.chunk import chunk
from rag.stages.parse.builder import DocumentBuilder, Facts

if TYPE_CHECKING:
    from rag.types import Chunk, Document

WORDS = st.one_of(
    st.sampled_from(
        [
            "The same sentence stands here. ",
            "Is this a question? ",
            "p5en.48xlarge has 3,200 Gbps, e.g. in Ohio. ",
            "专家混合模型将每个词元分配给少数专家。",
            "يوزع النموذج كل رمز على عدد قليل من الخبراء؟ ",
            "👩\u200d👧🚀🇩🇪 ",
            "x" * 90,
            "_" * 90,
            "|",
            "```",
            "# ",
            "\n",
            "e\u0301 \ufb01 \u00ad\u200b",
        ]
    ),
    st.text(max_size=20),
)
TEXTS = st.lists(WORDS, max_size=12).map("".join)
BLOCKS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["heading", "paragraph", "item", "quote", "code", "speech"]),
            TEXTS,
            st.integers(1, 6),
        ),
        st.tuples(st.just("table"), st.lists(st.lists(TEXTS, max_size=3), max_size=4), st.just(1)),
    ),
    max_size=12,
)


def built(blocks: list[tuple[str, object, int]], title: str = "Title") -> Document:
    """Return the document of the blocks."""
    builder = DocumentBuilder()
    for kind, content, level in blocks:
        if kind == "table":
            builder.add_table(content, header=True)
        else:
            builder.add(kind, content, level=level)
    return builder.build(source(), Facts(title=title))


def assert_laws(of: Document, max_tokens: int, max_characters: int) -> None:
    """Assert what holds of the chunks of any document under any budget."""
    settings = ChunkSettings(max_tokens=max_tokens, max_characters=max_characters)
    found = chunk(of, settings, token_spans)
    starts = [start for start, _ in token_spans(of.text)]
    at = 0
    for item in found:
        assert item.text == of.text[item.start : item.end]
        assert at <= item.start < item.end <= len(of.text)
        assert not of.text[at : item.start].strip()
        assert item.text == item.text.strip()
        assert len(item.text) <= max_characters
        assert sum(item.start <= start < item.end for start in starts) <= max_tokens
        at = item.end
    assert not of.text[at:].strip()
    assert len({item.id for item in found}) == len(found)
    assert chunk(of, settings, token_spans) == found


@given(BLOCKS, st.sampled_from([(16, 4000), (60, 64), (60, 4000), (8000, 10_000)]))
@example([("paragraph", "x" * 500, 1)], (16, 64))
@example([("code", "\n\n".join("a = b" * 40 for _ in range(5)), 1)], (16, 64))
@example([("item", "one", 2), ("item", "two", 1), ("heading", "alone", 1)], (16, 4000))
def test_any_document(blocks, budget):
    """Exact spans in order, apart, within the budget, holding all but white space, twice alike."""
    assert_laws(built(blocks), *budget)


@given(TEXTS, st.sampled_from(["text/markdown", "text/plain"]))
def test_any_text_that_is_parsed(text, media_type):
    """The same holds of what the parsers make of hostile text; control bytes would be no text."""
    plain = "".join(char for char in text if char == "\n" or category(char) != "Cc")
    assert_laws(document(f"A first line.\n\n{plain}", media_type), 24, 200)


MEGABYTES = {
    "sentence": "The same sentence stands here again and again. " * 22_000,
    "words": "word " * 200_000,
    "no space": "a" * 1_000_000,
    "CJK": "专家" * 500_000,
    "emoji": "👩\u200d👧" * 333_000,
    "numbers": "1. " * 333_000,
}


def cut(text: str) -> tuple[Document, list[Chunk]]:
    """Return the document of one paragraph, and its chunks."""
    of = built([("paragraph", text, 1)])
    return of, chunk(of, ChunkSettings(max_tokens=300, max_characters=4000), token_spans)


@pytest.mark.parametrize("text", MEGABYTES.values(), ids=MEGABYTES)
def test_twice_a_line_is_twice_the_work(text):
    """The work grows with the text, not with its square."""
    assert growth(lambda size: cut(text[:size]), len(text) // 16) < LINEAR


@pytest.mark.parametrize("text", MEGABYTES.values(), ids=MEGABYTES)
def test_a_megabyte_on_one_line(text):
    """A line of a megabyte is cut by its sentences, its tokens or its characters."""
    of, found = cut(text)
    assert "".join(item.text for item in found).replace(" ", "") == of.text.replace(" ", "")
    assert max(len(item.text) for item in found) <= 4000
    assert len(found) >= 250


def test_repeated_sentences_have_places_of_their_own():
    """One sentence 300 times: the last chunk ends where the document does, not where it began."""
    found = chunks(document("# T\n\n" + "The same sentence stands here. " * 300))
    assert found[-1].end == len(document("# T\n\n" + "The same sentence stands here. " * 300).text)
    assert all(item.text.endswith(".") for item in found)


def test_a_question_stays_with_its_answer():
    """In a list of questions, each question's chunk holds its answer and no other's."""
    faq = "# FAQs\n\n" + "\n\n".join(
        f"### Q: What is thing number {n}?\n\nThing {n} is one of many things. It is useful."
        for n in range(30)
    )
    found = chunks(document(faq), max_tokens=30)
    for number in range(30):
        (one,) = (item for item in found if f"thing number {number}?" in item.text)
        assert f"Thing {number} is one" in one.text
        assert one.headings == ("FAQs", f"Q: What is thing number {number}?")
    assert len(found) == 30


def test_rows_know_their_header():
    """Every chunk of a long table has the header in its text or in its context."""
    rows = "\n".join(f"| p{n}.48xlarge | {n} Gbps |" for n in range(100))
    table = f"# T\n\n## Sizes\n\n| Instance | Bandwidth |\n| --- | --- |\n{rows}\n"
    found = chunks(document(table))
    assert len(found) > 5
    for item in found:
        assert "| Instance | Bandwidth |" in item.passage
        assert item.headings[-1] == "Sizes"
        assert all(line.startswith("|") for line in item.text.split("\n") if "Gbps" in line)


def test_the_context_is_short_and_never_quoted():
    """Title and heading path stand before the text, cut to size, and are no part of it."""
    long = "A heading that goes on and on " * 30
    of = document(f"# Title\n\n## {long}\n\nThe body is here.\n\n" + "More words. " * 100)
    for item in chunks(of):
        assert len(token_spans(item.context)) <= 48
        assert item.context.startswith("Title")
        assert item.passage == f"{item.context}\n{item.text}"
        assert item.text in of.text


def test_pages_times_and_headings_come_along():
    """A chunk says where it begins: page, seconds, and the heading its words stand under."""
    builder = DocumentBuilder()
    builder.add("heading", "Title", level=1, page=3)
    builder.add("heading", "Below", level=2, page=3)
    builder.add("paragraph", "Words of their own.", page=4)
    (one,) = chunks(builder.build(source(), Facts()))
    assert (one.page, one.headings) == (3, ("Title", "Below"))
    builder = DocumentBuilder()
    builder.add("speech", "Hello, and welcome to this talk.", seconds=61)
    (one,) = chunks(builder.build(source(), Facts(), speech=True))
    assert one.seconds == 61


def test_pieces_are_about_equal():
    """A section a little over the budget is halved, not cut into a whole and a crumb."""
    of = document(
        "# T\n\n" + "\n\n".join("Seven words are in this very paragraph." for _ in range(10))
    )
    sizes = [len(token_spans(item.text)) for item in chunks(of, max_tokens=70)]
    assert len(sizes) == 2
    assert max(sizes) - min(sizes) <= 16


def test_an_empty_document_has_no_chunks():
    """No parts, no chunks."""
    assert chunks(built([])) == []
