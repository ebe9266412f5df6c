"""A report read back is what was rendered, and a user's edits are read as what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from values import reference

from rag.settings import load_config
from rag.stages.readback import ReadReport, read_back
from rag.stages.render import Cited, render_report
from rag.text.labels import footnote_label
from rag.types import (
    CheckedBlock,
    Citation,
    Claim,
    Document,
    Outline,
    Part,
    Section,
    SectionSpec,
    TopicSpec,
)

PROJECT = Path(__file__).resolve().parents[2]
PIECES = st.sampled_from(
    [
        *"\\`*_{}[]()#+-.!|~<>&=:;'\"/?@$%^,“”‘’—",
        *("a", "B", "7", "12", " ", " ", " ", "word", "snake_case", "**", "~~", "``", "---"),
        *("<b>", "<!--", "-->", "<a@b.c>", "<http://a.b>", "&amp;", "&#42;", "1. ", "2) ", "# "),
        *("> ", "- ", "![x](y)", "[^a]", "[^a]: ", "[a]: b", "`x*y`", "``a`b``", "` x `", "\\|"),
        *("` (“|”", "” (", "“x” (y)", ": “", "(", ")", "é", "专", "🚀", "3,200 Gbps", "½"),
        *("2024-01-02", ", read 2024-01-02", "`” (`", "`a|b`", "word.", "\u00ad", "\u200b"),
    ]
)
TEXT = (
    st.one_of(
        st.lists(PIECES, max_size=12).map("".join),
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
TOPICS = (
    TopicSpec(
        id="t1", heading="Bandwidth & `EFA`", questions=("q",), terms=("t",), lead_in="Of *it*:"
    ),
    TopicSpec(id="t2", heading="Matches", form="matches", questions=("q",), terms=("t",)),
    TopicSpec(id="t3", heading="Price (2024)", questions=("q",), terms=("t",)),
)
OUTLINE = Outline(
    title="Report on *networks*",
    subtitle="A report: open a footnote.",
    sections=(
        SectionSpec(
            id="net", title="Networks", lead_in="On [networks](x).\n\nAnd more.", topics=TOPICS
        ),
        SectionSpec(id="sum", title="Summary of `it`", form="summary"),
        SectionSpec(id="again", title="Networks"),
        SectionSpec(id="refs", title="References", lead_in="Of *it*:"),
    ),
)
LEADS = ["", "Of *it*:", "Networks", "Summary of `it`"]
KEYS = ["notes", "a-1b2c3d", "talk-2024"]


@st.composite
def citations(draw) -> tuple[Citation, ...]:
    """Return one to three citations of generated words."""
    found = []
    for quote in draw(st.lists(TEXT, min_size=1, max_size=3)):
        key = draw(st.sampled_from(KEYS))
        spaced = quote.replace(" ", draw(st.sampled_from([" ", "\n", "  "])))
        found.append(
            Citation(
                label=footnote_label(key, quote),
                reference_key=key,
                document_id="d",
                start=draw(st.integers(0, 5)),
                end=9,
                quote=spaced,
            )
        )
    return tuple(found)


@st.composite
def blocks(draw, *, matches: bool) -> CheckedBlock:
    """Return a block of any form; in a table of matches the last cell is the text."""
    forms = ["finding", "paragraph", "bullets", "table", "quotation", "heading"]
    form = draw(st.sampled_from(forms))
    width = draw(st.integers(1, 3))
    cell = st.one_of(st.just(""), TEXT)
    header = tuple(draw(st.lists(cell, min_size=width, max_size=width)))
    claims = []
    for number in range(1 if form == "heading" else draw(st.integers(1, 3))):
        said = draw(st.one_of(st.just(""), TEXT))
        text, cells = draw(TEXT), ()
        if form == "table":
            cells = (*draw(st.lists(cell, min_size=width - 1, max_size=width - 1)), text)
            bars = " | ".join(item.replace("|", "\\|") for item in cells).strip("| \t")
            text = text if matches or said else bars
        claims.append(
            Claim(
                id=str(number),
                text=text,
                cells=cells,
                attribution=said,
                citations=draw(citations()),
            )
        )
    return CheckedBlock(
        form=form,
        text="" if form == "heading" else draw(st.sampled_from(LEADS)),
        header=header if form == "table" else (),
        claims=tuple(claims),
    )


@st.composite
def sections(draw) -> tuple[Section, ...]:
    """Return the outline's sections, each with blocks under headings of the outline."""
    found = []
    for spec in OUTLINE.sections:
        body = draw(st.lists(blocks(matches=False), min_size=1, max_size=3))
        for topic in spec.topics:
            body.append(CheckedBlock(form="heading", text=topic.heading))
            body += draw(st.lists(blocks(matches=topic.form == "matches"), max_size=3))
        found.append(Section(id=spec.id, title=spec.title, blocks=tuple(body)))
    return tuple(found)


