"""What a follow-up takes from the question before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.stages.followup import with_subject
from rag.types import Claim, Exchange

KNOWN = (("Alpha",), ("Beta",), ("Gamma",), ("EFA", "Elastic Fabric Adapter"))
MEMORY = "How much memory does the Beta accelerator have on each chip?"


def asked(words: str, *answer: str) -> Exchange:
    """Return a question that was asked, with the claims of its answer."""
    claims = tuple(Claim(id=text, text=text, citations=()) for text in answer)
    return Exchange(question=words, words=words, claims=claims)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("and its price?", "Beta: and its price?"),
        ("What about the price?", "Beta: What about the price?"),
        ("Does it have EFA?", "Beta: Does it have EFA?"),
        ("How does it compare with Gamma?", "Beta: How does it compare with Gamma?"),
        ("Which instances support this?", "Beta: Which instances support this?"),
        ("Is that per hour?", "Beta: Is that per hour?"),
        ("And Gamma?", "memory accelerator chip: And Gamma?"),
        ("Why?", "Beta memory accelerator chip: Why?"),
        ("And how much?", "Beta memory accelerator chip: And how much?"),
    ],
)
def test_what_leans_takes_its_subject(question: str, words: str) -> None:
    """The name it lacks, what was asked of another, or both."""
    assert with_subject(question, asked(MEMORY), KNOWN) == words


@pytest.mark.parametrize(
    "question",
    [
        "What is EFA?",
        "And what does Gamma cost?",
        "What about the memory of Gamma?",
        "Is it possible to train on Gamma?",
        "How long does training take?",
        "Which GPUs that AWS offers have HBM3e?",
        "How much is one hour of training?",
    ],
)
def test_what_says_all_itself_stands_alone(question: str) -> None:
    """Words of the question before would only mislead search."""
    assert with_subject(question, asked(MEMORY), KNOWN) == question


def test_without_a_name_in_the_question_the_answer_s_counts() -> None:
    """`Which one has most?` is answered by a name, and that is what `it` means then."""
    before = asked("Which accelerator has the most memory?", "The Beta accelerator has 141 GB.")
    assert with_subject("And its price?", before, KNOWN) == "Beta: And its price?"
    refused = asked("Which accelerator has the most memory?")
    assert with_subject("And its price?", refused, KNOWN) == "accelerator memory: And its price?"


def test_a_question_that_names_nothing_and_asks_for_no_name() -> None:
    """Its own words are the subject, whatever else the answer names."""
    before = asked("What does sliding-window attention save?", "Mistral Small 3.1 dropped it.")
    assert with_subject("and which models use it?", before, KNOWN) == (
        "sliding-window attention save: and which models use it?"
    )


def test_a_subject_lasts() -> None:
    """What a follow-up took, the next one can take from it."""
    price = with_subject("and its price?", asked(MEMORY), KNOWN)
    assert with_subject("Is that per hour?", asked(price), KNOWN) == "Beta: Is that per hour?"
    assert with_subject("And Gamma?", asked(price), KNOWN) == "price: And Gamma?"


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_question_is_never_changed(question: str, before: str) -> None:
    """Whatever is taken stands before it; the first question of a session takes nothing."""
    assert with_subject(question, asked(before), KNOWN).endswith(question)
    assert with_subject(question, None, KNOWN) == question
