"""What a writer could slip past the gates: each of these was found by the hostile writers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from values import document, evidence, reference

from rag.stages.verify import Checked, Question, Rules, verify
from rag.types import Block, Draft, ProposedCitation, ProposedClaim

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTES = """# Notes on chips

## Memory

The Alpha chip has 640 GB of memory. One Alpha node has 8 chips.

| Instance | Chips | Memory |
|---|---|---|
| a1.large | 8 | 640 GB |
"""
EVIDENCE = evidence(document(NOTES), reference("notes"))
QUOTE = "The Alpha chip has 640 GB of memory."
ROW = "a1.large | 8 | 640 GB"
RULES = Rules(headings=frozenset({"Memory"}))
HEADER = ("Instance", "Chips", "Memory")


def proposal(text: str = QUOTE, quote: str = QUOTE, **fields: object) -> ProposedClaim:
    """Return a claim that cites the quote."""
    citation = ProposedCitation(evidence="E1", quote=quote)
    return ProposedClaim(text=text, citations=(citation,), **fields)


def checked(*blocks: Block) -> Checked:
    """Return what is left of a draft."""
    return verify(Draft(blocks=blocks), EVIDENCE, RULES)


def bullet(claim: ProposedClaim) -> Checked:
    """Return what is left of a draft with one claim."""
    return checked(Block(form="bullets", claims=(claim,)))


@pytest.mark.parametrize("end", ["\n\n## Buy it", "\r# Buy it", "\u2028- Buy it", "\n\n> Buy it"])
def test_a_claim_is_one_line(end: str):
    """Line breaks in a claim's words are spaces: nothing in it becomes a block of its own."""
    (block,) = bullet(proposal(QUOTE + end)).blocks
    (claim,) = block.claims
    assert len(claim.text.splitlines()) == 1
    row = proposal(ROW, ROW, cells=("a1.large\n", "8", "640\nGB"))
    (block,) = checked(Block(form="table", header=HEADER, claims=(row,))).blocks
    assert block.claims[0].cells == ("a1.large", "8", "640 GB")


@pytest.mark.parametrize("text", ["", " ", ".", "\u200b", "—", "<!--", "~~"])
def test_a_claim_has_words(text: str):
    """What has no letter and no digit says nothing: it falls, citation or not."""
    (fallen,) = bullet(proposal(text)).rejected
    assert (fallen.verdict, fallen.reason) == ("uncited", "it says nothing")


def test_a_heading_of_the_outline_hides_no_claim():
    """A claim behind a heading of the outline would not be seen in the report: it falls."""
    blocks = (
        Block(form="heading", text="Memory", claims=(proposal(),)),
        Block(form="bullets", claims=(proposal("Alpha has 640 GB."),)),
    )
    found = checked(*blocks)
    assert found.blocks[0].claims == ()
    assert [item.reason for item in found.rejected] == ["a heading of the outline has no claims"]


@pytest.mark.parametrize("cell", ["64", "40 GB", "40", "6", "a1", "B"])
def test_cells_are_whole_words_of_the_row(cell: str):
    """A cell that shows a part of a figure or of a name is not verbatim."""
    row = proposal(ROW, ROW, cells=("a1.large", "8", cell))
    found = verify(
        Draft(blocks=(Block(form="table", header=HEADER, claims=(row,)),)),
        EVIDENCE,
        RULES,
        lambda questions: [0.0] * len(questions),
    )
    assert not found.blocks
    assert len(found.rejected) == 1


@pytest.mark.parametrize("cell", ["64", "40 GB"])
def test_a_part_of_a_figure_is_another_figure(cell: str):
    """With nobody to ask what a row supports, a cut figure of it falls all the same."""
    row = proposal(ROW, ROW, cells=("a1.large", "8", cell))
    assert checked(Block(form="table", header=HEADER, claims=(row,))).rejected


@pytest.mark.parametrize(
    "calculation",
    [
        "8 x 640 GB = 5,120 GB, and 512 GB are free",
        "we guarantee it: 8 x 640 GB = 5,120 GB",
        "8 x 640 GB = 5,120 GB (as Kimi K9 does)",
        "8 x 640 GB = 5,120 GB = 9,000 GB",
        "“trust us” 8 x 640 GB = 5,120 GB",
    ],
)
def test_a_calculation_says_nothing_else(calculation: str):
    """What stands before or behind a calculation is no part of it, so the claim falls."""
    quote = "The Alpha chip has 640 GB of memory. One Alpha node has 8 chips."
    claim = proposal("Alpha nodes have memory", quote, calculation=calculation)
    assert bullet(claim).rejected
    right = claim.model_copy(update={"calculation": "8 x 640 GB = 5,120 GB"})
    assert not bullet(right).rejected


def test_names_of_a_calculation_stand_in_its_passages():
    """What a figure of a calculation is said to count is named in the passages."""
    quote = "The Alpha chip has 640 GB of memory. One Alpha node has 8 chips."
    claim = proposal("Alpha nodes have memory", quote, calculation="8 Beta x 640 GB = 5,120 GB")
    (fallen,) = bullet(claim).rejected
    assert fallen.verdict == "name_absent"


