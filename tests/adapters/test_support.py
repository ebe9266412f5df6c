"""The scorer for support: one test a kind of error, on invented sentences, and its laws."""

# ruff: noqa: E501 - sentences in full

from __future__ import annotations

import pytest
from contracts.scorer import PASSAGES, QUESTION, PairScorerContract
from fakes import FakePairScorer
from hypothesis import given
from hypothesis import strategies as st

from rag.adapters.support import DEFAULT_THRESHOLD, SupportScorer

SCORER = SupportScorer()
PASSAGE = """The harbour of Lindow opened in spring.
The Kestrel engine was built by Orla Works and it powers the ferry between Lindow and Marsk.
The ferry carries up to 340 passengers and needs 12 minutes for the crossing.
Orla Works plans to sell the Kestrel engine to the city of Marsk next year.
The council expects that the new line will reduce traffic on the northern bridge by 18 percent.
Before the ferry came, most commuters drove over the bridge, which is cheaper than the tunnel.
The tank holds 900 litres of fuel, and the battery stores 45 MWh of energy.
Boats of Brann and Sons, Orla Works, and Ayle Yard pass the harbour of Lindow.
The divers have not found any cracks in the keel of the ferry.
With the new port, trade by ship grew deeper and the port of Marsk lends ships to the yard."""

TRUE = """The ferry between Lindow and Marsk is powered by the Kestrel engine.
The ferry carries up to 340 passengers.
The crossing needs 12 minutes.
Orla Works plans to sell the Kestrel engine to the city of Marsk.
The council expects that the new line will cut traffic on the northern bridge by 18 percent.
Before the ferry came, most commuters drove over the bridge.
The battery stores 45 MWh of energy.
The bridge is cheaper than the tunnel.
Boats of Ayle Yard, Orla Works, and Brann and Sons pass the harbour of Lindow.
The divers have found no cracks in the keel of the ferry.""".splitlines()

FALSE = {
    "not added": "The council expects that the new line will not reduce traffic on the northern bridge.",
    "negation by never": "The ferry never carries up to 340 passengers and needs 12 minutes.",
    "hedge up to dropped": "The ferry carries 340 passengers and needs 12 minutes for the crossing.",
    "hedge plans to dropped": "Orla Works did sell the Kestrel engine to the city of Marsk next year.",
    "hedge expects dropped": "The council knows that the new line will reduce traffic on the northern bridge by 18 percent.",
    "who did what": "Marsk plans to sell the Kestrel engine to the city of Orla Works next year.",
    "who did what, words that stand twice": "With the new port, trade by ship grew deeper and the yard of Marsk lends ships to the port.",
    "sides of a comparison": "Before the ferry came, most commuters drove over the tunnel, which is cheaper than the bridge.",
    "figure": "The ferry carries up to 360 passengers and needs 12 minutes for the crossing.",
    "figure of another thing": "The ferry carries up to 12 passengers and needs 340 minutes for the crossing.",
    "unit": "The ferry carries up to 340 passengers and needs 12 hours for the crossing.",
    "name": "The Osprey engine was built by Orla Works and it powers the ferry between Lindow and Marsk.",
    "name of several words": "The Grand Osprey Mark engine was built by Orla Works and it powers the ferry between Lindow and Marsk.",
    "name at the end": "The Kestrel engine was built by Orla Works and it powers the ferry between Lindow and Upper Hallow.",
    "degree": "With the new port, trade by ship grew shallower and the port of Marsk lends ships to the yard.",
    "direction": "The council expects that the new line will raise traffic on the northern bridge by 18 percent.",
    "order in time": "After the ferry came, most commuters drove over the bridge.",
    "comparative": "Before the ferry came, most commuters drove over the bridge, which is dearer than the tunnel.",
    "said of nothing": "Penguins breed on the southern ice and feed on krill.",
}


class TestSupportScorer(PairScorerContract):
    """SupportScorer with a reranker is a `PairScorer`."""

    @pytest.fixture
    def scorer(self) -> SupportScorer:
        """Give a scorer over the fake reranker."""
        return SupportScorer(FakePairScorer())


