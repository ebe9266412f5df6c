"""Which sentences can stand alone."""

from __future__ import annotations

import pytest

from rag.adapters.extractive.wording import continues, introduces, stands_alone, start

WHOLE = [
    "Inf9 instances serve small models at half the price of the generation before.",
    "The quasar.48xlarge instance holds 900 GB of memory across 8 accelerators.",
    "p9en.48xlarge joins eight accelerators with 3,200 Gbps of network bandwidth.",
    "Checkpoints limit what an interruption costs, because only the work since the last is lost.",
    "A quasar instance with eight accelerators costs 40 dollars an hour in that Region.",
    'Comet 4 calls its router "the dispatcher" and sends each token to two experts.',
]
LEANING = [
    "This makes the service a good fit for small teams with little time.",
    "It costs half as much as the generation before and runs twice as fast.",
    "However, larger models need more memory than one instance can offer today.",
    "As shown in Figure 3, the second layout needs far less memory than the first.",
    "We recommend the larger instance for models of more than 70 billion parameters.",
    "Despite being larger, it is much more efficient than the model before it.",
    "The most interesting aspect is the way in which the router picks its experts.",
    "Each of them has 16 GB of memory and a fast link to its neighbours.",
    "Click the button in the upper corner to read more about prices and Regions.",
    "Sources: the vendor's page of 2025 and the talk given at the conference in May.",
]
BROKEN = [
    "too short to say much.",
    "The list of instances that the service offers in the following three Regions:",
    "Which instance should a team choose for a model of 70 billion parameters?",
    "and so the larger instance is the better choice for models of that size.",
    "The price (per hour is lower for the larger instance than for the small one.",
    "The larger instance is faster according to an older measurement of the team [12].",
    "Comet 4 Instruct, Comet 4B Instruct, Comet Large, Comet Small, Comet-X1.",
    "Instance Accelerators Memory p9en.48xlarge 8 900 GB quasar.48xlarge 16 1,200 GB 400 Gbps.",
    "A wide, open collection of checks for clusters of quasar instances in two Regions.",
    " ".join(["A sentence that goes on"] * 15) + ".",
]


@pytest.mark.parametrize("sentence", WHOLE)
def test_a_whole_sentence_stands_alone(sentence):
    """A sentence that names its subject is taken."""
    assert stands_alone(sentence)


@pytest.mark.parametrize("sentence", LEANING)
def test_a_leaning_sentence_is_left_out(sentence):
    """A sentence that needs its neighbour, points elsewhere or speaks to its reader is not."""
    assert not stands_alone(sentence)


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_fragment_is_left_out(sentence):
    """A fragment, a question or an endless sentence is not taken."""
    assert not stands_alone(sentence)


def test_the_label_of_an_item_is_not_part_of_its_sentence():
    """An item's label is left out of what is quoted."""
    item = "Choice of models: Nebula offers models of five companies through one interface."
    assert item[start(item) :].startswith("Nebula offers")
    plain = "Nebula offers models of five companies: one interface serves them all."
    assert start(plain) == 0


def test_a_link_to_what_went_before_is_left_out_if_a_name_follows():
    """After "For example," a named subject begins a sentence; a common word would be a torso."""
    linked = "For example, Comet-V4 has 300 experts in each of its layers."
    assert linked[start(linked) :].startswith("Comet-V4 has")
    torso = "For example, heads 1 and 2 might share one set of keys and values."
    assert start(torso) == 0
    assert not stands_alone(torso)


@pytest.mark.parametrize(
    "sentence",
    [
        "Yet during inference, only 9 experts are active at a time.",
        "It halves the memory of the cache for long prompts.",
        "Despite being larger, it runs faster than the model before it.",
        "Instead of sharing heads, the model compresses keys and values.",
    ],
)
def test_a_sentence_that_speaks_on_joins_the_one_before(sentence):
    """What leans on the sentence before alone is whole with it, and only with it."""
    assert continues(sentence)
    assert not stands_alone(sentence)
    assert introduces("Comet-V4 has 300 experts in each of its many layers.")


@pytest.mark.parametrize(
    "sentence",
    [
        "It is shown in the figure below that the cache halves.",
        "However, we discussed the cache at length earlier in this article.",
        "However, I measured half of the memory on my own machine.",
        "The cache halves the memory of long prompts on every instance.",
    ],
)
def test_a_sentence_that_points_elsewhere_joins_nothing(sentence):
    """What points further than the sentence before, or stands by itself, is not joined."""
    assert not continues(sentence)
