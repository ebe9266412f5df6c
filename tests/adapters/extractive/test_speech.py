"""Which spoken sentences can stand alone, or with the one that follows."""

from __future__ import annotations

import pytest

from rag.adapters.extractive.speech import continues, introduces, stands_alone, start


def test_speech_is_taken_after_its_run_up():
    """What is said begins after "And so, now …" and after "That's why today"."""
    spoken = "And so, now, Comet instances give you 40% better price performance than before."
    assert spoken[start(spoken) :].startswith("Comet instances")
    announced = "That's why today I'm happy to announce Comet instances."
    assert announced[start(announced) :].startswith("I'm happy")


@pytest.mark.parametrize(
    "sentence",
    [
        "Comet instances give you 40% better price performance.",
        "You can attach Comet instances to a cluster that runs already.",
        "If you're training a large model, Comet instances halve the time to train.",
    ],
)
def test_what_names_its_subject_stands_alone(sentence):
    """A spoken sentence that says who does what is understood."""
    assert stands_alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "I'm so excited to tell you about the Comet instances.",
        "That's why the Comet instances are so much faster now.",
        "You can see that the Comet instances start on the left there.",
        "You can use it as a store and build assistants with Comet instances.",
        "As you think about it, Comet instances are the ones to have.",
        "Comet instances are really great. They halve the time to train.",
        "To the democratization of learning, with Comet instances and Nebula clusters for all.",
        "Example Health, who are using the power of Comet instances to run their tools.",
        "From developers to analysts of data, it's powered by Comet instances under the hood.",
        "Built upon the last, Comet instances and clusters unlocking values for teams.",
    ],
)
def test_small_talk_and_leaning_speech_are_left_out(sentence):
    """What speaks to the room, or of something said before, is not."""
    assert not stands_alone(sentence)


def test_an_announcement_and_what_it_does_belong_together():
    """Neither is worth quoting alone; together they are what was said."""
    assert introduces("I'm thrilled to announce Comet instances.")
    assert continues("This feature reduces the cost of training by up to 40%.")
    assert not continues("Comet instances reduce the cost of training by up to 40%.")


@pytest.mark.parametrize(
    "sentence",
    [
        "To get started, you use the console to see how much it can save.",
        "You can put the intelligence of bigger models into smaller ones.",
        "Thank you all for coming to hear about Comet instances.",
    ],
)
def test_what_may_speak_of_a_third_thing_introduces_nothing(sentence):
    """Two sentences that both speak of a third are not understood together either."""
    assert not introduces(sentence)