@st.composite
def works(draw) -> dict[str, Cited]:
    """Return what each reference key stands for, with titles and headings of any words."""
    return {
        key: Cited(
            reference=reference(key, origin=draw(st.sampled_from(["", "https://e.org/a b"]))),
            document=Document(
                id="d",
                source_sha256="0",
                title=draw(TEXT),
                text="",
                parts=(Part(kind="paragraph", start=0, end=3, headings=(draw(TEXT),)),),
                date=draw(st.sampled_from(["", "2024-03-04"])),
                brief_of=draw(st.sampled_from(["", "The Work"])),
            ),
            read_on=draw(st.sampled_from(["", "2025-06-07"])),
            location=draw(st.sampled_from(["notes.md", "a (b).pdf", "https://e.org/?a=1&b=2#c"])),
        )
        for key in KEYS
    }


def shape(report: ReadReport) -> list[object]:
    """Return what of a report read back can be compared with what was rendered."""
    return [
        (
            section.id,
            section.title,
            [
                (
                    block.form,
                    # A heading that is a claim is told by its words: they are its text, too.
                    "" if block.form == "heading" and block.claims else block.text,
                    block.header,
                    [
                        (item.text, item.cells, item.attribution, item.labels)
                        for item in block.claims
                    ],
                )
                for block in section.blocks
            ],
        )
        for section in report.sections
    ]


def given_shape(written: tuple[Section, ...]) -> list[object]:
    """Return the same of what is rendered."""
    return [
        (
            section.id,
            section.title,
            [
                (
                    block.form,
                    block.text,
                    block.header,
                    [
                        (
                            item.text,
                            item.cells,
                            item.attribution,
                            tuple(dict.fromkeys(note.label for note in item.citations)),
                        )
                        for item in block.claims
                    ],
                )
                for block in section.blocks
            ],
        )
        for section in written
    ]


@settings(deadline=None, max_examples=60)
@given(sections(), works(), st.sampled_from(["\n", "\r\n"]))
def test_what_was_rendered_is_read_back(written, cited, end):
    """Ids, forms, headings, lead-ins, words, cells, speakers, labels and footnotes come back."""
    text = render_report(OUTLINE, written, cited)
    report = read_back(text.replace("\n", end), OUTLINE)
    assert shape(report) == given_shape(written)
    assert report.loose == ()
    notes = {
        note.label: (note.reference_key, " ".join(note.quote.split()))
        for section in written
        for claim in section.claims
        for note in claim.citations
    }
    assert {item.label: (item.reference_key, item.quote) for item in report.footnotes} == notes
    for item in report.footnotes:
        of = cited[item.reference_key].document
        assert (item.date, item.read_on) == (of.date, cited[item.reference_key].read_on)
        assert item.where in {"", *of.parts[0].headings}
        assert bool(item.origin) == bool(of.brief_of and cited[item.reference_key].reference.origin)
    lines = text.split("\n")
    for item in report.claims():
        assert f"[^{item.labels[0]}]" in lines[item.line - 1]
    older = re.sub(r"(?m)^#### ", "### ", text)  # sub-headings once had the level of topics
    assert shape(read_back(older, OUTLINE)) == given_shape(written)


