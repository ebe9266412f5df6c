"""What a model replies is a draft or it is not; nothing in between is guessed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fakes import ScriptedWriter
from hypothesis import given
from hypothesis import strategies as st
from projects import PAGES, FakeTools, boxes, of, project_at, quoting

from rag.flows.compose import compose
from rag.replies import MAX_CHARACTERS, Malformed, ask_for_draft, read_draft
from rag.types import (
    Block,
    Draft,
    ProposedCitation,
    ProposedClaim,
    QuestionTask,
    SectionTask,
    Settled,
    Skipped,
)

if TYPE_CHECKING:
    from pathlib import Path

WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
CITATIONS = st.builds(ProposedCitation, evidence=WORDS, quote=WORDS)
CLAIMS = st.builds(
    ProposedClaim,
    text=WORDS,
    cells=st.lists(WORDS, max_size=2).map(tuple),
    attribution=WORDS,
    citations=st.lists(CITATIONS, max_size=2).map(tuple),
    calculation=WORDS,
    repeats=WORDS,
)
DRAFTS = st.builds(
    Draft,
    blocks=st.lists(
        st.builds(
            Block,
            form=st.sampled_from(["heading", "finding", "paragraph", "bullets", "table"]),
            text=WORDS,
            header=st.lists(WORDS, max_size=2).map(tuple),
            claims=st.lists(CLAIMS, max_size=2).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    settled=st.lists(
        st.builds(
            Settled,
            claim=WORDS,
            fate=st.sampled_from(["merged", "superseded", "outranked"]),
            by=WORDS,
            reason=st.text(st.characters(codec="utf-8"), min_size=1, max_size=9),
        ),
        max_size=2,
    ).map(tuple),
)
CLAIM = {"text": "It is so.", "citations": [{"evidence": "E1", "quote": "It is so."}]}
GOOD = {"blocks": [{"form": "bullets", "claims": [CLAIM]}]}


@given(DRAFTS, st.sampled_from(["{}", "  {}\n", "```json\n{}\n```", "```\n{}\n```\n"]))
def test_a_draft_is_read_as_it_was_meant(draft, form):
    """Plain or fenced, with white space around it, JSON of a draft is that draft."""
    assert read_draft(form.replace("{}", draft.model_dump_json())) == draft


@given(DRAFTS, st.data())
def test_half_a_draft_is_none(draft, data):
    """Cut anywhere, it is no draft, and nobody guesses the rest; the message is one short line."""
    text = draft.model_dump_json()
    found = read_draft(text[: data.draw(st.integers(0, len(text) - 1))])
    assert isinstance(found, Malformed)
    assert 0 < len(found.message) < 1000
    assert found.message.isprintable()


@given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_none(text):
    """No text raises; what is no object of a draft is malformed."""
    assert isinstance(read_draft(text), Malformed)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("Certainly! Here is the section you asked for.", "Invalid JSON"),
        (f"Here you are:\n```json\n{json.dumps(GOOD)}\n```", "Invalid JSON"),
        (json.dumps(GOOD) + json.dumps(GOOD), "trailing characters"),
        ("[" * 100_000, "recursion limit"),
        ("{}", "blocks: Field required"),
        ("[]", "should be an object"),
        (json.dumps(GOOD | {"thoughts": "…"}), "1 unknown field, not permitted"),
        (json.dumps(GOOD | {"citations": []}), "citations: Extra inputs are not permitted"),
        (json.dumps({"blocks": "none"}), "blocks: Input should be a valid array"),
        (json.dumps({"blocks": [{"form": "essay"}]}), "blocks.0.form: Input should be 'heading'"),
        (
            json.dumps({"blocks": [{"form": "bullets", "claims": [{"text": 7}]}]}),
            "0.text: Input should be a valid string; blocks.0.claims.0.citations: Field required",
        ),
        (json.dumps({"blocks": [{"form": "bullets", "claims": [[GOOD]]}]}), "blocks.0.claims.0"),
        (json.dumps({"blocks": [{"form": "?"}] * 9}), "and 4 more"),
        (
            json.dumps({"blocks": [{"form": "bullets", "x": 1, "y": 2}]}),
            "blocks.0: 2 unknown fields",
        ),
        (json.dumps(GOOD) + " " * MAX_CHARACTERS, "200,000 at most"),
        ("", "Invalid JSON"),
    ],
)
def test_what_is_wrong_is_said(reply, said):
    """The message says where and what, in one line, and never more of the reply than a name."""
    found = read_draft(reply)
    assert isinstance(found, Malformed)
    assert said in found.message
    assert "\n" not in found.message
    assert len(found.message) < 1000


@given(st.text(min_size=1, max_size=200))
def test_no_word_of_the_model_s_is_in_a_message(word):
    """Whatever it calls its fields, wherever they stand."""
    plain = [read_draft(json.dumps(GOOD | {name: 1})) for name in ("zzz", f"{word}zzz")]
    assert plain[0] == plain[1]
    inside = {"blocks": [{f"{word}zzz": 1, "form": "bullets"}]}
    found = read_draft(json.dumps(inside))
    assert found == Malformed(message="blocks.0: 1 unknown field, not permitted")


def asking(*replies: str) -> tuple[Draft | Skipped, list[str]]:
    """Return what comes of a model's replies, and what was said to it."""
    told: list[str] = []
    lines = iter(replies)

    def ask(correction: str) -> str:
        told.append(correction)
        return next(lines)

    return ask_for_draft(ask), told


def test_a_good_reply_is_asked_for_once():
    """Nothing is said of a reply that is a draft."""
    found, told = asking(json.dumps(GOOD))
    assert isinstance(found, Draft)
    assert told == [""]


def test_a_bad_reply_goes_back_once_with_what_is_wrong():
    """The second reply counts; it is told where the first one went wrong."""
    found, told = asking(json.dumps({"blocks": [{"form": "essay"}]}), json.dumps(GOOD))
    assert isinstance(found, Draft)
    assert len(told) == 2
    assert "blocks.0.form" in told[1]


def test_a_second_bad_reply_is_skipped():
    """There is no third: the section is skipped, with the reason."""
    found, told = asking("Certainly!", '{"blocks": [')
    assert isinstance(found, Skipped)
    assert found.stage == "draft"
    assert "asked twice" in found.reason
    assert "EOF" in found.reason
    assert "\n" not in found.reason
    assert len(told) == 2


def test_a_run_goes_on_without_a_draft(tmp_path: Path) -> None:
    """The section stays as it was, the run says so, and the box waits for a draft."""
    half = True

    def writing(task: SectionTask | QuestionTask) -> Draft | Skipped:
        text = quoting(task).model_dump_json()
        cut = half and task.spec.id == "memory" and len(tools.store.editions()) > 0
        return ask_for_draft(lambda _: text[: len(text) // 2] if cut else text)

    tools = FakeTools(project_at(tmp_path), PAGES, ScriptedWriter(writing))
    list(compose(tools.project, tools))
    before = tools.store.latest()
    seen = list(compose(tools.project, tools))
    assert "memory" in {event.subject for event in of(Skipped, seen)}
    assert all("asked twice" in event.reason for event in of(Skipped, seen))
    assert tools.store.latest().sections[-2] == before.sections[-2]
    assert not boxes(tools.project)["beta"]
    half = False
    list(compose(tools.project, tools))
    assert "141 GB" in tools.project.report.read_text(encoding="utf-8")
    assert boxes(tools.project)["beta"]
    tools.store.close()
