"""A report is checked again, whoever edited it: what holds, what does not, and on which line."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import projects
import pytest
from fakes import FakePairScorer
from projects import NAMES, PAGES, SITE, FakeTools, checklist, of, project_at

from rag.errors import PrerequisiteError, RagError, UsageError
from rag.flows.bundle import bundle_of, check
from rag.flows.compose import compose
from rag.flows.events import Fallen
from rag.flows.verify import verify_report
from rag.text.labels import footnote_label
from rag.types import claim_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.flows.project import Project
    from rag.flows.verify import Checkup, Verification
    from rag.ports import PairScorer
    from rag.types import Claim

DELTA = """# Delta accelerators

## Memory of Delta

The Delta accelerator does not have 80 GB of memory on each chip. It has 64 GB.

| Accelerator | Memory per chip | Watts |
| --- | --- | --- |
| Delta One | 64 GB | 700 |
| Delta Two | 128 GB | 900 |

> "Memory is the only thing that you run out of twice." — Jane Doe

## What others say

The Alpha accelerator has 80 GB of memory on each chip and moves 2.9 TB/s to and from it.
"""
OUTLINE = (
    projects.OUTLINE.replace(
        'title = "Accelerators"',
        'title = "Accelerators"\n'
        'columns = ["Element", "Service", "Figure", "What the reference says"]',
    ).replace(
        "words = 120\n",
        'words = 120\nquotations = 2\ntables = [["Accelerator", "Memory per chip", "Watts"]]\n',
        1,
    )
    + """
[[sections]]
id = "guides"
title = "Guides"
[[sections.topics]]
id = "matches"
heading = "What runs on what"
form = "matches"
questions = ["Which accelerator has how much memory, and what takes how long?"]
terms = ["memory"]

[[sections]]
id = "conflicts"
title = "Where the references disagree"
form = "conflicts"
"""
)
BETA = (
    "The Beta accelerator has 141 GB of memory on each chip, which is 1.8 times what it had before."
)
TORN = "The Delta accelerator does not have 80 GB of memory on each chip."


class Composed(NamedTuple):
    """A project with its report, which the tests of this module only read."""

    project: Project
    tools: FakeTools
    text: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """A composed report with claims of every form, checked with no scorer of support."""
    root = tmp_path_factory.mktemp("verify")
    project = project_at(root, checklist((*NAMES, "delta")))
    (root / "config/report.toml").write_text(OUTLINE, encoding="utf-8")
    tools = FakeTools(project, PAGES | {f"{SITE}delta.md": DELTA.encode()})
    list(compose(project, tools, every=True))
    yield Composed(project, tools, project.report.read_text(encoding="utf-8"))
    tools.store.close()


@pytest.fixture(autouse=True)
def _no_scorer_is_left(made: Composed) -> Iterator[None]:
    """Each test begins with a project that has no scorer of support."""
    yield
    made.tools.support = None


class Desk:
    """Edits a copy of the report and checks it."""

    def __init__(self, made: Composed, file: Path) -> None:
        self.made = made
        self.file = file
        self.text = made.text

    def swap(self, old: str, new: str, count: int = 1) -> None:
        """Put other words in the place of the first that are so; they must be there."""
        assert old in self.text
        self.text = self.text.replace(old, new, count)

    def add(self, words: str) -> int:
        """Put a paragraph under the heading of a section; return its line."""
        self.swap("## Training\n", f"## Training\n\n{words}\n")
        return self.line(words)

    def line(self, words: str) -> int:
        """Return the number of the first line that has the words."""
        first = words.split("\n", maxsplit=1)[0]
        return next(n for n, line in enumerate(self.text.splitlines(), start=1) if first in line)

    def verified(self) -> Verification:
        """Check what the report has become."""
        self.file.write_text(self.text, encoding="utf-8")
        return verify_report(self.made.project, self.made.tools, self.file)

    def fallen(self) -> list[tuple[str, int]]:
        """Return the verdict and the line of each claim that does not hold."""
        return [(item.verdict, item.line) for item in self.verified().failures]

    def only(self) -> Checkup:
        """Return the one claim that does not hold."""
        (item,) = self.verified().failures
        return item

    def cite(self, key: str, quote: str) -> str:
        """Add the footnote of a passage, as the report would write it; return its mark."""
        label = footnote_label(key, quote)
        if f"[^{label}]:" not in self.text:
            known = [n for n in self.text.splitlines() if n.startswith(f"[^{key}-")]
            source = known[0].split(": ", maxsplit=1)[1].split(")")[0] if known else "[Title](x"
            self.text += f"\n[^{label}]: {source}): “{quote}”\n"
        return f"[^{label}]"

    def note(self, key: str, words: str = "") -> str:
        """Return the first footnote of a reference whose passage has the words."""
        notes = self.text.splitlines()
        return next(n for n in notes if n.startswith(f"[^{key}-") and words in n)

    def mark(self, key: str, words: str) -> str:
        """Return the mark of the first footnote of a reference whose passage has the words."""
        return self.note(key, words).split(":", maxsplit=1)[0]


@pytest.fixture
def desk(made: Composed, tmp_path: Path) -> Desk:
    """A copy of the report to edit."""
    return Desk(made, tmp_path / "report.md")


# --- what was composed --------------------------------------------------------------------------


def test_a_composed_report_holds(made: Composed) -> None:
    """Every claim that was composed holds; the words of the outline are nobody's statements."""
    found = verify_report(made.project, made.tools)
    assert found.failures == ()
    assert found.statements == ()
    assert found.report == str(made.project.report)
    forms = {(item.section, item.form) for item in found.claims}
    assert {form for _, form in forms} == {"finding", "paragraph", "bullets", "table", "quotation"}
    assert {("memory", "table"), ("guides", "table"), ("conflicts", "table")} <= forms


