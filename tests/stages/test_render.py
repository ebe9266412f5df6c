"""What stands in the report is what the claims say, and every mark has its footnote."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from values import document, evidence, reference

from rag.stages.render import (
    Cited,
    place_at,
    place_of,
    render_block,
    render_citation,
    render_report,
)
from rag.stages.verify import Rules, verify
from rag.types import (
    Block,
    CheckedBlock,
    Citation,
    Claim,
    Document,
    Draft,
    Outline,
    ProposedCitation,
    ProposedClaim,
    Section,
    SectionSpec,
    TopicSpec,
)

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NOTES = """# Notes on networks

## Band & width

Amazon EC2 P5 instances have up to 3,200 Gbps *of* network
bandwidth. P4d has 400 Gbps.

| Instance | Band_width |
| --- | --- |
| p5.48xlarge | 3,200 Gbps |
| p4d.24xlarge | 400 \\| 200 Gbps |

> "Networks are computers." — Jane Doe
"""
SENTENCE = "Amazon EC2 P5 instances have up to 3,200 Gbps of network bandwidth."
TOPIC = TopicSpec(id="t", heading="Bandwidth", questions=("How much?",), terms=("bandwidth",))
OUTLINE = Outline(
    title="Report",
    subtitle="A report.",
    sections=(
        SectionSpec(id="net", title="Networking", lead_in="On networks.", topics=(TOPIC,)),
        SectionSpec(id="none", title="Nothing", topics=(TOPIC.model_copy(update={"id": "u"}),)),
    ),
)


def cited(of: Document | None = None, location: str = "notes.md", **fields: object) -> Cited:
    """Return a reference to the notes, read from the location."""
    given: dict[str, object] = {
        "reference": reference("notes", locator=location),
        "document": of or document(NOTES),
        "location": location,
    }
    return Cited.model_validate(given | fields)


def citation_of(quote: str, of: Document | None = None) -> Citation:
    """Return the citation of words of the notes."""
    start = (of or document(NOTES)).text.index(quote)
    return Citation(
        label="notes-abc123",
        reference_key="notes",
        document_id="d",
        start=start,
        end=start + len(quote),
        quote=quote,
    )


def claim(text: str, *, label: str = "notes-abc123", **fields: object) -> Claim:
    """Return a claim with one citation."""
    note = Citation(
        label=label, reference_key="notes", document_id="d", start=0, end=1, quote="words"
    )
    return Claim.model_validate({"id": "c", "text": text, "citations": (note,)} | fields)


def seen(markdown: str) -> str:
    """Return what a reader sees of Markdown, white space as one space."""
    inline = [token for token in READER.parse(markdown) if token.type == "inline"]
    lines = ["".join(child.content for child in token.children or ()) for token in inline]
    return " ".join(" ".join(lines).split())


# --- blocks ------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_the_words_of_a_claim_are_seen(text):
    """In every form the words come out as they went in, with their mark behind them."""
    words = " ".join(text.replace("`", "'").split())
    mark = "[^notes-abc123]"
    for form in ("paragraph", "bullets", "finding"):
        lines = render_block(CheckedBlock(form=form, claims=(claim(f"x{words}"),)))
        assert seen("\n".join(lines)) == f"x{words}{mark}"
    lines = render_block(
        CheckedBlock(form="quotation", claims=(claim(f"x{words}", attribution="Doe"),))
    )
    assert seen("\n".join(lines)) == f"“x{words}”{mark} — Doe"
    row = claim("row", cells=(f"x{words}", "end"))
    lines = render_block(CheckedBlock(form="table", header=("A|B", "C"), claims=(row,)))
    assert seen("\n".join(lines)) == " ".join(f"A|B C x{words} end{mark}".split())


def test_a_paragraph_is_its_sentences_and_a_table_cites_each_row():
    """Claims of a paragraph follow each other; each row's mark stands in its last cell."""
    two = (claim("One.", label="n-1"), claim("Two.", label="n-2"))
    assert render_block(CheckedBlock(form="paragraph", claims=two)) == ["One.[^n-1] Two.[^n-2]"]
    rows = tuple(claim("r", label=f"n-{n}", cells=(f"p{n}", f"{n} Gbps")) for n in (1, 2))
    lines = render_block(CheckedBlock(form="table", header=("Type", "Speed"), claims=rows))
    assert lines == [
        "| Type | Speed |",
        "| --- | --- |",
        "| p1 | 1 Gbps[^n-1] |",
        "| p2 | 2 Gbps[^n-2] |",
    ]


