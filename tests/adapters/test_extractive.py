"""The extractive writer keeps the contract, and what it proposes holds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from contracts.writer import SPEC, WriterContract, notes

from rag.adapters.extractive import ExtractiveWriter
from rag.settings import load_config
from rag.stages.verify import Rules, verify
from rag.types import Outline, QuestionTask, SectionTask


@pytest.fixture(scope="module")
def extractive() -> ExtractiveWriter:
    """Give a writer of a report of one section."""
    defaults = load_config(Path("no-such-project"))
    outline = Outline(title="Report", sections=(SPEC,))
    return ExtractiveWriter(defaults.model_copy(update={"outline": outline}))


class TestExtractiveWriter(WriterContract):
    """ExtractiveWriter is a `Writer`."""

    @pytest.fixture
    def writer(self, extractive: ExtractiveWriter) -> ExtractiveWriter:
        """Give a writer of a report of one section."""
        return extractive


def test_every_claim_holds(extractive):
    """Nothing it proposes falls: sections and answers are verbatim."""
    section = extractive.write_section(SectionTask(spec=SPEC, evidence=notes()))
    question = QuestionTask(question="How much bandwidth does P5 have?", evidence=notes())
    for draft in (section, extractive.answer(question)):
        checked = verify(draft, notes(), Rules(headings=frozenset({"Bandwidth"})))
        assert checked.rejected == ()
        assert any(block.claims for block in checked.blocks)


def test_the_order_of_evidence_does_not_matter(extractive):
    """A section is a function of the set of its evidence."""
    first = extractive.write_section(SectionTask(spec=SPEC, evidence=notes()))
    for seed in range(5):
        shuffled = list(notes())
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
        again = extractive.write_section(SectionTask(spec=SPEC, evidence=tuple(shuffled)))
        assert again == first
