"""Equal figures are given one writing, and nothing else of a text is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.quantities import quantities, same
from rag.text.writings import in_one_writing


@pytest.mark.parametrize(
    ("claim", "passage", "written"),
    [
        ("a 3.2 Tbps network", "share 3,200 Gbps", "a 3,200 Gbps network"),
        ("4x the memory", "four times the memory", "four times the memory"),
        ("37 billion of 671 billion", "37B of 671B", "37B of 671B"),
        ("671B dense weights", "671 billion parameters", "671 billion dense weights"),
        ("half of it", "50% of it", "50% of it"),
        ("400 GBPS", "400 Gbps", "400 Gbps"),
        ("on 2024-12-03", "on December 3, 2024", "on December 3, 2024"),
        ("Qwen3 32B with 32 billion", "32B of weights", "Qwen3 32B with 32B"),
        ("640 GB", "640 GiB", "640 GB"),
        ("3 chips", "4 chips", "3 chips"),
    ],
)
def test_a_figure_is_written_as_the_passage_writes_it(claim, passage, written):
    """Measures with their unit, counts by their numeral; names and other figures stay."""
    assert in_one_writing(claim, passage) == (written, passage)


def test_a_passage_that_writes_one_figure_twice_has_one_writing_too():
    """Whichever of its two writings a claim takes, both read as the first."""
    passage = "It stores 671 billion parameters (671B)."
    for claim in ("It stores 671B parameters.", "It stores 671 billion parameters."):
        written, there = in_one_writing(claim, passage)
        assert written == "It stores 671 billion parameters."
        assert there == "It stores 671 billion parameters (671 billion)."


_FIGURES = st.sampled_from(
    "8/eight/1,024/1024/3.2 Tbps/3,200 Gbps/24 GB/0.024 TB/50%/50 percent/half/671B/671 billion/4x/"
    "four times/twice/24 hours/one day/$2/2 USD/8 to 50/in 2024/Llama 8/GPUs".split("/")
)
_TEXTS = st.lists(_FIGURES, max_size=6).map(" of it, and the ".join)


@given(_TEXTS, _TEXTS)
def test_it_says_the_same_and_does_so_once(claim, passage):
    """A passage keeps its figures, and what was written anew is not written again."""
    written, there = in_one_writing(claim, passage)
    assert in_one_writing(written, there) == (written, there)
    pairs = zip(quantities(there), quantities(passage), strict=True)
    assert all(same(*pair) for pair in pairs)
