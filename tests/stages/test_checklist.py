"""What a checklist says, and what ticking a box changes."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.stages.checklist import key_of, read_checklist, tick, untick
from rag.types import Reference

FRAGMENTS = st.sampled_from(
    [
        *("- [ ] ", "* [x] ", "+ [X] ", "1. [ ] ", "2) [ ] ", "[ ] ", "[x]", "[ ](u)", "[x]: u"),
        *("[t](a.md)", "[t](<b c.md>)", "<https://a.org/>", "https://b.org/x", "c/d.pdf", "`e.md`"),
        *("\n", "\r\n", "\r", "    ", "\t", "\ufeff", "> ", "- ", "\n\n", " ", "\x0b", "\u2028"),
        *("```", "````py", "~~~", "<!--", "-->", "<!-- x -->", "`", "[a]: https://c.org", "[t][a]"),
        *("words", "brief of", ": ", "—", "\udce9", "\0", "http://[::1", "(", ")", "[", "]", "#"),
    ]
)
CHECKLISTS = st.one_of(
    st.lists(FRAGMENTS, max_size=40).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=200),
)


def one(text: str) -> Reference:
    """Return the only reference of a checklist that has no problem."""
    reading = read_checklist(text)
    assert reading.problems == ()
    (reference,) = reading.references
    return reference


# --- laws ------------------------------------------------------------------------------------


@given(CHECKLISTS)
def test_lines_increase_and_keys_are_unique(text):
    """Of any text: references come in file order, each with a key of its own, or not at all."""
    reading = read_checklist(text)
    lines = [reference.line for reference in reading.references]
    keys = [reference.key for reference in reading.references]
    assert lines == sorted(set(lines))
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert all(reference.locator and reference.title for reference in reading.references)


@given(CHECKLISTS)
@example("\ufeff[ ] a.md\r\n")
@example("\ufeff\n[ ] a.md\r- [ ] b.md  \r\n\t1. [ ] c.md")
def test_tick_changes_the_one_character_in_the_box(text):
    """Ticking changes a space to an x between brackets on that line, and nothing but `checked`."""
    reading = read_checklist(text)
    for place, reference in enumerate(reading.references):
        ticked = tick(text, reference.line)
        changed = [at for at in range(len(text)) if text[at] != ticked[at]]
        assert len(ticked) == len(text)
        assert len(changed) == (0 if reference.checked else 1)
        for at in changed:
            assert text[at - 1 : at + 2] == "[ ]"
            assert ticked[at - 1 : at + 2] == "[x]"
        expected = list(reading.references)
        expected[place] = reference.model_copy(update={"checked": True})
        assert read_checklist(ticked).references == tuple(expected)
        assert tick(ticked, reference.line) == ticked
        opened = untick(ticked, reference.line)
        expected[place] = reference.model_copy(update={"checked": False})
        assert read_checklist(opened).references == tuple(expected)
        assert tick(opened, reference.line).lower() == ticked.lower()


@given(CHECKLISTS)
def test_bytes_survive_a_tick(text):
    """A file of any bytes is what it was after a tick, but for the one byte of the box."""
    data = text.encode("utf-8", "surrogatepass")
    decoded = data.decode("utf-8", "surrogateescape")
    for reference in read_checklist(decoded).references:
        after = tick(decoded, reference.line).encode("utf-8", "surrogateescape")
        assert len(after) == len(data)
        assert sum(a != b for a, b in zip(after, data, strict=True)) <= 1


@given(CHECKLISTS)
def test_words_are_fit_to_store_and_to_print(text):
    """Titles, origins and instructions are single lines of valid Unicode; so are all reasons."""
    reading = read_checklist(text)
    for reference in reading.references:
        for field in (reference.title, reference.origin, reference.locator, reference.instruction):
            field.encode("utf-8")
            assert "\n" not in field
    for problem in reading.problems:
        problem.reason.encode("utf-8")
        assert "\n" not in problem.reason


@given(st.text(st.characters(exclude_categories=()), min_size=1))
@example("https://[")
def test_a_key_is_made_of_the_locator_alone(locator):
    """Any locator has a key of lower-case words and hyphens, the same each time."""
    key = key_of(locator)
    assert key == key_of(locator)
    assert key
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


# --- boxes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "opening",
    [
        "- [ ] ",
        "* [ ] ",
        "+ [ ] ",
        "1. [ ] ",
        "12) [ ] ",
        "[ ] ",
        "    - [ ] ",
        "\t[ ] ",
        "- - [ ] ",
    ],
)
def test_every_form_of_box_opens_a_reference(opening):
    """List marks are optional, and indentation is free."""
    assert one(f"{opening}[A title](a.md)\n").title == "A title"


@pytest.mark.parametrize(("mark", "checked"), [(" ", False), ("x", True), ("X", True)])
def test_a_cross_checks_a_box(mark, checked):
    """`[x]` and `[X]` are checked."""
    assert one(f"- [{mark}] a.md").checked is checked


@pytest.mark.parametrize(
    "text",
    [
        "[ ](https://a.org)",
        "- [x]: https://a.org",
        "- [x][ref] a.md",
        "- [ ]a.md",
        "- [] a.md",
        "> - [ ] a.md",
        "# [ ] a.md",
        "see - [ ] a.md",
        "```\n- [ ] a.md\n```",
        "~~~ sh\n- [ ] a.md\n\n[ ] b.md\n~~~~",
        "````\n```\n- [ ] a.md\n",
        "- list\n\n  ```\n  - [ ] a.md\n  ```\n",
        "- ```\n  [ ] a.md\n  ```",
        "        ```\n        - [ ] a.md\n        ```",
        "<details>\n```\n- [ ] a.md\n```\n</details>",
        "<!-- - [ ] a.md -->",
        "<!--\n- [ ] a.md\n\n- [ ] b.md\n-->",
        "<!--\n- [ ] a.md\n",
        "text <!-- from here\n- [ ] a.md\n--> on",
    ],
)
def test_what_is_no_box(text):
    """Links, definitions, quotations, headings, fenced code and comments hold no reference."""
    reading = read_checklist(text)
    assert reading.references == ()
    assert reading.problems == ()


@pytest.mark.parametrize(
    "before",
    [
        "```\ncode\n```\n",
        "- ```\n  code\n",
        "<!-->\n",
        "<!-- x -->\n",
        "text <!-- never closed\n",
        "`<!--`\n",
        "<!--\n```\n-->\n",
        "Read `a\n",
    ],
)
def test_boxes_go_on_after_code_and_comments(before):
    """What is closed, or was never open, hides nothing below it."""
    assert one(f"{before}- [ ] a.md").locator == "a.md"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_count_as_in_an_editor(end):
    """LF, CRLF and CR end a line; form feeds and Unicode's separators do not."""
    text = end.join(["\ufeff# \x0b\x0c\u2028\x85", "", "- [ ] a.md", "[ ] b.md", ""])
    assert [reference.line for reference in read_checklist(text).references] == [3, 4]
    assert tick(text, 4) == text.replace("[ ] b.md", "[x] b.md")


