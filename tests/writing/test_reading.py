"""A model's reply becomes the draft that it means, or is told what is wrong with it."""

from __future__ import annotations

import json

import pytest
from contracts.writer import SPEC, notes
from hypothesis import given
from hypothesis import strategies as st

from rag.replies import Malformed
from rag.stages.verify import Rules, verify
from rag.types import (
    RULE_COLUMNS,
    CheckedBlock,
    Draft,
    Section,
    SectionSpec,
    SectionTask,
    TopicSpec,
    claim_id,
)
from rag.writing.reading import read_answer, read_section, read_summary
from rag.writing.register import register
from rag.writing.wire import WireSection, schema_of

P5 = "Amazon EC2 P5 instances have up to 3,200 Gbps of network bandwidth with EFA."
ROW = "| p5.48xlarge | 3,200 Gbps |"
HEADER = ("Instance", "Bandwidth")
PRICES = TopicSpec(
    id="prices", heading="Prices", questions=("?",), terms=("x",), lead_in="What it costs:"
)
TWO = SPEC.model_copy(update={"topics": (*SPEC.topics, PRICES)})


def new(quote: str = P5, text: str = "", **more) -> dict:
    """A new claim on the first notes."""
    return {"text": text or quote, "citations": [{"evidence": "E1", "quote": quote}], **more}


def row(*cells: str, **more) -> dict:
    """A row of a table."""
    key = next(item.key for item in notes() if ROW in item.chunk.text)
    return {"cells": list(cells), "citations": [{"evidence": key, "quote": ROW}], **more}


def held(blocks: list[dict], topic: str = "bandwidth") -> tuple[CheckedBlock, ...]:
    """Return the blocks of an earlier draft that held."""
    rules = Rules(
        headings=frozenset({"Bandwidth", "Prices"}),
        lead_ins=frozenset({PRICES.lead_in}),
        columns=frozenset({*map(str.lower, HEADER), *map(str.lower, RULE_COLUMNS)}),
    )
    return verify(read(blocks, topic=topic), notes(), rules).blocks


def reply(blocks: list[dict], topic: str = "bandwidth", **more) -> str:
    """A reply with one topic."""
    return json.dumps({"topics": [{"topic": topic, "blocks": blocks}], **more})


def read(blocks: list[dict], prior: Section | None = None, **more) -> Draft:
    """Return the draft that a reply means; it must mean one."""
    task = SectionTask(spec=TWO, evidence=notes(), prior=prior)
    found = read_section(task, register(task), reply(blocks, **more))
    assert isinstance(found, Draft), found
    return found


def section(*blocks: CheckedBlock) -> Section:
    """A section as it stands."""
    return Section(id=SPEC.id, title=SPEC.title, blocks=blocks)


def test_blocks_stand_under_the_outline_s_headings():
    """In the outline's order, with its lead-ins, whatever the order of the reply."""
    said = {
        "finding": [new()],
        "topics": [
            {"topic": "prices", "blocks": [{"form": "paragraph", "items": [new(text="A.")]}]},
            {"topic": "bandwidth", "blocks": [{"form": "bullets", "items": [new(text="B.")]}]},
        ],
    }
    task = SectionTask(spec=TWO, evidence=notes())
    draft = read_section(task, register(task), json.dumps(said))
    assert [(item.form, item.text) for item in draft.blocks] == [
        ("finding", ""),
        ("heading", "Bandwidth"),
        ("bullets", ""),
        ("heading", "Prices"),
        ("paragraph", "What it costs:"),
    ]


def test_every_form_holds():
    """Each form of block is one that the gates let through, cited row by row."""
    quoted = new(P5, said_by="Notes on networking")
    blocks = held(
        [
            {"form": "heading", "items": [new()]},
            {"form": "paragraph", "items": [new(text="P5 instances have up to 3,200 Gbps.")]},
            {"form": "table", "header": HEADER, "items": [row("p5.48xlarge", "3,200 Gbps")]},
            {"form": "rules", "items": [row("3,200 Gbps", "p5.48xlarge", "3,200 Gbps")]},
            {"form": "quotation", "items": [quoted]},
        ]
    )
    assert [block.form for block in blocks] == [
        "heading", "heading", "paragraph", "table", "table", "quotation",
    ]  # fmt: skip
    assert blocks[4].header == RULE_COLUMNS
    assert all(claim.citations for block in blocks for claim in block.claims)
    assert blocks[3].claims[0].text == "p5.48xlarge | 3,200 Gbps"