@given(st.one_of(st.text(max_size=300), st.lists(PIECES | st.just("\n"), max_size=60).map("".join)))
@example("\udc80 [^a]: [^b]: x\n\n[^a]: y")
@example("<!-- never closed [^a]\n\nwords")
@example("> " * 300 + "deep")
@example("**a " * 3000)
@example("[" * 3000 + "](" * 3000)
@example("##\n\n#\n\n| a |\n|---|\n\n- \n\n> \n\n[^a]:\n\n[^]: x")
def test_no_text_is_too_odd(text):
    """Whatever stands in the file is read, and each line number is one of the file's."""
    report = read_back(text, OUTLINE)
    lines = len(text.splitlines()) + 1
    assert all(1 <= item.line <= lines for item in (*report.claims(), *report.footnotes))


# --- the project's own report -------------------------------------------------------------------


def test_the_committed_report_is_cited_throughout():
    """Every statement of report.md is cited, every mark has its footnote, and no other stands."""
    outline = load_config(PROJECT).outline
    report = read_back((PROJECT / "report.md").read_text(encoding="utf-8"), outline)
    claims = list(report.claims())
    ids = [section.id for section in report.sections]
    # A section without claims is left out.
    assert ids == [spec.id for spec in outline.sections if spec.form != "conflicts"]
    assert len(claims) > 100
    assert [claim.text for claim in claims if not claim.is_cited] == []
    labels = [note.label for note in report.footnotes]
    assert sorted({label for claim in claims for label in claim.labels}) == sorted(labels)
    for note in report.footnotes:
        assert note.label == footnote_label(note.reference_key, note.quote)
        assert all((note.title, note.link, note.origin, note.where, note.date))


# --- edits by hand ------------------------------------------------------------------------------

SMALL = Outline(
    title="Report",
    subtitle="A report.",
    sections=(
        SectionSpec(id="net", title="Networking", lead_in="On networks.", topics=TOPICS),
        SectionSpec(id="buy", title="Buying"),
    ),
)
REPORT = """# Report

*A report.*

## Networking

On networks.

**P5 is fast.**[^notes-aaaaaa]

### Bandwidth & `EFA`

P5 has 3,200 Gbps.[^notes-aaaaaa][^notes-bbbbbb] P4d has 400 Gbps.[^notes-bbbbbb]

| Type | Speed |
| --- | --- |
| p5 | 3,200 Gbps[^notes-aaaaaa] |

> “Networks are computers.”[^notes-cccccc]
>
> — Jane Doe

## Buying

- “Buy early.” (Ann Lee, Keynote)[^notes-dddddd]

## References

- [Notes](notes.md): 5 claims

[^notes-aaaaaa]: [Notes](notes.md#a), Band, 2024-05-06: “P5 has 3,200 Gbps.”

[^notes-bbbbbb]: [Notes](notes.md#b): “P4d has 400 Gbps.”

[^notes-cccccc]: [Notes](https://e.org/#c), read 2025-01-01: “Networks are computers.”

[^notes-dddddd]: [Brief of Talk](t.md), brief of [the original](https://e.org/t), 1:02: “Buy early.”
"""


def said(old: str = "", new: str = "") -> list[tuple[str, str, tuple[str, ...]]]:
    """Return section, words and labels (without the key) of each claim after an edit."""
    assert old in REPORT
    report = read_back(REPORT.replace(old, new, 1) if old else REPORT, SMALL)
    found = [("", claim) for block in report.loose for claim in block.claims]
    found += [
        (section.id or section.title, claim)
        for section in report.sections
        for claim in section.claims
    ]
    return [
        (name, claim.text, tuple(label.removeprefix("notes-")[:1] for label in claim.labels))
        for name, claim in found
    ]


UNTOUCHED = [
    ("net", "P5 is fast.", ("a",)),
    ("net", "P5 has 3,200 Gbps.", ("a", "b")),
    ("net", "P4d has 400 Gbps.", ("b",)),
    ("net", "p5 | 3,200 Gbps", ("a",)),
    ("net", "Networks are computers.", ("c",)),
    ("buy", "Buy early.", ("d",)),
]