def test_lead_ins_stand_before_their_block():
    """Words of the outline stand before the claims, set apart; a heading is a heading."""
    one = (claim("One."),)
    mark = "[^notes-abc123]"
    assert render_block(CheckedBlock(form="heading", text="Sub")) == ["### Sub"]
    stated = render_block(CheckedBlock(form="heading", claims=one))
    assert stated == [f"#### One.{mark}"]  # inside of a topic, which would look empty else
    assert render_block(CheckedBlock(form="bullets", text="When:", claims=one)) == [
        "**When:**",
        "",
        f"- One.{mark}",
    ]
    assert render_block(CheckedBlock(form="paragraph", text="First:", claims=one)) == [
        "First:",
        "",
        f"One.{mark}",
    ]


def test_speech_names_its_speaker():
    """A spoken sentence stands in quotation marks with whoever said it."""
    spoken = claim("We build chips.", attribution="Ann Lee, Keynote")
    (line,) = render_block(CheckedBlock(form="bullets", claims=(spoken,)))
    assert line == "- “We build chips.” (Ann Lee, Keynote)[^notes-abc123]"
    row = claim("We build chips.", attribution="Ann Lee", cells=("Chips", "We build chips."))
    table = CheckedBlock(form="table", header=("What", "Words"), claims=(row,))
    assert render_block(table)[-1] == "| Chips | “We build chips.” (Ann Lee)[^notes-abc123] |"


def test_speech_in_a_headline_names_its_speaker_too():
    """Nobody's words stand without who said them, in bold neither."""
    block = CheckedBlock(form="finding", claims=(claim("Fast.", attribution="Ann Lee"),))
    assert render_block(block) == ["**“Fast.” (Ann Lee)**[^notes-abc123]"]


def test_what_looks_like_speech_is_not_read_as_speech():
    """Words in quotation marks with a bracket behind are escaped where nobody said them."""
    (line,) = render_block(CheckedBlock(form="bullets", claims=(claim("“Fast” (so they say)"),)))
    assert line == "- “Fast” \\(so they say)[^notes-abc123]"
    (line,) = render_block(CheckedBlock(form="bullets", claims=(claim("A “fast” (new) chip"),)))
    assert line == "- A “fast” (new) chip[^notes-abc123]"


def test_blocks_of_one_form_stay_apart():
    """Two quotations of a block have a line between them; a second list has its own bullet."""
    said = tuple(claim(text, attribution="Doe") for text in ("One.", "Two."))
    lines = render_block(CheckedBlock(form="quotation", claims=said))
    assert lines[3:5] == [">", "> “Two.”[^notes-abc123]"]
    lists = tuple(CheckedBlock(form="bullets", claims=(claim(text),)) for text in ("1", "2", "3"))
    text = render_report(OUTLINE, (Section(id="net", title="N", blocks=lists),), {"notes": cited()})
    assert re.findall(r"^([-*]) \d", text, re.MULTILINE) == ["-", "*", "-"]


# --- footnotes ---------------------------------------------------------------------------------


def test_links_open_on_the_passage_of_a_markdown_file():
    """A file's link ends in the heading's anchor; the footnote has its path and the words."""
    note = render_citation(citation_of(SENTENCE), cited())
    assert note == (f"[Notes on networks](notes.md#band--width), Band & width: “{SENTENCE}”")


def test_equal_headings_have_anchors_of_their_own():
    """The second of two sections of one name is numbered, as GitHub numbers it."""
    notes = document("# N\n\n## A\n\n### Billing\n\nOne.\n\n## B\n\n### Billing\n\nTwo.\n")
    first, second = (notes.text.index(words) for words in ("One.", "Two."))
    known = cited(notes)
    assert place_at(first, "One.", known).link == "notes.md#billing"
    assert place_at(second, "Two.", known).link == "notes.md#billing-1"


