"""The fake passes the suite of its port."""

from __future__ import annotations

import pytest
from contracts.writer import SPEC, WriterContract
from fakes import ScriptedWriter

from rag.types import (
    Block,
    Draft,
    ProposedCitation,
    ProposedClaim,
    QuestionTask,
    SectionTask,
    Skipped,
)


def first_words(task: SectionTask | QuestionTask) -> Draft:
    """Return a draft of one claim for each piece of evidence: its own words."""
    claims = tuple(
        ProposedClaim(
            text=item.chunk.text,
            citations=(ProposedCitation(evidence=item.key, quote=item.chunk.text),),
        )
        for item in task.evidence
    )
    return Draft(blocks=(Block(form="bullets", claims=claims),) if claims else ())


class TestScriptedWriter(WriterContract):
    """ScriptedWriter is a `Writer`."""

    @pytest.fixture
    def writer(self) -> ScriptedWriter:
        """Give a writer that repeats its evidence."""
        return ScriptedWriter(first_words)


def test_a_script_is_read_in_order_and_ends():
    """Drafts come as scripted; one more is an error of the test, with what was asked."""
    skipped = Skipped(subject="networking", stage="draft", reason="the service is busy")
    writer = ScriptedWriter([Draft(blocks=()), skipped])
    section = SectionTask(spec=SPEC, evidence=())
    question = QuestionTask(question="Why?", evidence=())
    assert writer.write_section(section) == Draft(blocks=())
    assert writer.answer(question) == skipped
    with pytest.raises(AssertionError, match="Why"):
        writer.answer(question)
    assert writer.tasks == [section, question, question]
