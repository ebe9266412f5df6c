"""Markdown: structure kept, marks of the inline level gone, front matter read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stages.parse.laws import SHARED, document, needs_shared, words

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Document


MD = "text/markdown"


def test_headings_make_the_path() -> None:
    """Each part knows the headings above it, outermost first; a heading is its own last."""
    found = document("# A\n\np1\n\n## B\n\np2\n\n### C\n\n## D\n\np3\n", MD)
    paths = {part.span.of(found.text): part.headings for part in found.parts}
    assert paths["p1"] == ("A",)
    assert paths["p2"] == ("A", "B")
    assert paths["C"] == ("A", "B", "C")
    assert paths["p3"] == ("A", "D")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("see [the docs](https://e.org 'T') now", "see the docs now"),
        ("**bold** _it_ ~~old~~", "bold it old"),
        (r"high\-speed \(x\) 2\*3", "high-speed (x) 2*3"),
        ("a ![alt](i.png) b", "a b"),
        ("use `x | y` and `` a`b ``", "use `x | y` and ``a`b``"),
        ("R&amp;D &mdash; 5&nbsp;GB", "R&D — 5 GB"),
        ('x<a name="n"></a> y <!-- gone --> z', "x y z"),
        ("the <unk> word and <your-bucket>", "the <unk> word and <your-bucket>"),
        ("soft\nbreak", "soft break"),
        ("<https://e.org/x>", "https://e.org/x"),
    ],
)
def test_inline_marks_are_resolved(source: str, expected: str) -> None:
    """Links are their text; images, emphasis, tags and comments are gone; code keeps its ticks."""
    assert document(source, MD).text == expected


def test_a_break_by_hand_begins_a_paragraph() -> None:
    """A label that its author set on a line of its own does not run into the sentence below."""
    assert words(document("**Important**  \nIt does not run there.\n", MD)) == [
        "Important",
        "It does not run there.",
    ]


def test_lists_keep_marks_and_nesting() -> None:
    """Items keep their marks and depth; the parts are their words."""
    found = document("- a\n  - b\n\n    more\n- c\n\n3. x\n4. y\n", MD)
    assert found.text == "- a\n  - b\n    more\n- c\n\n3. x\n4. y"
    assert words(found, "item") == ["a", "b", "more", "c", "x", "y"]


def test_table_rows_know_their_header() -> None:
    """A row is a part that covers its line; its header is the span of the header row."""
    found = document("| M | P |\n|---|--:|\n| a \\| b | **1** |\n| `c` | |\n", MD)
    assert found.text == "| M | P |\n| --- | --- |\n| a \\| b | 1 |\n| `c` | |"
    head, *rows = found.parts
    assert head.header is None
    assert [row.header for row in rows] == [head.span, head.span]


def test_a_table_without_its_rule_is_a_table() -> None:
    """Lines of as many cells each are rows, the first their header."""
    found = document("year | sales\n2016 | 10\n2017 | 12\n", MD)
    assert words(found, "row") == ["| year | sales |", "| 2016 | 10 |", "| 2017 | 12 |"]


def test_code_is_verbatim() -> None:
    """Fenced and indented code keeps every line and is fenced; the part is the code inside."""
    found = document("~~~py\ndef f():\n\n    return `x`\n~~~\n\n    $ make install\n", MD)
    assert words(found, "code") == ["def f():\n\n    return `x`", "$ make install"]
    assert found.text.startswith("```\ndef f():")


def test_a_fence_is_longer_than_those_inside() -> None:
    """Code that shows a fence stands in a longer one."""
    assert document("````\n```\nx\n```\n````\n", MD).text == "````\n```\nx\n```\n````"


def test_prose_that_is_indented_is_no_code() -> None:
    """Indented lines that read as sentences or names are list items."""
    found = document(
        "Choose from:\n\n    Acme Labs: Model One, Model Two\n    Build new things.\n", MD
    )
    assert words(found, "item") == ["Acme Labs: Model One, Model Two", "Build new things."]


def test_quotes_are_quotes() -> None:
    """A block quote's paragraphs are quote parts with their marks outside."""
    found = document("> one\n> more\n>\n> two\n", MD)
    assert (found.text, words(found, "quote")) == ("> one more\n\n> two", ["one more", "two"])


def test_html_blocks_are_read() -> None:
    """Tables, details and paragraphs written as HTML keep their words and their structure."""
    source = (
        "<table><tr><th>A</th><th>B</th></tr><tr><td>10<sup>9</sup></td><td>x</td></tr></table>"
    )
    found = document(f"{source}\n\n<details><summary>More</summary>\n\ntext\n\n</details>\n", MD)
    assert words(found) == ["| A | B |", "| 10^9 | x |", "More", "text"]


def test_front_matter_is_read_not_shown() -> None:
    """Title, date, author, origin and the work summed up come from the front matter."""
    found = document(
        '---\ntitle: "T"\ndate: 2025-08-26\nauthor: [A B, C D]\n'
        "origin: https://e.org/x\nbrief_of: Big Work\n---\n# H\n\nwords\n",
        MD,
    )
    assert found.text == "# H\n\nwords"
    assert (found.title, found.date, found.author) == ("T", "2025-08-26", "A B, C D")
    assert (found.origin, found.brief_of) == ("https://e.org/x", "Big Work")


@pytest.mark.parametrize(
    "front", ["title: [unclosed", "just a sentence", "date: 2024-13-45", "- a\n- b", "a: b: c"]
)
def test_what_is_no_front_matter_is_text(front: str) -> None:
    """Broken YAML, and YAML that is no mapping, is kept as text."""
    found = document(f"---\n{front}\n---\nwords that follow\n", MD)
    assert "words that follow" in found.text
    assert front.rsplit(maxsplit=1)[-1].strip("]") in found.text


def test_the_head_of_a_document_states_facts() -> None:
    """Date and origin are read from the title and the line under it; titles fall back."""
    found = document("# FAQs (as of July 18, 2024)\n\nSource: https://e.org/faqs/\n\nwords\n", MD)
    assert (found.date, found.origin) == ("2024-07-18", "https://e.org/faqs/")
    assert document("only words", MD, location="a/big-data_notes.md").title == "Big data notes"


def test_lines_too_long_to_be_wrapped_are_paragraphs() -> None:
    """Where each line is a paragraph, lines are not run together."""
    line = "This sentence is long and says a lot about a thing. " * 8
    assert len(words(document(f"{line}\n{line}\n{line}\n", MD), "paragraph")) == 3


@needs_shared
def test_the_real_documents_are_read_whole() -> None:
    """Questions are headings, indented prose is items, tables are rows with their header."""
    folder = SHARED / "references"
    faqs = _read(folder / "amazon-bedrock-faqs-2024.md")
    assert (faqs.date, faqs.origin) == ("2024-07-18", "https://aws.amazon.com/bedrock/faqs/")
    assert not words(faqs, "code")
    assert len(words(faqs, "item")) == 29
    guide = _read(folder / "ec2-accelerated-computing-instances-2020.md")
    assert "| p3.16xlarge | 64 | 488 | 8 |" in words(guide, "row")
    assert not any("\\" in text.replace("\\|", "") for text in words(guide))
    health = _read(folder / "gpu-cluster-healthcheck.md")
    assert all(
        part.header
        for part in health.parts
        if "p5en.48xlarge" in part.span.of(health.text) and part.kind == "row"
    )
    article = _read(folder / "big-llm-architecture-comparison.md")
    assert (article.title, article.date) == ("The Big LLM Architecture Comparison", "2025-08-26")


def _read(path: Path) -> Document:
    return document(path.read_bytes(), MD, location=str(path))