def test_links_open_on_the_passage_of_a_page():
    """A web link ends in a text fragment, and the day of reading is told."""
    note = render_citation(
        citation_of(SENTENCE),
        cited(location="https://example.org/n?a=b#old", read_on="2025-01-02"),
    )
    start = "https://example.org/n?a=b#:~:text=Amazon%20EC2%20P5"
    assert note.startswith(f"[Notes on networks]({start}")
    assert "#old" not in note
    assert ", Band & width, read 2025-01-02: “" in note


def test_links_open_on_the_page_and_on_the_minute():
    """A PDF's link has its page; a recording's on the web has its second; both say so in words."""
    of = document(NOTES)
    paged = of.model_copy(
        update={"parts": tuple(part.model_copy(update={"page": 7}) for part in of.parts)}
    )
    place = place_of(citation_of(SENTENCE), cited(paged, "paper.pdf"))
    assert place == ("Band & width, page 7", "paper.pdf#page=7")
    timed = of.model_copy(
        update={"parts": tuple(part.model_copy(update={"seconds": 3723}) for part in of.parts)}
    )
    watch = "https://example.org/watch?v=1"
    place = place_of(citation_of(SENTENCE), cited(timed, watch))
    assert place == ("Band & width, 1:02:03", f"{watch}&t=3723s")
    assert place_of(citation_of(SENTENCE), cited(timed, "talk.vtt")).link == "talk.vtt"
    assert place_of(citation_of(SENTENCE), cited(timed, f"{watch}#t=2")).link == f"{watch}&t=3723s"
    page = "https://example.org/a.pdf"
    assert place_of(citation_of(SENTENCE), cited(paged, f"{page}#old")).link == f"{page}#page=7"


def test_no_link_has_a_password():
    """What the checklist's URL says of its reader stays there; a path may have such a sign."""
    note = render_citation(citation_of(SENTENCE), cited(location="https://me:pass@example.org/a@b"))
    assert note.startswith("[Notes on networks](https://example.org/a@b#")
    assert "](me@home/n.txt)" in render_citation(
        citation_of(SENTENCE), cited(location="me@home/n.txt")
    )


def test_a_brief_says_what_it_is_a_brief_of():
    """Title, and a link to the original: nobody takes the one for the other."""
    of = document(NOTES).model_copy(
        update={"title": "Networks", "brief_of": "The [Big] Paper", "origin": "https://e.org/a b"}
    )
    note = render_citation(citation_of(SENTENCE), cited(of))
    assert note.startswith("[Brief of The \\[Big\\] Paper](notes.md#")
    assert ", brief of [the original](https://e.org/a%20b)" in note
    assert "brief of" not in render_citation(citation_of(SENTENCE), cited())


def test_a_link_to_a_file_has_its_whole_name():
    """What a URL would take for a query, a fragment or an escape is part of a file's name."""
    note = render_citation(citation_of(SENTENCE), cited(location="C#? 100% done%20.md"))
    assert "](C%23%3F%20100%25%20done%20.md#band--width)" in note
    page = cited(location="https://example.org/n?a=b%20c")
    assert "](https://example.org/n?a=b%20c#" in render_citation(citation_of(SENTENCE), page)


@pytest.mark.parametrize(
    "location", ["a (b).md", "a b.md", "a<b>.md", "ünï.md", "a\\b.md", "a`b.md"]
)
def test_no_location_breaks_a_link(location):
    """Whatever a file is called, the footnote is one link with that title."""
    note = render_citation(citation_of(SENTENCE), cited(location=location))
    (inline,) = (token for token in READER.parse(note) if token.type == "inline")
    links = [child for child in inline.children or () if child.type == "link_open"]
    assert len(links) == 1
    assert seen(note).startswith("Notes on networks, ")


@pytest.mark.parametrize("title", ["^[^a]: b", "^a", "[x](y)", "> a"])
def test_no_title_is_taken_for_a_footnote(title):
    """Whatever a document is called, its title is the words of one link."""
    of = document(NOTES).model_copy(update={"title": title})
    note = render_citation(citation_of(SENTENCE), cited(of))
    assert not note.startswith("[^")
    assert seen(note).startswith(f"{title}, ")


