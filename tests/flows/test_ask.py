"""Ask: cited claims, or the plain statement that the references do not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import ScriptedWriter
from projects import FakeTools, quoting

from rag.errors import PrerequisiteError, ServiceError, UsageError
from rag.flows.ask import ask
from rag.flows.compose import compose
from rag.flows.ingest import ingest
from rag.flows.project import Project
from rag.types import Block, Draft, ProposedCitation, ProposedClaim, QuestionTask, Skipped

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import SectionTask

QUESTION = "How much memory does the Beta accelerator have on each chip?"


@pytest.fixture
def filled(project: Project, tools: FakeTools) -> FakeTools:
    """The tools of a project whose references are in the store; the writer quotes."""
    list(ingest(project, tools))
    tools.writer = ScriptedWriter(quoting)
    return tools


def test_an_answer_is_cited(project: Project, filled: FakeTools) -> None:
    """The best passage answers; every source is named with link, offsets and verbatim words."""
    answer = ask(project, filled, f"  {QUESTION}\n", k=1)
    assert answer.question == QUESTION
    assert not answer.refused
    assert "141 GB" in answer.claims[0].text
    assert [source.reference for source in answer.sources] == ["beta"]
    source = answer.sources[0]
    text = filled.store.document(filled.store.ingested()["beta"].document_id).text
    assert text[source.start : source.end] == source.quote
    assert source.link.startswith("https://example.org/beta.md#:~:text=")
    assert source.where == "Memory of Beta"
    assert [passage.reference for passage in answer.passages] == ["beta"]


def test_what_does_not_hold_is_not_answered(project: Project, filled: FakeTools) -> None:
    """A claim whose quote stands nowhere falls, and with it the answer."""

    def inventing(task: SectionTask | QuestionTask) -> Draft:
        citation = ProposedCitation(evidence=task.evidence[0].key, quote="a million GB")
        claim = ProposedClaim(text="It has a million GB.", citations=(citation,))
        return Draft(blocks=(Block(form="bullets", claims=(claim,)),))

    filled.writer = ScriptedWriter(inventing)
    answer = ask(project, filled, QUESTION)
    assert answer.refused
    assert answer.sources == ()
    assert answer.passages


@pytest.mark.parametrize("reranked", [True, False])
def test_a_question_about_something_else_is_refused(
    project: Project, filled: FakeTools, reranked: bool
) -> None:
    """Below the score from which the references answer, the writer is not even asked."""
    settings = filled.config.settings
    strict = settings.ask.model_copy(update={"min_score": 0.9, "min_cosine": 0.99})
    settings = settings.model_copy(update={"ask": strict})
    filled.config = filled.config.model_copy(update={"settings": settings})
    filled.reranker = filled.reranker if reranked else None
    writer = filled.writer = ScriptedWriter([])
    assert ask(project, filled, "Who won the cup in 1974?").refused
    assert writer.tasks == []


def test_one_reference_alone_is_asked(project: Project, filled: FakeTools) -> None:
    """`references` leaves all others out; an unknown key is refused with those that there are."""
    answer = ask(project, filled, QUESTION, references=["alpha"])
    assert {passage.reference for passage in answer.passages} == {"alpha"}
    with pytest.raises(UsageError, match="alpha, beta, gamma, garden"):
        ask(project, filled, QUESTION, references=["delta"])


def test_several_references_are_asked(project: Project, filled: FakeTools) -> None:
    """Each that is named, and no other; an unknown one is refused beside known ones."""
    answer = ask(project, filled, QUESTION, references=["alpha", "garden"])
    assert {passage.reference for passage in answer.passages} == {"alpha", "garden"}
    with pytest.raises(UsageError, match="'delta'"):
        ask(project, filled, QUESTION, references=["alpha", "delta"])


def test_k_bounds_what_is_drawn_on(project: Project, filled: FakeTools) -> None:
    """An answer draws on at most k passages."""
    for count in (1, 2, 100):
        passages = ask(project, filled, QUESTION, k=count).passages
        assert 1 <= len(passages) <= count


@pytest.mark.parametrize("question", ["", "  \n\t", "\u3000", "?", "\0\0", "…!"])
def test_an_empty_question_is_refused(project: Project, filled: FakeTools, question: str) -> None:
    """A question without a word is a wrong use, whatever the store has."""
    with pytest.raises(UsageError, match="empty"):
        ask(project, filled, question)


def test_an_empty_store_is_named(project: Project, tools: FakeTools) -> None:
    """With nothing ingested the error says what to run."""
    with pytest.raises(PrerequisiteError, match="rag ingest"):
        ask(project, tools, QUESTION)


def test_no_project_gets_no_store(tmp_path: Path, tools: FakeTools) -> None:
    """Asked in a folder without a checklist, nothing is made there."""
    with pytest.raises(UsageError, match=r"no references\.md"):
        ask(Project(root=tmp_path), tools, QUESTION)


@pytest.mark.parametrize("question", ["\udcff\udcfe Beta memory", '"unbalanced ( AND *', "🙂 记忆"])
def test_any_text_is_a_question(project: Project, filled: FakeTools, question: str) -> None:
    """Bytes that are no text, marks of query languages and other scripts raise nothing."""
    assert ask(project, filled, question).question.encode()


def test_a_writer_that_fails_is_named(project: Project, filled: FakeTools) -> None:
    """A writer without a draft is a failed service, not a refusal."""
    filled.writer = ScriptedWriter([Skipped(subject="q", stage="draft", reason="it is busy")])
    with pytest.raises(ServiceError, match="it is busy"):
        ask(project, filled, QUESTION)


def test_asking_changes_nothing(project: Project, filled: FakeTools) -> None:
    """A question leaves the project's files and the store's records as they are."""
    list(compose(project, filled, every=True))
    before = project.report.read_bytes(), project.checklist.read_bytes(), filled.store.latest()
    ask(project, filled, QUESTION)
    after = project.report.read_bytes(), project.checklist.read_bytes(), filled.store.latest()
    assert after == before