def test_claims_keep_their_ids_and_spans(made: Composed) -> None:
    """What is read back is what was committed: the same ids on the same words of the documents."""
    edition = made.tools.store.latest()
    assert edition
    committed = {claim.id: claim.citations for item in edition.sections for claim in item.claims}
    found = verify_report(made.project, made.tools)
    own = [item.claim for item in found.claims if item.section != "conflicts" and item.claim]
    assert own
    for claim in own:
        assert claim.citations == committed[claim.id]
    for item in found.claims:
        line = made.text.splitlines()[item.line - 1]
        assert item.claim
        assert all(f"[^{citation.label}]" in line for citation in item.claim.citations)


def adopted(
    root: Path, text: str, support: PairScorer | None = None
) -> tuple[list[Fallen], list[Claim]]:
    """Return what falls and what is taken over of a report in a clone without a store."""
    copy = project_at(root, checklist((*NAMES, "delta")))
    (copy.root / "config/report.toml").write_text(OUTLINE, encoding="utf-8")
    copy.report.write_text(text, encoding="utf-8")
    cloned = FakeTools(copy, PAGES | {f"{SITE}delta.md": DELTA.encode()})
    cloned.support = support
    seen = list(compose(copy, cloned))
    edition = cloned.store.edition(1)
    assert edition
    assert edition.text == text
    cloned.store.close()
    return of(Fallen, seen), [claim for part in edition.sections for claim in part.claims]


def test_a_clone_takes_over_claims_of_every_form(made: Composed, tmp_path: Path) -> None:
    """What was composed holds when it is read back without its store: the same claims, no other."""
    fallen, claims = adopted(tmp_path / "clone", made.text)
    latest = made.tools.store.latest()
    assert latest
    assert fallen == []
    assert claims == [claim for part in latest.sections for claim in part.claims]


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("| Delta Two | 128 GB |", "| Delta Two | 129 GB |", "number_absent"),
        ("| Delta Two | 128 GB |", "| Beta Two | 128 GB |", "name_absent"),
        ("| Memory per chip | Watts |", "| Watts | Memory per chip |", "quote_absent"),
    ],
)
def test_a_clone_takes_over_no_row_that_was_altered(
    made: Composed, tmp_path: Path, old: str, new: str, verdict: str
) -> None:
    """A figure, a name or a column that is not the document's: the row is the user's words."""
    fallen, _ = adopted(tmp_path / "clone", made.text.replace(old, new, 1))
    assert {item.verdict for item in fallen} == {verdict}


def test_a_clone_takes_over_no_sentence_that_its_passage_does_not_bear(
    made: Composed, tmp_path: Path
) -> None:
    """Without a wrong figure or name, too; what is verbatim is asked of nobody."""
    line = next(line for line in made.text.splitlines() if "loses 2 steps" in line)
    words = line.split("[^")[0].rsplit(". ", maxsplit=1)[-1]
    false = "Customers everywhere prefer these over others."
    text = made.text.replace(f"{words}[^", f"{false}[^", 1)
    assert text != made.text
    fallen, claims = adopted(tmp_path / "clone", text, FakePairScorer())
    assert [item.verdict for item in fallen] == ["not_entailed"]
    assert false not in {claim.text for claim in claims}
    scorer = FakePairScorer()
    assert adopted(tmp_path / "another", made.text, scorer)[0] == []
    verbatim = {claim.text for claim in claims}
    assert not any(asked in verbatim for asked, _ in scorer.pairs)