# --- the report --------------------------------------------------------------------------------


def report(*, listed: bool = True) -> tuple[str, tuple[Claim, ...]]:
    """Return a report on the notes, by way of a draft and its verification, and its claims."""
    given = evidence(document(NOTES))

    def propose(text: str, **fields: object) -> ProposedClaim:
        key = next(item.key for item in given if text in item.chunk.text)
        return ProposedClaim(
            text=text, citations=(ProposedCitation(evidence=key, quote=text),), **fields
        )

    row = "p4d.24xlarge | 400 \\| 200 Gbps"
    blocks = (
        Block(form="finding", claims=(propose("P4d has 400 Gbps."),)),
        Block(form="heading", text="Bandwidth"),
        Block(form="bullets", text="Facts", claims=(propose(SENTENCE),)),
        Block(
            form="table",
            header=("Instance", "Band_width"),
            claims=(propose(row, cells=("p4d.24xlarge", "400 | 200 Gbps")),),
        ),
        Block(
            form="quotation",
            claims=(propose("Networks are computers.", attribution="Jane Doe"),),
        ),
    )
    rules = Rules(headings=frozenset({"Bandwidth"}), lead_ins=frozenset({"Facts"}))
    checked = verify(Draft(blocks=blocks), given, rules)
    assert checked.rejected == ()
    sections = (
        Section(id="net", title="Networking", blocks=checked.blocks),
        Section(id="none", title="Nothing"),
    )
    text = render_report(OUTLINE, sections, {"notes": cited(listed=listed)})
    return text, sections[0].claims


def test_every_mark_has_one_footnote_with_its_words():
    """Each claim has a mark, each mark one definition, each definition a mark and the quote."""
    text, claims = report()
    defined = dict(re.findall(r"^\[\^([^\]]+)\]: (.+)$", text, re.MULTILINE))
    used = re.findall(r"\[\^([^\]]+)\](?!:)", text)
    assert set(used) == set(defined)
    for item in claims:
        for citation in item.citations:
            words = " ".join(citation.quote.split())
            assert f"“{words}”" in seen(defined[citation.label])


def test_the_report_is_whole_and_reads_in_order():
    """Title, lead-in, claims, references; a section without claims is left out."""
    text, claims = report()
    shown = seen(text)
    places = [shown.index(words) for words in ("Report", "A report.", "Networking", "On networks.")]
    places += [shown.index(item.text) for item in claims if not item.cells]
    places.append(shown.index("References"))
    assert places == sorted(places)
    assert "Nothing" not in text
    assert "- [Notes on networks](notes.md): 4 claims\n" in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_a_reference_that_is_no_longer_listed_says_so():
    """Its claims stay, and the list of references tells."""
    assert "4 claims (no longer in the checklist)" in report(listed=False)[0]


def test_a_report_without_claims_has_no_references():
    """Nothing found: the title stands alone."""
    text = render_report(OUTLINE, (Section(id="net", title="Networking"),), {})
    assert text == "# Report\n\n*A report.*\n"


def test_the_order_of_references_does_not_matter():
    """However the references are handed over, the bytes are the same; footnotes are by label."""
    notes = tuple(
        Citation(
            label=f"{key}-1", reference_key=key, document_id="d", start=0, end=1, quote="words"
        )
        for key in ("b", "a")
    )
    both = Claim(id="c", text="Both say so.", citations=notes)
    blocks = (CheckedBlock(form="paragraph", claims=(both,)),)
    books = {key: cited(location=f"{key}.md", reference=reference(key)) for key in ("a", "b")}
    sections = (Section(id="net", title="Networking", blocks=blocks),)
    text = render_report(OUTLINE, sections, books)
    assert text == render_report(OUTLINE, sections, dict(reversed(books.items())))
    assert "Both say so.[^b-1][^a-1]" in text
    assert text.index("[^a-1]: ") < text.index("[^b-1]: ")
    assert text.index("(a.md)") < text.index("(b.md)")