@pytest.mark.parametrize("line", [0, 1, 4, 5, -1])
def test_tick_refuses_a_line_without_a_box(line):
    """Nothing is ticked where no reference can stand."""
    with pytest.raises(ValueError, match="no box"):
        tick("# Title\n- [ ] a.md\n```\n- [ ] b.md\n", line)
    with pytest.raises(ValueError, match="no box"):
        untick("# Title\n- [x] a.md\n```\n- [x] b.md\n", line)


# --- entries ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "locator"),
    [
        ("[T](https://a.org/x)", "https://a.org/x"),
        ("folder/", "folder/"),
        ("a-picture.png", "a-picture.png"),
        ('[T](a.md "with a title")', "a.md"),
        ("[T](<my notes.md>)", "my notes.md"),
        ("[T](my%20notes.md)", "my%20notes.md"),
        ("[T](a_(b).md)", "a_(b).md"),
        ("[T](https://a.org/x_(y)_z)", "https://a.org/x_(y)_z"),
        ("[T [nested] `code`](a.md)", "a.md"),
        ("[![image](logo.png)](a.md)", "a.md"),
        ("<https://a.org/x?y=1&z=2>", "https://a.org/x?y=1&z=2"),
        ("https://a.org/x.", "https://a.org/x"),
        ("(https://a.org/x)", "https://a.org/x"),
        ("https://a.org/x_(y), and more", "https://a.org/x_(y)"),
        ("**https://a.org/_b_/c**", "https://a.org/_b_/c"),
        ("s3://bucket/key.pdf", "s3://bucket/key.pdf"),
        ("s3://bucket/a/prefix/, for costs.", "s3://bucket/a/prefix/"),
        ("[T](<s3://bucket/my notes.md>)", "s3://bucket/my notes.md"),
        (
            "`s3://bucket/key.md?versionId=3/L4kqtJ` for costs",
            "s3://bucket/key.md?versionId=3/L4kqtJ",
        ),
        ("`https://a.org/x`", "https://a.org/x"),
        ("notes.md", "notes.md"),
        ("see notes/a", "notes/a"),
        ("and/or docs/a.pdf.", "docs/a.pdf"),
        ("/abs/olute", "/abs/olute"),
        ("../a.unknown", "../a.unknown"),
        ("src/__init__.md", "src/__init__.md"),
        ('"my notes.pdf" for figures', "my notes.pdf"),
        ("`my notes.pdf` for figures", "my notes.pdf"),
        ("<references/a.md>", "references/a.md"),
        ("<my notes.pdf> for figures", "my notes.pdf"),
        ("see <C# notes (2).md>, for <b>costs</b>", "C# notes (2).md"),
        ("<b>costs</b> of [T](<my notes.md>)", "my notes.md"),
        ("references/my file.md", "references/my file.md"),
        ("references/my big file v1.5.pdf, for figures", "references/my big file v1.5.pdf"),
        ("/home/My Documents/a b.md: prices", "/home/My Documents/a b.md"),
        ("notes/a.md and more", "notes/a.md"),
        ("notes/a, then b.md", "b.md"),
        ("[mail](mailto:a@b.org) [up](#top) [none]() [T](a.md)", "a.md"),
        ("TCP/IP at https://a.org/x", "https://a.org/x"),
        ("see [T](b.md), not a.md", "b.md"),
        ("a.md, brief of https://a.org/x", "a.md"),
    ],
)
def test_the_locator(words, locator):
    """The first link, whatever its form; else a path."""
    assert one(f"- [ ] {words}").locator == locator