def test_checking_changes_no_file(made: Composed) -> None:
    """Report and checklist are the same bytes after a check, and there is no file more."""
    root = made.project.root
    before = {path: path.read_bytes() for path in root.glob("*.*")}
    made.tools.support = FakePairScorer()
    verify_report(made.project, made.tools)
    assert {path: path.read_bytes() for path in root.glob("*.*")} == before


# --- after edits by hand ------------------------------------------------------------------------


def test_a_changed_digit(desk: Desk) -> None:
    """Another digit in a sentence: its figure stands in no passage, on that line."""
    desk.swap("loses 2 steps", "loses 3 steps")
    item = desk.only()
    assert (item.verdict, item.line) == ("number_absent", desk.line("loses 3 steps"))
    assert "3 steps" in item.reason or "3" in item.reason
    assert item.claim is None
    assert item.section == "training"


def test_a_changed_name(desk: Desk) -> None:
    """Another name in a sentence stands in no passage."""
    desk.swap("training cluster Gamma", "training cluster Omega")
    item = desk.only()
    assert (item.verdict, item.line) == ("name_absent", desk.line("Omega"))
    assert "Omega" in item.reason


def test_a_changed_quote(desk: Desk) -> None:
    """Another word inside a footnote's quote fails all that stand on it, and nothing else."""
    mark = desk.mark("gamma", "faulty node")
    note = desk.text.index(f"{mark}:")
    desk.text = desk.text[:note] + desk.text[note:].replace("a faulty node", "the faulty node", 1)
    cited = [
        ("quote_absent", number)
        for number, line in enumerate(desk.text.splitlines(), start=1)
        if mark in line and not line.startswith(mark)
    ]
    assert cited
    assert desk.fallen() == cited


def test_a_quote_of_ones_own(desk: Desk) -> None:
    """A footnote with a right label whose words stand in no passage is found in the store."""
    mark = desk.cite("beta", "The Beta accelerator is the best of all.")
    line = desk.add(f"The Beta accelerator is the best of all.{mark}")
    assert desk.fallen() == [("quote_absent", line)]


def test_a_mark_without_a_footnote(desk: Desk) -> None:
    """A mark that has no footnote, and a reference that is not in the store, are no evidence."""
    desk.add("Gamma loses 2 steps of work.[^gamma-000000]")
    mark = desk.cite("omega", "Omega loses 2 steps.")
    unknown = desk.add(f"Omega loses 2 steps.{mark}")
    nothing = desk.line("[^gamma-000000]")
    assert desk.fallen() == [("evidence_unknown", unknown), ("evidence_unknown", nothing)]
    first, second = desk.verified().failures
    assert "omega" in first.reason
    assert "gamma-000000" in second.reason


def test_a_footnote_of_ones_own(desk: Desk) -> None:
    """One that names no reference is said to be none, and nothing is to be read for it."""
    line = desk.add("We ask Ann first.[^ann]\n\n[^ann]: Ann, by word of mouth.")
    assert desk.fallen() == [("evidence_unknown", line)]
    assert "footnote ann names no passage" in desk.verified().failures[0].reason


def test_one_bad_mark_of_two(desk: Desk) -> None:
    """A claim falls with any of its citations, however good the others are."""
    mark = desk.mark("gamma", "faulty node")
    desk.swap(f"of work.{mark}", f"of work.{mark}[^gamma-000000]")
    assert [verdict for verdict, _ in desk.fallen()] == ["evidence_unknown"]


@pytest.mark.parametrize("who", ["John Roe", "Delta accelerators", ""])
def test_a_quotation_in_the_wrong_mouth(desk: Desk, who: str) -> None:
    """A block quotation names who said it: nobody else, not the page, and somebody."""
    desk.swap("> — Jane Doe", f"> — {who}" if who else ">")
    assert desk.fallen() == [("misattributed", desk.line("> “Memory is the only"))]


def test_a_quotation_is_verbatim(desk: Desk) -> None:
    """Another word inside a block quotation: nobody said so."""
    desk.swap("> “Memory is the only thing", "> “Memory is the first thing")
    assert desk.fallen() == [("quote_absent", desk.line("the first thing"))]