def test_a_report_by_hand_is_read_with_its_places():
    """Words, speakers, lines and footnotes are those of the file."""
    assert said() == UNTOUCHED
    report = read_back(REPORT, SMALL)
    assert [claim.line for claim in report.claims()] == [9, 13, 13, 17, 19, 25]
    *_, quotation, speech = report.claims()
    assert (quotation.attribution, quotation.quoted) == ("Jane Doe", True)
    assert (speech.attribution, speech.quoted) == ("Ann Lee, Keynote", True)
    table = next(block for block in report.sections[0].blocks if block.form == "table")
    assert table.header == ("Type", "Speed")
    assert table.claims[0].cells == ("p5", "3,200 Gbps")
    first, second, third, last = report.footnotes
    assert (first.where, first.date, first.read_on, first.line) == ("Band", "2024-05-06", "", 31)
    assert (second.link, second.where, second.quote) == ("notes.md#b", "", "P4d has 400 Gbps.")
    assert (third.link, third.where, third.read_on) == ("https://e.org/#c", "", "2025-01-01")
    assert (last.title, last.origin, last.where) == ("Brief of Talk", "https://e.org/t", "1:02")


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        # a sentence of the user's at the end, in the middle, in a paragraph of its own
        ("[^notes-bbbbbb]\n", "[^notes-bbbbbb] I doubt it.\n", (), (("net", "I doubt it.", ()),)),
        (
            " P4d has",
            " I *doubt* it. P4d [has](x)",
            (2,),
            (("net", "I doubt it. P4d has 400 Gbps.", ("b",)),),
        ),
        (
            "## Buying",
            "My **own** `words`,\nwrapped.\n\n## Buying",
            (),
            (("net", "My own `words`, wrapped.", ()),),
        ),
        # marks behind the words and before the full stop
        ("Gbps.[^notes-bbbbbb]", "Gbps[^notes-bbbbbb].", (), ()),
        ("[^notes-aaaaaa][^notes-bbbbbb]", "[^notes-aaaaaa] [^notes-bbbbbb]", (), ()),
        (
            "P4d has 400 Gbps.[^notes-bbbbbb]",
            "P4d has 400 Gbps.",
            (2,),
            (("net", "P4d has 400 Gbps.", ()),),
        ),
        # headings, lead-ins, bold lines
        ("### Bandwidth & `EFA`", "### P5 wins", (), (("net", "P5 wins", ()),)),
        ("On networks.", "On fast networks.", (), (("net", "On fast networks.", ()),)),
        ("- “Buy", "**Prices fall:**\n\n- “Buy", (), (("buy", "Prices fall:", ()),)),
        ("# Report", "# Reports lie", (), (("", "Reports lie", ()),)),
        (
            "- [Notes](notes.md): 5 claims",
            "- [Notes](notes.md) is wrong",
            (),
            (("References", "Notes is wrong", ()),),
        ),
        # HTML
        ("## Buying", "<!-- a note\n\nto self -->\n\n## Buying", (), ()),
        ("## Buying", "<div>I say &amp; so</div>\n\n## Buying", (), (("net", "I say & so", ()),)),
        # a block quotation and code of the user's own
        ("## Buying", "> Who said\n> this?\n\n## Buying", (), (("net", "Who said this?", ()),)),
        ("## Buying", "```\nrag compose\n```\n\n## Buying", (), (("net", "rag compose", ()),)),
    ],
)
def test_an_edit_changes_what_it_changes(old, new, gone, come):
    """Of the claims only the edited ones change; the user's words come out plain."""
    kept = [claim for number, claim in enumerate(UNTOUCHED) if number not in gone]
    found = said(old, new)
    assert [claim for claim in found if claim in kept] == kept
    assert [claim for claim in found if claim not in kept] == list(come)