class TestSupportScorerAlone(PairScorerContract):
    """SupportScorer without a reranker is a `PairScorer`."""

    @pytest.fixture
    def scorer(self) -> SupportScorer:
        """Give a scorer without a reranker."""
        return SCORER


@pytest.mark.parametrize("claim", TRUE)
def test_a_true_claim_in_other_words_passes(claim):
    """Leaving out, joining and turning into the passive change nothing."""
    assert SCORER.score([(claim, PASSAGE)])[0] >= DEFAULT_THRESHOLD


@pytest.mark.parametrize("kind", FALSE)
def test_one_small_edit_is_caught(kind):
    """A sentence that is true but for one edit of the kind does not pass."""
    assert SCORER.score([(FALSE[kind], PASSAGE)])[0] < DEFAULT_THRESHOLD


@pytest.mark.parametrize("kind", FALSE)
def test_the_edit_scores_less_than_what_was_edited(kind):
    """Every edited sentence scores less than the true ones do on the mean."""
    true = SCORER.score([(claim, PASSAGE) for claim in TRUE])
    assert SCORER.score([(FALSE[kind], PASSAGE)])[0] < sum(true) / len(true)


def test_not_taken_away_is_caught():
    """A passage that says "not" does not support the same without it."""
    passage = "The valve does not open above 80 degrees, as the makers of it have shown."
    claim = "The valve does open above 80 degrees, as the makers have shown."
    assert SCORER.score([(claim, passage)])[0] < DEFAULT_THRESHOLD


def test_a_long_passage_is_searched_whole():
    """The one sentence that bears the claim is found among 10,000 characters of others."""
    other = "The committee met on some day and spoke of matters of little weight. " * 150
    claim = "Glass from Orla is melted at 1,400 degrees"
    passage = f"{other}\nAt Orla, glass is melted at 1400 degrees.\n{other}"
    with_it, without = SCORER.score([(claim, passage), (claim, other)])
    assert with_it >= DEFAULT_THRESHOLD > without


@given(st.data())
def test_a_verbatim_run_scores_one(data):
    """Any run of words of a passage, in any letter case and spacing, passes without a model."""
    words = PASSAGE.split()
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    run = data.draw(st.sampled_from((" ", "\n", "\u00a0 "))).join(words[start:end])
    claim = data.draw(st.sampled_from((run, run.upper(), f" {run} ")))
    reranker = FakePairScorer()
    assert SupportScorer(reranker).score([(claim, PASSAGE)]) == [1.0]
    assert reranker.pairs == []


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=200)), max_size=6))
def test_scores_are_shares_and_depend_on_their_own_pair(pairs):
    """Whatever the texts, a score lies in [0, 1] and is the same alone, later, and by another."""
    together = SCORER.score(pairs)
    assert all(0 <= score <= 1 for score in together)
    assert [SupportScorer().score([pair])[0] for pair in pairs] == together


def test_the_reranker_reads_a_few_sentences_only():
    """What is given to the reranker is short, whatever the length of the passage."""
    reranker = FakePairScorer()
    SupportScorer(reranker).score([(TRUE[0], PASSAGE * 40)])
    assert len(reranker.pairs) == 2
    assert all(claim == TRUE[0] and len(text) < 1500 for claim, text in reranker.pairs)


def test_the_name_tells_the_reranker():
    """Results under another reranker are not mixed up with these."""
    assert SupportScorer().name != SupportScorer(FakePairScorer()).name
    assert FakePairScorer.name in SupportScorer(FakePairScorer()).name


@pytest.mark.parametrize("pair", [("", PASSAGES[1]), (QUESTION, ""), ("of the", PASSAGES[1])])
def test_nothing_supports_nothing(pair):
    """A claim that says nothing and a passage that says nothing do not pass."""
    assert SCORER.score([pair])[0] < DEFAULT_THRESHOLD