@pytest.mark.parametrize(
    ("calculation", "verdicts"),
    [
        ("2 x 141 GB = 282 GB", []),
        ("2 x 141 GB = 292 GB", ["calculation_wrong"]),
        ("2 x 141 GB = 282 TB", ["calculation_wrong"]),
        ("2 x 151 GB = 302 GB", ["number_absent"]),
        ("2 x 141 GB = 282 GB, more than Omega", ["calculation_wrong"]),
    ],
)
def test_a_calculation_in_brackets(desk: Desk, calculation: str, verdicts: list[str]) -> None:
    """A calculation behind a sentence comes out, is made of figures that are cited, or fails."""
    mark = desk.mark("beta", "141 GB")
    more = desk.mark("gamma", "faulty node")  # it brings a figure 2
    total = calculation.split(" = ")[1].split(",", maxsplit=1)[0]
    line = desk.add(f"Beta chips have {total} of memory ({calculation}).{mark}{more}")
    assert desk.fallen() == [(verdict, line) for verdict in verdicts]


def test_a_torn_sentence(desk: Desk) -> None:
    """What a sentence denies is not entailed by the words that are left of it."""
    mark = desk.cite("delta", "have 80 GB of memory on each chip")
    line = desk.add(f"have 80 GB of memory on each chip{mark}")
    assert desk.fallen() == [("not_entailed", line)]
    assert "not" in desk.only().reason
    whole = desk.cite("delta", TORN)
    desk.swap(f"have 80 GB of memory on each chip{mark}", f"{TORN}{whole}")
    assert desk.fallen() == []


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("| Delta Two | 128 GB |", "| Delta Two | 129 GB |", "number_absent"),
        ("| Delta Two | 128 GB |", "| Beta Two | 128 GB |", "name_absent"),
        ("| Delta Two | 128 GB |", "| Delta Omega | 128 GB |", "name_absent"),
    ],
)
def test_a_changed_row(desk: Desk, old: str, new: str, verdict: str) -> None:
    """A cell that is not the document's fails its row, and no other."""
    desk.swap(old, new)
    assert desk.fallen() == [(verdict, desk.line(new))]


def test_a_changed_match(desk: Desk) -> None:
    """A cell of the table of matches is held to the passage of its row."""
    line = next(n for n in desk.text.splitlines() if n.startswith("| memory | Beta |"))
    desk.swap(line, line.replace("| memory | Beta | 141 GB", "| memory | Beta | 142 GB"))
    assert desk.fallen() == [("number_absent", desk.line("142 GB"))]


def test_a_match_of_another_element(desk: Desk) -> None:
    """A row matches what its claim speaks of, however true the words of the claim are."""
    line = next(n for n in desk.text.splitlines() if n.startswith("| memory | Beta |"))
    desk.swap(line, line.replace("| memory |", "| training |"))
    assert desk.fallen() == [("quote_absent", desk.line("| training | Beta |"))]


def test_a_changed_conflict(desk: Desk) -> None:
    """Of a row of what the references disagree in, the words that are said are checked."""
    start = desk.text.index("## Where the references disagree")
    head, rest = desk.text[:start], desk.text[start:]
    desk.text = head + rest.replace("has 96 GB", "has 97 GB", 1)
    assert desk.fallen() == [("number_absent", desk.line("has 97 GB"))]


def test_a_conflict_over_a_calculation(desk: Desk) -> None:
    """What is said in a row of disagreement may have its calculation behind it."""
    mark = desk.mark("alpha", "96 GB")
    start = desk.text.index("## Where the references disagree")
    head, rest = desk.text[:start], desk.text[start:]
    row = next(line for line in rest.splitlines() if "96 GB" in line)
    name, _, *others = row.strip("| ").split(" | ")
    said = "Chips have 192 GB. (96 GB + 96 GB = 192 GB)"
    cells = " | ".join((name, said, *others)).split("[^", maxsplit=1)[0]
    desk.text = head + rest.replace(row, f"{row}\n| {cells}{mark} |", 1)
    assert desk.fallen() == []
    desk.swap("+ 96 GB = 192 GB", "+ 96 GB = 193 GB")
    assert desk.fallen() == [("calculation_wrong", desk.line("= 193 GB"))]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("[Alpha accelerators](", "[Nature 2026]("),
        ("https://example.org/alpha.md", "https://nature.example/x"),
        (": “", ", 2031-01-01: “"),
        (": “", ", read 2031-01-01: “"),
    ],
)
def test_a_footnote_that_names_another_source(desk: Desk, was: str, becomes: str) -> None:
    """Its words on where the passage stands are checked: every claim that opens on it falls."""
    note = desk.note("alpha", "96 GB")
    assert was in note
    desk.swap(note, note.replace(was, becomes))
    found = desk.verified().failures
    assert found
    assert {item.verdict for item in found} == {"misattributed"}
    assert all(note.split(":")[0][2:-1] in item.reason for item in found)


