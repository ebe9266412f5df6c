"""HTML: the main content of pages with its structure."""

from __future__ import annotations

import pytest
from stages.parse.laws import SHARED, document, needs_shared, words

LONG = "The instance has eight accelerators and enough memory for the largest of our models. "
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Guide | Site</title>
<meta property="og:title" content="Guide"><meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2024-05-06T10:00:00Z">
<link rel="canonical" href="https://example.org/guide"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/a">About</a></li></ul></nav>
<main><article><h1>Guide</h1>
<p>{LONG * 2}It has <b>bold</b> and <a href="x">linked words</a>,
<code>inline code</code> and 10<sup>9</sup>.</p>
<h2>Which chips are there?</h2><p>{LONG}</p>
<ol><li>First <em>step</em><ul><li>nested</li></ul></li><li>Second step</li></ol>
<pre><code class="language-python">def f(x):
    return x &lt; 3

# end</code></pre>
<h3>Sizes</h3><table><thead><tr><th>Name</th><th>Chips</th></tr></thead>
<tbody><tr><td>a | b</td><td>8</td></tr><tr><td>c</td><td></td></tr></tbody></table>
<blockquote><p>Said by somebody.</p></blockquote>
<p>Share this article</p><p>Subscribe to our newsletter for weekly updates</p>
<p>{LONG}</p></article></main>
<footer><p>Copyright 2024. All rights reserved.</p></footer></body></html>"""


def test_structure_is_kept() -> None:
    """Headings, lists, code, tables and quotations are parts of their kinds."""
    found = document(PAGE, "text/html")
    assert words(found, "heading") == ["Which chips are there?", "Sizes"]
    assert words(found, "item") == ["First step", "nested", "Second step"]
    assert words(found, "code") == ["def f(x):\n    return x < 3\n\n# end"]
    assert words(found, "row") == ["| Name | Chips |", "| a \\| b | 8 |", "| c | |"]
    assert words(found, "quote") == ["Said by somebody."]
    assert "linked words, `inline code` and 10^9." in found.text
    rows = [part for part in found.parts if part.kind == "row"]
    assert rows[1].header == rows[0].span
    assert rows[1].headings == ("Which chips are there?", "Sizes")


def test_what_dresses_a_page_is_left_out() -> None:
    """Menus, share buttons, sign-up boxes and the footer are no content."""
    text = document(PAGE, "text/html").text
    for word in ("Home", "Share", "Subscribe", "Copyright"):
        assert word not in text


def test_the_head_states_facts() -> None:
    """Title, author, date and address come from the page's head."""
    found = document(PAGE, "text/html")
    assert (found.title, found.author, found.date) == ("Guide", "Ann Lee", "2024-05-06")
    assert found.origin == "https://example.org/guide"


def test_sentences_that_stand_loose_are_whole() -> None:
    """Text outside of paragraphs is not cut at emphasis or links."""
    asked = "We asked <em><a href='x'>The Paper</a></em>, which said no to this question."
    page = f"<html><body><div><h1>T</h1>{LONG}{asked}<br><br>{LONG}</div></body></html>"
    assert "We asked The Paper, which said no to this question." in document(page, "text/html").text


def test_an_article_cut_in_several_containers_is_whole() -> None:
    """Containers of one class that share an ancestor are one article."""
    cut = "".join(
        '<div class="grid"><div class="article__body">'
        f"<p>Part {n} says: {LONG * 4}</p></div></div><aside>Ad</aside>"
        for n in range(3)
    )
    page = f"<html><body><article><h1>T</h1><div class=chunks>{cut}</div></article></body></html>"
    text = document(page, "text/html").text
    assert all(f"Part {n} says" in text for n in range(3))


def test_deep_pages_are_read() -> None:
    """Nesting far over what pages need costs neither a crash nor the words above it."""
    deep = "<div><b>" * 3000 + "x" + "</b></div>" * 3000
    page = f"<html><body><article><p>{LONG}</p>{deep}</article></body></html>"
    assert LONG.strip() in document(page, "text/html").text


@needs_shared
def test_the_saved_page_says_what_its_markdown_says() -> None:
    """The page and the Markdown of one article have the same paragraphs, captions apart."""
    folder = SHARED / "references"
    page = document((folder / "big-llm-architecture-comparison.html").read_bytes(), "text/html")
    twin = document((folder / "big-llm-architecture-comparison.md").read_bytes(), "text/markdown")
    wanted = {_key(text) for text in words(twin, "paragraph") if not text.startswith("Figure ")}
    assert page.title == twin.title
    assert page.author.startswith("Sebastian Raschka")
    assert len(wanted & {_key(text) for text in words(page)}) >= 0.95 * len(wanted)


def _key(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@needs_shared
@pytest.mark.filterwarnings("default")
def test_main_content_is_found() -> None:
    """On the labelled pages F1 is at least 0.95 and above that of plain trafilatura."""
    import subprocess  # noqa: PLC0415 - only here
    import sys  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    root = Path(__file__).resolve().parents[3]
    run = subprocess.run(
        [sys.executable, "benchmarks/quality/extraction.py", str(SHARED / "extraction")],
        cwd=root,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


SPANNED = f"""<html><body><article><h1>Instances</h1><p>{LONG * 3}</p><table>
<tr><th rowspan="2">Instance</th><th colspan="2">Memory</th><th rowspan="2">Links</th></tr>
<tr><th>GPU</th><th>System</th></tr>
<tr><td rowspan="2"><b>p5</b></td><td>640 GB</td><td>2 TB</td><td>18</td></tr>
<tr><td>80 GB</td><td>256 GB</td><td>1</td></tr>
<tr><td>trn2</td><td colspan="2">1.5 TB</td><td rowspan="9">4</td></tr>
<tr><td>inf2</td><td>384 GB</td><td>768 GB</td></tr>
</table><p>{LONG}</p></article></body></html>"""


def test_cells_that_span_stand_in_each_place() -> None:
    """Each row says whose figures it has; header rows are one header."""
    found = document(SPANNED, "text/html")
    assert [row.strip("| ").replace("**", "") for row in words(found, "row")] == [
        "Instance | Memory GPU | Memory System | Links",
        "p5 | 640 GB | 2 TB | 18",
        "p5 | 80 GB | 256 GB | 1",
        "trn2 | 1.5 TB | 1.5 TB | 4",
        "inf2 | 384 GB | 768 GB | 4",
    ]


@pytest.mark.parametrize("span", ["0", "-1", "x", "99999999", ""])
def test_spans_that_mean_nothing_do_no_harm(span: str) -> None:
    """What stands in a page's attributes is anybody's: the table is read all the same."""
    found = document(
        SPANNED.replace('rowspan="9"', f'rowspan="{span}" colspan="{span}"'), "text/html"
    )
    assert "trn2" in found.text
    assert len(found.text) < 5 * len(SPANNED)
