"""Which claims new evidence may touch: those that it repeats, contradicts or brings up to date."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.writing.nearness import near

CLAIMS = [
    "The Alpha accelerator has 96 GB of memory on each chip.",
    "A training job on 64 Alpha chips takes 12 days.",
    "Roses want sun for most of the day.",
    "Beta | 141 GB | 40 dollars",
]


def test_what_it_says_again_or_otherwise_is_near():
    """The same in other words, another figure, the opposite, another row of the same thing."""
    for passage, at in (
        ("Intro. Each chip of the Alpha accelerator comes with 96 GB of memory. More.", 0),
        ("The Alpha accelerator now has 192 GB of memory.", 0),
        ("On 64 chips of Alpha, training takes 9 days.", 1),
        ("Roses do not want sun.", 2),
        ("| Chip | Memory |\n| --- | --- |\n| Beta | 288 GB |", 3),
    ):
        assert at in near(CLAIMS, [passage]), passage


def test_what_is_about_something_else_is_not():
    """One word in common brings nothing along."""
    assert near(CLAIMS, ["A garden has a day of rest.", "", "Nothing."]) == set()
    assert near([], ["A garden."]) == set()
    assert near(["", "…"], ["A garden."]) == set()


def test_a_sentence_brings_few_claims_along():
    """However many are alike: what is read grows with the evidence, not with the report."""
    many = [f"Chip number {n} has 96 GB of memory." for n in range(100)]
    assert len(near(many, ["Chip number 7 has 96 GB of memory."])) == 3
    assert 7 in near(many, ["Chip number 7 has 96 GB of memory."])


_TEXTS = st.lists(st.text("ab. \n", max_size=12), max_size=6)


@given(_TEXTS, _TEXTS)
def test_more_evidence_brings_more(claims, passages):
    """What is near a part of the evidence is near all of it; a sentence is near itself."""
    whole = near(claims, passages)
    assert all(near(claims, [text]) <= whole for text in passages)
    assert whole <= set(range(len(claims)))