@pytest.mark.parametrize("hidden", ["<!--\n{}\n-->", "```\n{}\n```"])
def test_a_footnote_whose_true_words_are_hidden(desk: Desk, hidden: str) -> None:
    """What a comment or code says of a source is not what the footnote shows."""
    note = desk.note("alpha", "96 GB")
    desk.swap(note, note.replace(": “", ", 2031-01-01: “"))
    desk.text = f"{hidden.format(note)}\n\n{desk.text}"
    assert {verdict for verdict, _ in desk.fallen()} == {"misattributed"}


@pytest.mark.parametrize("cell", [2, 3])
def test_a_conflict_in_another_mouth(desk: Desk, cell: int) -> None:
    """The reference and the date of a row of conflicts are those of its claim."""
    start = desk.text.index("## Where the references disagree")
    row = next(line for line in desk.text[start:].splitlines() if "has 96 GB" in line)
    cells = row.strip("| ").split(" | ")
    changed = [*cells]
    changed[cell] = "2031-01-01" + "".join(cells[cell].partition("[")[1:])
    desk.text = desk.text[:start] + desk.text[start:].replace(row, f"| {' | '.join(changed)} |")
    assert desk.fallen() == [("misattributed", desk.line("2031-01-01"))]


def test_columns_that_changed_places(desk: Desk) -> None:
    """Each cell stands under the name that its own table gives it."""
    desk.swap(
        "| Accelerator | Memory per chip | Watts |", "| Accelerator | Watts | Memory per chip |"
    )
    assert [verdict for verdict, _ in desk.fallen()] == ["quote_absent", "quote_absent"]


def test_a_column_of_ones_own(desk: Desk) -> None:
    """The name of a column that no cited table has is the user's, like any words without a mark."""
    line = desk.line("| Accelerator | Memory per chip | Watts |")
    desk.swap("| Memory per chip |", "| Memory, the best there is |")
    found = desk.verified()
    assert found.failures == ()
    assert [(item.line, item.text) for item in found.statements] == [
        (line, "column: Memory, the best there is")
    ]


def test_an_entry_of_the_list_that_is_no_reference(desk: Desk) -> None:
    """Whether it is added or stands in another's place: it is the user's."""
    entry = next(line for line in desk.text.splitlines() if line.startswith("- [Alpha"))
    forged = "[Nature 2031](https://nature.example/x)"
    added = f"- {forged}: 12 claims"
    desk.swap(entry, f"{entry.replace('- [', '* [').replace(': 1 ', ': 2 ')}\n{added}")
    found = desk.verified()
    assert found.failures == ()
    assert [(item.line, item.text) for item in found.statements] == [
        (desk.line(added), f"reference: {forged}")
    ]


@pytest.mark.parametrize("row", ["", "| More of mine |\n"])
def test_columns_over_no_cited_row(desk: Desk, row: str) -> None:
    """They are words of the user's as well, even over no row at all."""
    desk.text = f"| All is well |\n| --- |\n{row}\n{desk.text}"
    found = desk.verified()
    assert found.failures == ()
    assert [item.text for item in found.statements] == [
        "column: All is well",
        *([row.strip("| \n")] if row else []),
    ]
    assert found.statements[0].line == 1


@pytest.mark.parametrize(
    "becomes",
    [
        "[loses](https://evil.example) 2 steps",
        '<a href="https://evil.example">loses</a> 2 steps',
        "loses ![2](https://evil.example/3.png) steps",
        "loses 2 ![](https://evil.example/3.png) steps",
        'loses <span hidden>2</span><img src="https://evil.example/3.png"> steps',
    ],
)
def test_a_link_or_a_picture_in_a_claim(desk: Desk, becomes: str) -> None:
    """A claim stands on its footnotes: what it links to or shows is evidence that nobody gave."""
    desk.swap("loses 2 steps", becomes)
    assert desk.fallen() == [("evidence_unknown", desk.line("evil.example"))]


def test_a_footnote_that_bears_nothing_of_its_claim(desk: Desk) -> None:
    """Put beside one that does, by hand, it makes believe that another reference says so, too."""
    mark = desk.mark("delta", "run out of twice")
    known = desk.mark("gamma", "faulty node")
    desk.swap(known, f"{known}{mark}")
    found = desk.only()
    assert found.verdict == "misattributed"
    assert "run out of twice" in found.reason