@pytest.mark.parametrize("struck", ["~~{}~~", "<del>{}</del>", "<S class='x'>{}</S>"])
def test_what_is_struck_out_is_not_said(struck):
    """A reader sees that it is taken back: a word of a claim, or a claim with its mark."""
    text = "P5 can " + struck.format("not") + " be bought.[^notes-aaaaaa]"
    (claim,) = read_back(text, SMALL).claims()
    assert (claim.text.split(), claim.labels) == ("P5 can be bought.".split(), ("notes-aaaaaa",))
    assert not list(read_back(struck.format("P5 is fast.[^notes-aaaaaa]"), SMALL).claims())


def test_a_byte_order_mark_is_no_word():
    """An editor that puts one first changes nothing of what the report says."""
    assert read_back("\ufeff" + REPORT, SMALL) == read_back(REPORT, SMALL)


def test_a_section_of_the_users_own():
    """A heading that the outline has not gives a section without id; its heading is a statement."""
    mine = "## My *view*\n\nP5 is fast.[^notes-aaaaaa]\n\n"
    report = read_back(REPORT.replace("## Buying", mine + "## Buying"), SMALL)
    assert [(item.id, item.title) for item in report.sections] == [
        ("net", "Networking"),
        ("", "My view"),
        ("buy", "Buying"),
    ]
    heading, claim = report.sections[1].claims
    assert (heading.text, heading.is_cited) == ("My view", False)
    assert (claim.text, claim.labels) == ("P5 is fast.", ("notes-aaaaaa",))


def test_a_claim_that_moved_is_the_same_claim():
    """Moved to another section it keeps words, speaker and labels."""
    line = "- “Buy early.” (Ann Lee, Keynote)[^notes-dddddd]\n"
    text = REPORT.replace(line, "").replace("### Band", line + "\n### Band")
    moved = read_back(text, SMALL).sections[0].claims[1]
    old = read_back(REPORT, SMALL).sections[1].claims[0]
    assert moved.model_copy(update={"line": old.line}) == old


def test_footnotes_deleted_and_doubled():
    """A mark stays where its footnote is gone; a label defined twice is told twice."""
    note = next(line for line in REPORT.splitlines() if line.startswith("[^notes-cccccc]:"))
    without = read_back(REPORT.replace(note, ""), SMALL)
    assert [claim.text for claim in without.claims()] == [text for _, text, _ in UNTOUCHED]
    assert "notes-cccccc" not in {item.label for item in without.footnotes}
    twice = read_back(f"{REPORT}\n{note}\n", SMALL)
    assert [item.label for item in twice.footnotes].count("notes-cccccc") == 2
    mine = read_back(f"{REPORT}\n[^mine]: I know.\n", SMALL).footnotes[-1]
    assert (mine.label, mine.reference_key, mine.quote) == ("mine", "", "")


def test_a_quotation_with_its_speaker_on_the_next_line():
    """The line that names the speaker needs no empty line before it."""
    assert said(">\n> — Jane", "> — Jane") == UNTOUCHED
    text = REPORT.replace(">\n> — Jane", "> — Jane")
    assert [claim.attribution for claim in read_back(text, SMALL).claims()][4] == "Jane Doe"


@given(
    st.integers(0, REPORT.count("\n")),
    st.sampled_from(
        [
            *("{}", "- {}", "* {}", "1. {}", "> {}", "#### {}", "**{}**", "*{}*", "<p>{}</p>"),
            *("```\n{}\n```", "- [ ] {}", "<b>{}</b>", "| {} | x |\n| --- | --- |\n| a | b |"),
        ]
    ),
)
def test_no_words_of_the_users_are_overlooked(place, form):
    """Wherever and in whatever form the user writes a paragraph, it is read as a statement."""
    lines = REPORT.split("\n")
    mine = form.format("Zebras have stripes")
    text = "\n".join([*lines[:place], "", mine, "", *lines[place:]])
    report = read_back(text, SMALL)
    found = [claim.text for claim in report.claims() if not claim.is_cited]
    headers = [words for item in report.sections for block in item.blocks for words in block.header]
    headers += [words for block in report.loose for words in block.header]
    assert any("Zebras have stripes" in words for words in found + headers)
