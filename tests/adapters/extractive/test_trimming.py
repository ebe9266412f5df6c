"""Which part of a written sentence says something by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.adapters.extractive.trimming import parts
from rag.adapters.extractive.wording import stands_alone
from rag.text.normal import as_sentence


def said(sentence: str) -> str:
    """Return what is left of a sentence, or nothing."""
    spans = (as_sentence(sentence[begin:end]) for begin, end in parts(sentence))
    return next((part for part in spans if stands_alone(part)), "")


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (
            "However, larger models need more memory than one instance can offer today.",
            "Larger models need more memory than one instance can offer today.",
        ),
        (
            "As shown in Figure 4 above, Comet 4 needs half the memory of the old Comet 3.",
            "Comet 4 needs half the memory of the old Comet 3.",
        ),
        (
            "Another thing worth mentioning is that Comet 4 still uses one expert for each token.",
            "Comet 4 still uses one expert for each token.",
        ),
        (
            "Comet 4 sits at the frontier of compute to performance, as shown in Figure 7 below.",
            "Comet 4 sits at the frontier of compute to performance.",
        ),
        (
            "To summarize this part before we move on, Comet is a way to halve a large cache.",
            "Comet is a way to halve a large cache.",
        ),
        (
            "By releasing both types, the Comet series can serve large clusters and small phones.",
            "The Comet series can serve large clusters and small phones.",
        ),
        (
            "Both Comet and Nebula are cheaper than the models that came a year before them.",
            "Both Comet and Nebula are cheaper than the models that came a year before them.",
        ),
        (
            "A Comet has many expert layers, of which each of these layers sees few tokens.",
            "A Comet has many expert layers, of which each of these layers sees few tokens.",
        ),
    ],
)
def test_what_links_and_points_is_left_out(sentence, left):
    """The rest of the sentence is understood without the page around it."""
    assert said(sentence) == left


@pytest.mark.parametrize(
    "sentence",
    [
        "For example, if there are two groups of heads, then heads 1 and 2 might share their keys.",
        "If that holds, as shown in Figure 4 above, Comet 4 needs half of the memory of Comet 3.",
        "By the way, each of these experts has a size of 2,048, which the figure does not show.",
        "On `p9` instances, retries up to 3 times with pauses of 5 seconds for late adapters.",
        "Runs `comet-test --all` over every node to validate the links between the accelerators.",
    ],
)
def test_nothing_is_left_where_the_rest_says_something_else(sentence):
    """A condition is never left out, nor is a step made a finding."""
    assert said(sentence) == ""


@given(st.text(alphabet=st.sampled_from("aBc ,.'(1)"), max_size=60).map("However, so, {}".format))
def test_a_part_is_a_run_of_its_sentence(sentence):
    """Parts are spans of the sentence, none empty, the whole sentence among them."""
    found = list(parts(sentence))
    assert (0, len(sentence)) in found
    assert all(0 <= begin < end <= len(sentence) for begin, end in found)