def test_several_edits_at_once(desk: Desk) -> None:
    """Each claim that fell is there, in the order of the lines."""
    desk.swap("loses 2 steps", "loses 3 steps")
    desk.swap("> — Jane Doe", "> — John Roe")
    desk.swap("| Delta One | 64 GB |", "| Delta One | 65 GB |")
    found = desk.fallen()
    assert {verdict for verdict, _ in found} == {"number_absent", "misattributed"}
    assert [line for _, line in found] == sorted(line for _, line in found)
    assert len(found) == 3


# --- the user's own words -----------------------------------------------------------------------


def test_uncited_statements_are_the_users(desk: Desk) -> None:
    """What stands there without a citation is listed with its line, and fails nothing."""
    line = desk.add("I trust the Omega figures of 12 TB most.")
    desk.text = desk.text.replace("# Accelerators\n", "# Accelerators\n\nMine before all.\n", 1)
    found = desk.verified()
    assert found.failures == ()
    told = [(item.line, item.text) for item in found.statements]
    assert told == [
        (3, "Mine before all."),
        (line + 2, "I trust the Omega figures of 12 TB most."),
    ]


def test_a_sentence_before_a_claim_is_the_users(desk: Desk) -> None:
    """No mark stands between the two: the ledger knows which words are the claim's."""
    desk.swap("The Alpha accelerator", "We measured 12 TB here. The Alpha accelerator")
    found = desk.verified()
    assert found.failures == ()
    mine = "We measured 12 TB here."
    assert [(item.line, item.text) for item in found.statements] == [(desk.line(mine), mine)]
    _, problems, uncited, _ = check(bundled(desk))
    assert (problems, uncited) == ((), 1)


@pytest.mark.parametrize("before", ["We doubt that the", "Ours: the", "12 TB; the"])
def test_words_that_lead_into_a_claim_are_part_of_it(desk: Desk, before: str) -> None:
    """They say something of what is cited, so they are judged with it."""
    desk.swap("The Alpha accelerator", f"{before} Alpha accelerator")
    found = desk.verified()
    assert found.statements == ()
    assert any(item.text.startswith(f"{before} Alpha") for item in found.claims)


def test_a_cited_statement_is_checked_wherever_it_stands(desk: Desk) -> None:
    """Cited words before the first section, and in a section of the user's own, are held too."""
    mark = desk.mark("beta", "141 GB")
    desk.swap("# Accelerators\n", f"# Accelerators\n\nBeta has 142 GB.{mark}\n")
    desk.swap("## Training\n", f"## Mine\n\nBeta has 143 GB.{mark}\n\n## Training\n")
    assert desk.fallen() == [("number_absent", 3), ("number_absent", desk.line("143 GB"))]


@pytest.mark.parametrize("text", ["", "\n", "# Rubbish\n\n- \ufffd [^x](y) | [^\n", "[^a]: b\n"])
def test_any_file_is_a_report(desk: Desk, text: str) -> None:
    """An empty file or rubbish is checked like any other text, and is said to be no report."""
    desk.text = text
    found = desk.verified()
    assert found.failures == ()
    assert found.absence == f"{desk.file.name} has no claim with a citation: name a report"
    with pytest.raises(RagError, match="has no claim with a citation"):
        bundle_of(desk.made.tools, desk.text, found)


def test_bytes_that_are_no_text(made: Composed, tmp_path: Path) -> None:
    """A report that some editor saved in another charset is checked all the same."""
    file = tmp_path / "latin.md"
    file.write_bytes(made.text.encode() + b"\nA caf\xe9 of mine.\n")
    found = verify_report(made.project, made.tools, file)
    assert found.failures == ()
    assert len(found.statements) == 1
    with pytest.raises(RagError, match="UTF-8"):
        bundle_of(made.tools, file.read_bytes().decode("utf-8", "surrogateescape"), found)


# --- support ------------------------------------------------------------------------------------


def test_a_claim_that_its_passage_does_not_bear(desk: Desk) -> None:
    """A sentence whose words are not its passage's is asked for, scores low and falls."""
    scorer = desk.made.tools.support = FakePairScorer()
    mark = desk.mark("beta", "141 GB")
    line = desk.add(f"Customers everywhere prefer these over others.{mark}")
    item = desk.only()
    assert (item.verdict, item.line) == ("not_entailed", line)
    assert 0 <= item.support < 0.5
    assert f"{item.support:.2f}" in item.reason
    assert len(scorer.pairs) == 1


def test_a_claim_that_its_passage_bears(desk: Desk) -> None:
    """A paraphrase that scores high holds, with its score on record."""
    desk.made.tools.support = FakePairScorer()
    mark = desk.mark("beta", "141 GB")
    desk.add(f"Beta has 141 GB of memory, which is 1.8 times what it had.{mark}")
    found = desk.verified()
    assert found.failures == ()
    (item,) = [item for item in found.claims if item.text.startswith("Beta has 141 GB")]
    assert 0.5 <= item.support <= 1