@pytest.mark.parametrize("unseen", ["\0", "\a", "\x1b", "\x9b", "\u202e", "\u2067"])
def test_what_nobody_sees_is_no_part_of_a_claim(unseen):
    """What the gates read is what a page and a terminal show; a quotation stays as it came."""
    text, cells = "P5 has up to 3,200 Gbps.", ("p5.48xlarge", "3,200 Gbps")
    draft = read(
        [
            {"form": "bullets", "items": [new(text=text.replace("3", f"{unseen}3"))]},
            {
                "form": "table",
                "header": [f"{unseen}{name}" for name in HEADER],
                "items": [row(*(f"{unseen}{cell}" for cell in cells))],
            },
        ]
    )
    assert draft.blocks[1].claims[0].text == text
    assert draft.blocks[2].header == tuple(HEADER)
    assert draft.blocks[2].claims[0].cells == cells
    said = json.dumps({"claims": [new(text=f"{unseen}{text}", quote=f"P5{unseen}")]})
    answer = read_answer(4, said)
    assert isinstance(answer, Draft)
    (claim,) = answer.blocks[0].claims
    assert (claim.text, claim.citations[0].quote) == (text, f"P5{unseen}")
    assert read_answer(4, said.replace(text, "")) == Draft(blocks=())


def test_a_claim_is_kept_by_its_id():
    """With its words, its grounds and its identity; nothing of it was typed again."""
    blocks = held([{"form": "bullets", "items": [new(text="P5 has up to 3,200 Gbps.")]}])
    draft = read([{"form": "paragraph", "items": [{"keep": "C1"}]}], section(*blocks))
    (claim,) = draft.blocks[1].claims
    assert claim.text == "P5 has up to 3,200 Gbps."
    assert [item.quote for item in claim.citations] == [P5]
    assert verify(draft, notes(), Rules(headings=frozenset({"Bandwidth"}))).blocks == (
        blocks[0],
        blocks[1].model_copy(update={"form": "paragraph"}),
    )


def test_a_row_that_is_kept_stays_in_its_table():
    """In another form it cannot stand; so it stays where it is, and nobody dropped it."""
    table = {"form": "table", "header": HEADER, "items": [row("p5.48xlarge", "3,200 Gbps")]}
    prior = section(*held([table]))
    kept = {"keep": "C1"}
    assert read([{**table, "items": [kept]}], prior).blocks[1].claims[0].cells
    assert read([{"form": "bullets", "items": [kept, new()]}], prior).blocks[1].claims == (
        read([{"form": "bullets", "items": [new()]}]).blocks[1].claims
    )
    draft = read([{"form": "bullets", "items": [kept]}], prior)
    assert (draft.blocks, draft.stays) == ((), {prior.claims[0].id})


def test_a_claim_whose_passage_is_not_there_is_left_to_the_ledger():
    """It cannot be proposed without its grounds."""
    blocks = held([{"form": "bullets", "items": [new()]}])
    moved = blocks[1].claims[0].citations[0].model_copy(update={"document_id": "gone"})
    claim = blocks[1].claims[0].model_copy(update={"citations": (moved,)})
    prior = section(blocks[1].model_copy(update={"claims": (claim,)}))
    assert read([{"form": "bullets", "items": [{"keep": "C1"}]}], prior).blocks == ()