def test_two_quotes_are_not_one():
    """What somebody says at two places is not one quotation, though both are cited."""
    one, other = "The Alpha chip has 640 GB of memory.", "One Alpha node has 8 chips."
    citations = tuple(ProposedCitation(evidence="E1", quote=quote) for quote in (other, one))
    joined = ProposedClaim(text=f"{other} {one}", attribution="Notes on chips", citations=citations)
    (fallen,) = checked(Block(form="quotation", claims=(joined,))).rejected
    assert fallen.verdict == "quote_absent"
    (fallen,) = bullet(ProposedClaim(text=f"It says “{other} {one}”", citations=citations)).rejected
    assert fallen.verdict == "quote_absent"


def test_a_cell_quotes_what_was_said():
    """Quotation marks in a cell, and the last cell of what somebody said, are verbatim."""
    rows = (
        proposal(ROW, ROW, cells=("a1.large", "8", "“free for everyone”")),
        proposal(ROW, ROW, cells=("a1.large", "8", "free"), attribution="Notes on chips"),
    )
    found = checked(*(Block(form="table", header=HEADER, claims=(row,)) for row in rows))
    assert [item.verdict for item in found.rejected] == ["quote_absent", "quote_absent"]


def test_cells_stand_in_the_order_of_the_row():
    """Words of a row under other columns are not verbatim: it is asked what they mean."""
    asked = []

    def support(questions: Sequence[Question]) -> list[float]:
        asked.extend(questions)
        return [0.0] * len(questions)

    for cells in (("640 GB", "8", "a1.large"), ("a1.large", "8", "640 GB")):
        block = Block(form="table", header=HEADER, claims=(proposal(ROW, ROW, cells=cells),))
        verify(Draft(blocks=(block,)), EVIDENCE, RULES, support)
    assert len(asked) == 1


@pytest.mark.parametrize("form", ["{0} {1}", "{1} {0}"])
def test_a_true_sentence_bears_out_no_other(form: str):
    """Beside words of the passage, only what is not is asked, as if it stood alone."""
    asked = []

    def support(questions: Sequence[Question]) -> list[float]:
        asked.extend(item.claim for item in questions)
        return [0.0] * len(questions)

    quote = "The Alpha chip has 640 GB of memory. One Alpha node has 8 chips."
    text = form.format("Nobody else can match it.", "The Alpha chip has 640 GB of memory.")
    block = Block(form="bullets", claims=(proposal(text, quote),))
    found = verify(Draft(blocks=(block,)), EVIDENCE, RULES, support)
    assert asked == ["Nobody else can match it."]
    assert [item.verdict for item in found.rejected] == ["not_entailed"]


def test_only_rows_have_cells():
    """Cells that no reader sees are no part of a claim."""
    (block,) = bullet(proposal(QUOTE, cells=("Alpha is best", "640 GB"))).blocks
    assert block.claims[0].cells == ()
    assert block.claims == bullet(proposal()).blocks[0].claims


@pytest.mark.parametrize("figure", ["⑦ GB", "⁷⁷ GB", "７ GB", "½ GB", "7\u200b7 GB", "٧ GB"])
def test_a_figure_in_other_digits_is_a_figure(figure: str):
    """Digits of any shape say how much."""
    (fallen,) = bullet(proposal(f"The Alpha chip has memory, {figure} in all.")).rejected
    assert fallen.verdict in {"number_absent", "name_absent"}


@pytest.mark.parametrize("scale", ["trillion", "thousand", ""])
def test_a_scale_is_a_part_of_its_figure(scale: str):
    """The same number behind the same word is another figure under another scale."""
    notes = evidence(document("# Notes\n\nAlpha trains a model with 70 billion parameters.\n"))
    quote = "Alpha trains a model with 70 billion parameters."
    claim = proposal(f"Alpha trains one with 70 {scale} parameters.", quote)
    found = verify(Draft(blocks=(Block(form="bullets", claims=(claim,)),)), notes, RULES)
    assert [item.verdict for item in found.rejected] == ["number_absent"]


def test_a_cell_stands_under_the_column_of_its_own_table():
    """A row whose columns change places falls there, and holds where they are as they were."""
    row = proposal(ROW, ROW, cells=("a1.large", "8", "640 GB"))
    right = Block(form="table", header=HEADER, claims=(row,))
    for header in (("Memory", "Chips", "Instance"), ("Instance", "Memory", "Chips")):
        wrong = Block(form="table", header=header, claims=(row,))
        found = checked(wrong, right)
        assert [block.header for block in found.blocks] == [HEADER]
        assert [item.verdict for item in found.rejected] == ["quote_absent"]
    fewer = proposal(ROW, ROW, cells=("640 GB", "a1.large"))
    block = Block(form="table", header=("Memory", "Instance"), claims=(fewer,))
    assert checked(block).blocks