def test_scores_are_asked_once(desk: Desk) -> None:
    """What was scored is not scored again, by another check of the same report or of another."""
    mark = desk.mark("beta", "141 GB")
    desk.add(f"On each chip Beta has 141 GB.{mark}")
    scorer = desk.made.tools.support = FakePairScorer()
    first = desk.verified()
    assert len(scorer.pairs) == 1  # verbatim words are not asked about
    assert desk.verified() == first
    desk.swap("## Training\n", f"## Training\n\nOn each chip, Beta has 141 GB.{mark}\n")
    assert desk.verified().failures == ()
    assert len(scorer.pairs) == 2


def test_without_a_scorer_nothing_is_asked(desk: Desk) -> None:
    """With support turned off the other gates still decide."""
    mark = desk.mark("beta", "141 GB")
    line = desk.add(f"Customers prefer its 142 GB.{mark} Customers prefer its 141 GB.{mark}")
    assert desk.fallen() == [("number_absent", line)]


# --- what cannot be checked ---------------------------------------------------------------------


def test_what_cannot_be_checked(made: Composed, tmp_path: Path) -> None:
    """No such file, a folder, an empty store: each in one line that says what to do."""
    with pytest.raises(UsageError, match="there is no"):
        verify_report(made.project, made.tools, tmp_path / "none.md")
    with pytest.raises(UsageError, match="is a folder"):
        verify_report(made.project, made.tools, tmp_path)
    empty = project_at(tmp_path / "empty")
    tools = FakeTools(empty, PAGES)
    with pytest.raises(UsageError, match="rag compose"):
        verify_report(empty, tools)
    empty.report.write_text(made.text, encoding="utf-8")
    with pytest.raises(PrerequisiteError, match="store is empty"):
        verify_report(empty, tools)
    assert empty.report.read_text(encoding="utf-8") == made.text
    tools.store.close()


# --- bundles ------------------------------------------------------------------------------------


def bundled(desk: Desk) -> str:
    """Return the bundle of the report as it was edited."""
    return bundle_of(desk.made.tools, desk.text, desk.verified())


def test_a_bundle_holds_with_no_store(desk: Desk) -> None:
    """A fresh bundle has no problem, all the claims and the editions' history."""
    bundle, problems, uncited, past = check(bundled(desk))
    assert (problems, uncited) == ((), 0)
    assert bundle.report == desk.text
    assert [item.id for item in bundle.claims] == [
        item.claim.id for item in desk.verified().claims if item.claim
    ]
    assert {item.support.scorer for item in bundle.claims} == {"verbatim"}
    assert past == desk.made.tools.store.history()
    assert len(past.editions) == 5


def test_a_bundle_of_an_edited_report(desk: Desk) -> None:
    """Cited words of the user's, a calculation, uncited statements: the bundle says what is what.

    Words that were scored have the scorer's name, those that were not have none.
    """
    mark = desk.mark("beta", "141 GB")
    desk.swap("# Accelerators\n", f"# Accelerators\n\nEach Beta chip has 141 GB.{mark}\n")
    desk.add(f"Chips have 282 GB ({CALCULATION}).{mark}{desk.mark('gamma', 'faulty node')}")
    desk.add("This is mine.")
    _, problems, uncited, _ = check(bundled(desk))
    assert (problems, uncited) == ((), 1)
    assert scorers(bundled(desk)) == {"verbatim", "none"}
    desk.made.tools.support = FakePairScorer()
    desk.swap("Chips have 282 GB", "Memory of 141 GB, which it had on each chip before, is 282 GB")
    assert scorers(bundled(desk)) == {"verbatim", "fake/overlap"}
    assert check(bundled(desk)).problems == ()


CALCULATION = "2 x 141 GB = 282 GB"


def scorers(text: str) -> set[str]:
    """Return by whom the claims of a bundle were scored."""
    return {item.support.scorer for item in check(text).bundle.claims}


def test_nothing_is_bundled_that_does_not_hold(desk: Desk) -> None:
    """A report with a claim that fell gets no bundle."""
    desk.swap("loses 2 steps", "loses 3 steps")
    with pytest.raises(RagError, match=r"^1 claim of .* does not hold"):
        bundled(desk)


