"""PDF: paragraphs with page numbers, without what repeats on every page."""

from __future__ import annotations

import pytest
from fpdf import FPDF
from stages.parse.laws import document, read, words

from rag.types import Document, Skipped

SENTENCE = "Words that go on for a while fill the line and are wrapped around it. "


class Paper(FPDF):
    """A paper with a running head and page numbers."""

    def header(self) -> None:
        """Print the running head."""
        self.set_font("Helvetica", size=8)
        self.cell(0, 8, "Journal of Tests, 2024", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        """Print the page number."""
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 8, f"Page {self.page_no()} of 4", align="C")


@pytest.fixture(scope="module")
def paper() -> Document:
    """Return the document of four pages."""
    pdf = Paper()
    pdf.set_title("A paper on tests")
    pdf.set_author("Ann Lee")
    for number in range(1, 5):
        pdf.add_page()
        pdf.set_font("Helvetica", size=18)
        pdf.cell(0, 12, f"Section {number}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=11)
        pdf.multi_cell(0, 6, f"Paragraph one of page {number}. {SENTENCE * 4}")
        pdf.ln(4)
        pdf.multi_cell(0, 6, "The archi-\ntecture is described in a long-\nterm plan.")
        pdf.ln(3)
        for item in ("- first item", "- second item"):
            pdf.cell(0, 6, item, new_x="LMARGIN", new_y="NEXT")
    return document(bytes(pdf.output()), "application/pdf")


def test_lines_become_paragraphs_with_their_page(paper: Document) -> None:
    """Wrapped lines are joined; each part knows its page."""
    starts = [part for part in paper.parts if "Paragraph one" in part.span.of(paper.text)]
    assert [part.page for part in starts] == [1, 2, 3, 4]
    assert starts[0].span.of(paper.text).count(SENTENCE.strip()) == 4


def test_headings_and_items_are_known(paper: Document) -> None:
    """Larger type is a heading, a bullet an item."""
    assert words(paper, "heading") == [f"Section {number}" for number in range(1, 5)]
    assert words(paper, "item")[:2] == ["first item", "second item"]


def test_hyphenation_is_undone(paper: Document) -> None:
    """A word parted at the end of a line is one word again."""
    assert "The architecture is described" in paper.text


def test_what_repeats_is_left_out(paper: Document) -> None:
    """Running heads and page numbers are no text."""
    assert "Journal" not in paper.text
    assert "Page 1 of" not in paper.text


def test_the_file_states_facts(paper: Document) -> None:
    """Title and author come from the file."""
    assert (paper.title, paper.author) == ("A paper on tests", "Ann Lee")


def test_a_sentence_over_a_page_break_is_whole() -> None:
    """What goes on in lower case on the next page belongs to the page it begins on."""
    pdf = FPDF()
    for text in ("The sentence begins here and", "goes on over there until it ends."):
        pdf.add_page()
        pdf.set_font("Helvetica", size=11)
        pdf.cell(0, 6, text)
    found = document(bytes(pdf.output()), "application/pdf")
    assert found.text == "The sentence begins here and goes on over there until it ends."
    assert found.parts[0].page == 1


def test_pictures_passwords_and_damage_are_skipped() -> None:
    """A PDF without text, one with a password and a broken one are skipped with their reason."""
    empty, locked = FPDF(), FPDF()
    empty.add_page()
    locked.set_encryption(owner_password="owner", user_password="user")  # noqa: S106 - a test
    locked.add_page()
    reasons = [
        read(content, "application/pdf")
        for content in (bytes(empty.output()), bytes(locked.output()), b"%PDF-1.7 broken")
    ]
    assert all(isinstance(found, Skipped) for found in reasons)
    assert [
        part in found.reason
        for part, found in zip(["no text", "password", "cannot be read"], reasons, strict=True)
    ] == [True] * 3
