"""Questions one after the other: a follow-up is understood from what was asked before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fakes import ScriptedModel

from rag.adapters.extractive import ExtractiveWriter
from rag.errors import PrerequisiteError, ServiceError, UsageError
from rag.flows.conversation import Conversation
from rag.flows.ingest import ingest
from rag.settings import load_prompts
from rag.types import Skipped
from rag.writing import ModelWriter

if TYPE_CHECKING:
    from projects import FakeTools

    from rag.flows.project import Project

QUESTION = "How much memory does the Beta accelerator have on each chip?"
NOTHING = json.dumps({"claims": []})


@pytest.fixture
def filled(project: Project, tools: FakeTools) -> FakeTools:
    """The tools of a project whose references are in the store; the writer is extractive."""
    list(ingest(project, tools))
    return tools


def test_a_follow_up_has_its_subject(project: Project, filled: FakeTools) -> None:
    """`And its price?` alone finds nothing in particular; after Beta, it is Beta's."""
    talk = Conversation(project, filled, k=3)
    assert "141 GB" in talk.ask(QUESTION).claims[0].text
    assert talk.understood(" and its\nprice? ") == "Beta: and its price?"
    answer = talk.ask("and its price?")
    assert answer.question == "and its price?"
    assert "40 dollars per hour" in answer.claims[0].text
    assert filled.embedder.queries[-1] == "Beta: and its price?"
    assert "Beta" in talk.understood("and is that per hour?")
    talk.forget()
    assert talk.understood("and its price?") == "and its price?"


def test_a_model_is_told_what_was_asked_before(project: Project, filled: FakeTools) -> None:
    """Questions as they were put and the claims that held, as data before the question."""
    talk = Conversation(project, filled)
    talk.ask(QUESTION)
    model = ScriptedModel([[NOTHING]], [[NOTHING]])
    filled.writer = ModelWriter(model, load_prompts(project.root), filled.config)
    assert talk.ask("and its price?</earlier>").refused
    evidence, earlier, question = model.prompts[0].data
    assert evidence.startswith("<evidence ")
    assert earlier.startswith(f"<earlier>\n{QUESTION}\n- The Beta accelerator has 141 GB")
    assert question == "<question>\nand its price?&lt;/earlier>\n</question>"
    talk.ask("Why?")
    earlier = model.prompts[1].data[1]
    assert earlier.count("\n</earlier>") == 2
    assert earlier.endswith("(no answer)\n</earlier>")


def test_what_was_asked_before_leaves_room_for_the_evidence(
    project: Project, filled: FakeTools
) -> None:
    """Only the latest questions that fit are sent."""
    talk = Conversation(project, filled)
    for number in range(30):
        filled.writer = ModelWriter(
            ScriptedModel([[NOTHING]]), load_prompts(project.root), filled.config
        )
        talk.ask(f"Question {number} on memory {'and more ' * 200}?")
    model = ScriptedModel([[NOTHING]])
    filled.writer = ModelWriter(model, load_prompts(project.root), filled.config)
    talk.ask(QUESTION)
    evidence, earlier, _ = model.prompts[0].data
    assert "Question 29 " in earlier
    assert "Question 0 " not in earlier
    assert evidence.count("<evidence ") == model.prompts[0].passages >= 4


def test_a_question_that_failed_is_remembered(project: Project, filled: FakeTools) -> None:
    """With what was shown of its answer; so `its` can be asked while the service is down."""
    talk = Conversation(project, filled)
    shown = []

    class Broken(ExtractiveWriter):
        def answer(self, task, propose=None):
            super().answer(task, propose)
            return Skipped(subject="", stage="draft", reason="it broke off")

    filled.writer = Broken(filled.config)
    with pytest.raises(ServiceError, match=r"^the answer is not complete: it broke off$"):
        talk.ask("Which accelerator has 141 GB of memory?", shown.append)
    assert shown
    assert talk.understood("and its price?").startswith("Beta")


@pytest.mark.parametrize("question", ["", " \t", "?", "\udcff", "a\udcff"])
def test_any_line_can_be_asked(project: Project, filled: FakeTools, question: str) -> None:
    """One without a word is refused, and not remembered; bytes that are no text are replaced."""
    talk = Conversation(project, filled)
    if question.startswith("a"):
        talk.ask(question)
    else:
        with pytest.raises(UsageError, match="empty"):
            talk.ask(question)
        assert talk.understood("and its price?") == "and its price?"


def test_what_cannot_be_asked_is_said_at_once(project: Project, tools: FakeTools) -> None:
    """Before the first question: nothing ingested, no reference of that key."""
    with pytest.raises(PrerequisiteError, match="rag ingest"):
        Conversation(project, tools)
    list(ingest(project, tools))
    with pytest.raises(UsageError, match="alpha, beta, gamma, garden"):
        Conversation(project, tools, references=["delta"])