def test_an_entry_of_the_projects_own_kind():
    """A brief with its origin and its instruction is read in all its parts."""
    text = (
        "- [ ] [Amazon EC2 FAQs](references/amazon-ec2-faqs.md), brief of "
        "<https://aws.amazon.com/ec2/faqs/>: read for prices, and *limits*"
    )
    assert one(text) == Reference(
        key="amazon-ec2-faqs",
        title="Amazon EC2 FAQs",
        locator="references/amazon-ec2-faqs.md",
        origin="https://aws.amazon.com/ec2/faqs/",
        instruction="read for prices, and limits",
        checked=False,
        line=1,
    )


@pytest.mark.parametrize(
    ("words", "title", "instruction"),
    [
        ("[T](a.md)", "T", ""),
        ("[T](a.md) — read *the* `costs` (part 2).", "T", "read the costs (part 2)."),
        ("Part one of [T](a.md) for MoE", "T", "Part one of for MoE"),
        ("[T](a.md) (original: <https://o.org>) - for MoE", "T", "for MoE"),
        ("[*The* **T**](a.md)", "The T", ""),
        ("The T: https://a.org/x, for MoE", "The T", "for MoE"),
        ("The T (https://a.org/x).", "The T", ""),
        ("https://a.org/the-big-one.html for MoE", "The big one", "for MoE"),
        ("see https://a.org", "a.org", ""),
        ("<https://video.org/watch?v=Ab1> on chips", "video.org Ab1", "on chips"),
        ("docs/my_own%20notes.md", "My own notes", ""),
        ("[T](a.md) <!-- not this -->", "T", ""),
        ("[T](a.md) <b>bold</b> &amp; more", "T", "bold & more"),
        ("[T](a.md) for I/O and CPU/GPU", "T", "for I/O and CPU/GPU"),
        ("[T](a.md)\n  for costs\n  and limits\nText", "T", "for costs and limits"),
        ("[T](a.md)\n  - a note of its own", "T", ""),
    ],
)
def test_title_and_instruction(words, title, instruction):
    """The title is the link's text, or the words before it; the instruction is the rest."""
    reference = one(f"- [ ] {words}")
    assert (reference.title, reference.instruction) == (title, instruction)


def test_a_link_may_be_defined_elsewhere():
    """`[title][label]` is a link where the file defines the label."""
    reference = one("- [ ] [The T][one] for MoE\n\n[one]: https://a.org/x\n")
    assert (reference.title, reference.locator) == ("The T", "https://a.org/x")