def forged(content: dict[str, object]) -> str:
    """Return a bundle with all checksums made anew: what somebody who cheats can make."""
    content["report_sha256"] = sha256(str(content["report"]).encode()).hexdigest()
    rest = {key: value for key, value in content.items() if key != "seal"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return json.dumps(rest | {"seal": sha256(text.encode()).hexdigest()})


def everywhere(content: dict[str, object], old: str, **fields: str) -> None:
    """Change the claim of that text in the bundle, its id with it."""
    for item in content["claims"]:
        if item["text"] == old:
            item.update(fields)
            item["id"] = claim_id(item["text"], tuple(item["cells"]))


GAMMA = (
    "The training cluster Gamma recovers from a faulty node within 9 minutes and loses 2 steps of "
    "work."
)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("9 minutes", "8 minutes", "number_absent"),
        ("2 steps", "2 million steps", "number_absent"),
        ("cluster Gamma", "cluster Omega", "name_absent"),
    ],
)
def test_a_forged_claim_is_found_by_the_gates(desk: Desk, old: str, new: str, verdict: str) -> None:
    """Report, claim, id and all checksums made anew: the figure or name is still not cited."""
    content = json.loads(bundled(desk))
    told = GAMMA.replace(old, new)
    mark = desk.mark("gamma", "faulty node")
    content["report"] = content["report"].replace(f"{GAMMA}{mark}", f"{told}{mark}")
    everywhere(content, GAMMA, text=told)
    problems = check(forged(content)).problems
    assert {item.check for item in problems} == {"claim", "support"}
    assert any(item.reason.startswith(verdict) for item in problems)


def test_words_that_nobody_scored_are_found(desk: Desk) -> None:
    """A claim recorded as verbatim, reworded and sealed again, is not its quote."""
    content = json.loads(bundled(desk))
    told = GAMMA.replace("recovers from", "suffers from")
    mark = desk.mark("gamma", "faulty node")
    content["report"] = content["report"].replace(f"{GAMMA}{mark}", f"{told}{mark}")
    everywhere(content, GAMMA, text=told)
    assert [item.check for item in check(forged(content)).problems] == ["support"]


@pytest.mark.parametrize("both", [True, False])
def test_a_forged_calculation_is_found(desk: Desk, both: bool) -> None:
    """A calculation that does not come out, or is another in the report than in its claim."""
    marks = desk.mark("beta", "141 GB") + desk.mark("gamma", "faulty node")
    desk.add(f"Beta chips have 282 GB ({CALCULATION}).{marks}")
    content = json.loads(bundled(desk))
    wrong = "2 x 141 GB = 292 GB"
    content["report"] = content["report"].replace(CALCULATION, wrong)
    if both:
        everywhere(content, "Beta chips have 282 GB.", calculation=wrong)
    problems = check(forged(content)).problems
    assert problems
    assert {item.check for item in problems} == {"claim"}


def test_a_forged_speaker_is_found(desk: Desk) -> None:
    """A quotation in another's mouth, in report and claim: its passage has not that speaker."""
    content = json.loads(bundled(desk))
    content["report"] = content["report"].replace("> — Jane Doe", "> — John Roe")
    everywhere(
        content, "Memory is the only thing that you run out of twice.", attribution="John Roe"
    )
    (problem,) = check(forged(content)).problems
    assert problem.reason.startswith("misattributed")


def test_a_forged_form_is_found(desk: Desk) -> None:
    """A quotation that is passed off as a paragraph of nobody's does not fit the report."""
    content = json.loads(bundled(desk))
    for item in content["claims"]:
        if item["form"] == "quotation":
            item["form"] = "paragraph"
    assert {item.check for item in check(forged(content)).problems} == {"claim"}


def test_names_without_their_surroundings_are_found(desk: Desk) -> None:
    """A name that stands only in a passage's headings falls when those are taken away."""
    mark = desk.mark("gamma", "16 nodes")
    desk.add(f"The Gamma clusters have 16 nodes.{mark}")
    content = json.loads(bundled(desk))
    for item in content["claims"]:
        for note in item["citations"]:
            note["around"] = ""
    quiet = check(forged(content)).problems
    assert all(item.reason.startswith("name_absent") for item in quiet)


def test_an_added_sentence_is_counted(desk: Desk) -> None:
    """An uncited sentence that a forger adds proves nothing, and is counted as such."""
    content = json.loads(bundled(desk))
    content["report"] = content["report"].replace("## Training\n", "## Training\n\nOmega wins.\n")
    assert check(forged(content)).uncited == 1


def test_another_outline_is_found(desk: Desk) -> None:
    """An outline with other sections does not fit the claims' places."""
    content = json.loads(bundled(desk))
    content["outline"] = content["outline"].replace('"id":"memory"', '"id":"memories"')
    assert {item.check for item in check(forged(content)).problems} == {"claim"}