@pytest.mark.parametrize("how", ["merged", "superseded"])
def test_a_claim_is_replaced_with_a_reason(how):
    """By a new claim, or by another that is kept."""
    old = [new(text="P5 has 3,200 Gbps."), new(text="P5: 3,200 Gbps with EFA.")]
    prior = section(*held([{"form": "bullets", "items": old}]))
    word = [{"claim": "C1", "how": how, "reason": "says all of it"}]
    for by, text in ((new(replaces=word), P5), ({"keep": "C2", "replaces": word}, old[1]["text"])):
        draft = read([{"form": "bullets", "items": [by]}], prior)
        (settled,) = draft.settled
        assert (settled.claim, settled.by) == (claim_id(old[0]["text"]), claim_id(text))
        assert (settled.fate, settled.reason) == (how, "says all of it")


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([{"form": "essay", "items": [new()]}], "form: Input should be"),
        ([{"form": "bullets", "items": []}], "items: Tuple should have at least 1"),
        ([{"form": "bullets", "items": [{"keep": "C9"}]}], "no claim has the id 'C9'"),
        ([{"form": "bullets", "items": [{"keep": "O1"}]}], "no claim has the id 'O1'"),
        ([{"form": "bullets", "items": [{**new(), "keep": "C1"}]}], "no words or citations"),
        ([{"form": "bullets", "items": [{"text": " "}]}], "a claim has words"),
        (
            [{"form": "bullets", "items": [{"text": "x", "verdict": "yes"}]}],
            "1 unknown field",
        ),
        ([{"form": "table", "items": [row("a", "b")]}], "a table has a header"),
        ([{"form": "table", "header": HEADER, "items": [row("a")]}], "a row has 2 cells"),
        ([{"form": "rules", "items": [row("a", "b")]}], "a row has 3 cells"),
        ([{"form": "heading", "items": [new(), new()]}], "a heading is one claim"),
        (
            [{"form": "bullets", "items": [new(replaces=[{"claim": "C1", "how": "merged"}])]}],
            "reason: Field required",
        ),
        (
            [
                {
                    "form": "bullets",
                    "items": [new(replaces=[{"claim": "C7", "how": "merged", "reason": "x"}])],
                }
            ],
            "no claim has the id 'C7'",
        ),
        ([{"form": "bullets", "items": [{"keep": "é\n" * 99}]}], "it is no id"),
    ],
)
def test_what_is_wrong_is_said(blocks, said):
    """In one short line that can go back to the model."""
    task = SectionTask(spec=SPEC, evidence=notes())
    found = read_section(task, register(task), reply(blocks))
    assert isinstance(found, Malformed)
    assert said in found.message
    assert found.message.isprintable()
    assert len(found.message) < 1000


def test_a_topic_is_there_once():
    """Twice the same, or one that there is not, is no section."""
    task = SectionTask(spec=SPEC, evidence=notes())
    twice = json.dumps({"topics": [{"topic": "bandwidth", "blocks": []}] * 2})
    assert "there twice" in read_section(task, register(task), twice).message
    other = reply([], topic="prices")
    assert "there are bandwidth" in read_section(task, register(task), other).message


def other_section() -> Section:
    """Another section of three claims."""
    texts = ("P5 has up to 3,200 Gbps.", "Up to 3,200 Gbps with EFA.", "P5: 3,200 Gbps.")
    blocks = held([{"form": "bullets", "items": [new(text=text) for text in texts]}])
    return Section(id="network", title="Network", blocks=blocks)


def test_a_summary_repeats_claims_by_id():
    """Under their section's title, in the order given, as many as the outline says."""
    spec = SectionSpec(id="summary", title="Summary", form="summary", claims=2)
    task = SectionTask(spec=spec, evidence=(), passages=notes(), others=(other_section(),))
    known = register(task)
    said = json.dumps({"claims": ["O3", "O1", "O3", "O2"]})
    (block,) = read_summary(task, known, said).blocks
    assert (block.form, block.text) == ("bullets", "Network")
    assert [claim.text for claim in block.claims] == ["P5: 3,200 Gbps.", "P5 has up to 3,200 Gbps."]
    assert all(claim.repeats == claim_id(claim.text) for claim in block.claims)
    assert "'O9'" in read_summary(task, known, json.dumps({"claims": ["O9"]})).message


def test_a_match_repeats_a_claim_in_a_row():
    """Its last cell is the claim; its grounds are the claim's own."""
    topic = SPEC.topics[0].model_copy(update={"form": "matches"})
    spec = SPEC.model_copy(update={"topics": (topic,)})
    task = SectionTask(spec=spec, evidence=(), passages=notes(), others=(other_section(),))
    header = ["Element", "Service", "Figure", "What the reference says"]
    text = "P5: 3,200 Gbps."
    item = {"keep": "O3", "cells": ["bandwidth", "P5", "3,200 Gbps", text]}
    said = reply([{"form": "table", "header": header, "items": [item]}])
    (claim,) = read_section(task, register(task), said).blocks[1].claims
    assert (claim.text, claim.cells[-1], claim.repeats) == (text, text, claim_id(text))


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.data())
def test_half_a_reply_is_none(text, data):
    """Cut anywhere, it is no draft."""
    whole = reply([{"form": "bullets", "items": [new(text=text or "x")]}])
    task = SectionTask(spec=SPEC, evidence=notes())
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert isinstance(read_section(task, register(task), cut), Malformed)


def test_the_schema_is_plain():
    """Nothing in it is referred to, and every object says that it has nothing else."""
    schema = schema_of(WireSection)
    assert "$" not in schema
    assert "minItems" not in schema

    def check(node: dict) -> None:
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            for value in node["properties"].values():
                check(value)
        elif node.get("type") == "array":
            check(node["items"])

    check(json.loads(schema))
    assert json.loads(schema)["required"] == ["topics"]