# --- keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locator", "key"),
    [
        ("references/Amazon EC2 FAQs.md", "amazon-ec2-faqs"),
        ("/data/v1.5", "v1-5"),
        ("c:\\docs\\Notes.pdf", "notes"),
        ("https://aws.amazon.com/ec2/faqs/", "ec2-faqs"),
        ("https://aws.amazon.com/ec2/faqs/index.html#top", "ec2-faqs"),
        ("https://arxiv.org/abs/1706.03762", "abs-1706-03762"),
        ("https://Example.org", "example-org"),
        ("https://example.org/?q=1", "example-org"),
        ("https://www.youtube.com/watch?v=rY7GmDcOEwA&t=3", "watch-ry7gmdcoewa"),
        ("s3://bucket/a/b.pdf", "a-b"),
        ("s3://bucket/a/b/", "a-b"),
        ("s3://bucket/", "bucket"),
        ("file:///home/me/notes.md", "notes"),
    ],
)
def test_keys_are_readable(locator, key):
    """A path gives its stem, a URL its path, or its host where it has none."""
    assert key_of(locator) == key


def test_equal_keys_are_told_apart_by_the_locator():
    """The later of two different locators gets four digits of its checksum."""
    reading = read_checklist("- [ ] a/notes.md\n- [ ] b/notes.md\n- [ ] notes.pdf\n")
    keys = [reference.key for reference in reading.references]
    ends = [sha256(locator).hexdigest()[:4] for locator in (b"b/notes.md", b"notes.pdf")]
    assert keys == ["notes", *(f"notes-{end}" for end in ends)]


def test_a_made_key_may_be_taken_already():
    """Where four digits are another reference's own key, more of them are taken."""
    end = sha256(b"b/notes.md").hexdigest()
    reading = read_checklist(f"- [ ] a/notes.md\n- [ ] notes-{end[:4]}.md\n- [ ] b/notes.md\n")
    assert reading.references[2].key == f"notes-{end[:5]}"


# --- problems --------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "just words", "[t]()", "[t](#top)", "me@a.org"])
def test_a_box_without_a_locator_is_named(words):
    """An entry that names nothing to read is a problem with its line; the others go on."""
    reading = read_checklist(f"# L\n\n- [ ] {words}\n- [ ] a.md\n")
    (problem,) = reading.problems
    assert (problem.subject, problem.stage) == ("line 3", "checklist")
    assert "no link" in problem.reason
    assert [reference.line for reference in reading.references] == [4]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.md", "./a.md"),
        ("[x](my%20a.md)", "[y](<my a.md>)"),
        ("https://A.org/x/", "[t](https://a.org:443/x#part)"),
        ("http://a.org:80", "http://a.org/"),
    ],
)
def test_the_same_locator_twice_names_both_lines(first, second):
    """The first of two entries stands; the second is a problem that names the first."""
    reading = read_checklist(f"- [ ] {first}\ntext\n- [x] {second}\n")
    (problem,) = reading.problems
    assert problem.subject == "line 3"
    assert "line 1" in problem.reason
    assert [reference.line for reference in reading.references] == [1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://a.org/x", "https://a.org/x"),
        ("https://a.org/?v=1", "https://a.org/?v=2"),
        ("s3://bucket/a", "s3://bucket/a/"),
    ],
)
def test_different_locators_stay_different(first, second):
    """Scheme and query tell places apart."""
    assert len(read_checklist(f"[ ] {first}\n[ ] {second}").references) == 2


@pytest.mark.parametrize("words", ["http://[::1", "https://a.org:port/x", "[t](a\udce9.md)"])
def test_a_locator_that_cannot_be_is_named(words):
    """No later stage meets an address that cannot be taken apart or stored."""
    (problem,) = read_checklist(f"- [ ] {words}\n").problems
    assert problem.subject == "line 1"
    assert "\udce9" not in problem.reason


def test_a_long_checklist_is_read_in_time():
    """Two thousand entries and a hostile line are read in seconds."""
    text = "".join(f"- [ ] [T{n}](a/{n}.md), brief of <https://a.org/{n}>\n" for n in range(2000))
    assert len(read_checklist(text + "- [ ] " + "[" * 5000 + "(" * 5000).references) == 2000
