"""What no claim may do to its passage: a false claim of each kind falls, a true one beside it holds."""

# ruff: noqa: E501 - sentences in full

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.adapters.support import DEFAULT_THRESHOLD, SupportScorer
from rag.text.quantities import missing

SCORER = SupportScorer()

CASES = {
    "an opposite in half of a sentence": (
        "Traffic on the canal rose by 25 percent in May, and delays at the locks fell by a lot.",
        "Traffic on the canal fell by 25 percent in May.",
        "Traffic on the canal rises by 25 percent in May.",
    ),
    "one subject with the other half": (
        "Rowing is paid by the hour and sailing is paid by the mile.",
        "Rowing is paid by the mile.",
        "Sailing is paid by the mile.",
    ),
    "the other verb with the one subject": (
        "Crews are trained in Marsk and boats are painted in blue.",
        "Crews are painted in blue.",
        "Boats are painted in blue.",
    ),
    "another scope in half of a sentence": (
        "Active hulls set how much a fleet can carry, while total hulls set the cost per mile.",
        "Total hulls set how much a fleet can carry.",
        "Active hulls set how much a fleet can carry.",
    ),
    "two opposites exchanged": (
        "Prices of timber were raised in May, and prices of coal were lowered in June.",
        "Prices of timber were lowered in May.",
        "Prices of coal were lowered in June.",
    ),
    "said not to be true": (
        "The new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "It is not true that the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "Orla Works claims that the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
    ),
    "doubted": (
        "The new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "Critics doubt that the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "According to Orla Works, the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
    ),
    "a condition": (
        "The new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "Unless the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "Indeed, the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
    ),
    "a myth": (
        "The new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "It is a myth that the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "There is no doubt that the new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
    ),
    "said to be false behind it": (
        "The new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water.",
        "The new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water, which is false.",
        "The new hull can cut the use of fuel by 40% on long trips, because it is smoother below the water, says Orla Works.",
    ),
    "a bound turned round": (
        "The new hull cuts the use of fuel by up to 40% on long trips.",
        "The new hull cuts the use of fuel by at least 40% on long trips.",
        "The new hull cuts the use of fuel by at most 40% on long trips.",
    ),
    "a bound turned round, by more than": (
        "The new hull cuts the use of fuel by up to 40% on long trips.",
        "On long trips more than 40% of fuel is cut by the new hull.",
        "On long trips up to 40% of fuel is cut by the new hull.",
    ),
    "a bound turned round, the other way": (
        "The crossing takes at least 12 minutes in winter.",
        "The crossing takes up to 12 minutes in winter.",
        "The crossing takes more than 12 minutes in winter.",
    ),
    "about made more than": (
        "The crossing took about 40 minutes in the old ferry.",
        "The crossing took more than 40 minutes in the old ferry.",
        "The crossing took around 40 minutes in the old ferry.",
    ),
    "a bare figure made less than": (
        "The crossing took 40 minutes in the old ferry.",
        "The crossing took less than 40 minutes in the old ferry.",
        "In the old ferry the crossing took 40 minutes.",
    ),
    "a bound made a guarantee": (
        "The new hull cuts the use of fuel by up to 40% on long trips.",
        "The new hull guarantees a 40% cut in the use of fuel on long trips.",
        "The new hull can cut the use of fuel by up to 40% on long trips.",
    ),
    "some made everywhere": (
        "Berths may be scarce in some ports.",
        "Berths are scarce everywhere.",
        "Berths may be scarce in some harbours.",
    ),
    "what is expected made a fact": (
        "Orla Works expects the price of a ticket to fall by 10% next year.",
        "The price of a ticket will fall by 10% next year.",
        "Orla Works expects ticket prices to fall by 10% next year.",
    ),
    "what is expected made past": (
        "Orla Works expects the price of a ticket to fall by 10% next year.",
        "The price of a ticket fell by 10% next year.",
        "The price of a ticket is expected to fall by 10% next year.",
    ),
    "a myth made a fact": (
        "It is a myth that the Kestrel engine outlasts the Osprey engine in salt water.",
        "In salt water the Kestrel engine outlasts the Osprey engine.",
        "That the Kestrel engine outlasts the Osprey engine in salt water is a myth.",
    ),
    "cannot in a half that is kept": (
        "The ferry halves the time of a trip that can wait for the tide, but it cannot be booked by groups that travel with bicycles.",
        "The ferry can be booked by groups that travel with bicycles.",
        "The ferry cannot be booked by groups that travel with bicycles.",
    ),
    "not required made must": (
        "Passengers are not required to pay for idle seats.",
        "Passengers must pay for idle seats.",
        "Passengers do not have to pay for idle seats.",
    ),
    "sides of a contrast exchanged, a list between them": (
        "Ferries set how much freight and mail a harbour gets, while barges set the price of coal.",
        "Barges set how much freight and mail a harbour gets, while ferries set the price of coal.",
        "While barges set the price of coal, ferries set how much freight and mail a harbour gets.",
    ),
    "passive with its sides exchanged": (
        "In every trial the Kestrel outperforms the Osprey.",
        "In every trial the Kestrel is outperformed by the Osprey.",
        "In every trial the Osprey is outperformed by the Kestrel.",
    ),
    "active made of a passive": (
        "The yard of Marsk was sold by Orla Works in spring.",
        "The yard of Marsk sold Orla Works in spring.",
        "Orla Works sold the yard of Marsk in spring.",
    ),
    "sides of a comparison, named by letters": (
        "Line A is slower than Line B on stormy days.",
        "Line B is slower than Line A on stormy days.",
        "Line A is slower than Line B on days with storms.",
    ),
    "one noun in another's place": (
        "Each boat has 2 cabins of timber for the gear of the divers.",
        "Each boat has 2 cabins of plastic for the gear of the divers.",
        "Each boat has 2 cabins of timber for the divers and their gear.",
    ),
    "one word in another's place, at the beginning": (
        "Sharded rudders split the drag of the current over both sides of the hull.",
        "Wooden rudders split the drag of the current over both sides of the hull.",
        "Sharded rudders spread the drag of the current over both sides of the hull.",
    ),
    "a superlative put in": (
        "The new ferries use 2 cabins of timber for the gear of the divers.",
        "The new ferries, the cheapest of the coast, use 2 cabins of timber for the gear of the divers.",
        "The new ferries of the coast use 2 cabins of timber for the gear of the divers.",
    ),
    "all for one": (
        "Groups of boats share the gear of the divers within a single harbour of the coast.",
        "Groups of boats share the gear of the divers across all harbours of the coast.",
        "Groups of boats share the gear of the divers inside a single harbour of the coast.",
    ),
    "a thing that is due, as a fact": (
        "The harbour office checks papers at the quay and will soon inspect the cargo of foreign boats.",
        "The harbour office checks papers at the quay and inspects the cargo of foreign boats.",
        "The harbour office checks papers at the quay and will inspect the cargo of foreign boats.",
    ),
    "what will be, as a fact": (
        "The new lock of the canal will open the harbour of Marsk to boats of 40 feet.",
        "The new lock of the canal opens the harbour of Marsk to boats of 40 feet.",
        "The new lock will open the harbour of Marsk to boats of 40 feet.",
    ),
    "both for one of two": (
        "Ferries of the coast carry timber or coal in the hold of each hull.",
        "Ferries of the coast carry timber and coal in the hold of each hull.",
        "Ferries of the coast carry timber or coal in each hull.",
    ),
    "what speaks against, for a reason": (
        "Crews of the coast like the old boats because the hulls hold in storms of the north.",
        "Crews of the coast like the old boats although the hulls hold in storms of the north.",
        "Crews of the coast like the old boats since the hulls hold in storms of the north.",
    ),
    "all for a few": (
        "The fleet has 256 boats in all, yet in a storm only 9 boats are manned at a time.",
        "The fleet has 256 boats in all, yet in a storm all boats are manned at a time.",
        "The fleet has 256 boats in all, yet in a storm just 9 boats are manned at a time.",
    ),
    "all for every second one": (
        "The boats of the fleet carry a diver on every second trip and keep the gear dry.",
        "The boats of the fleet carry a diver on every trip and keep the gear dry.",
        "The boats of the fleet carry a diver on every second trip.",
    ),
    "so much more, of the other one": (
        "Both Kestrel and Osprey Two are large ferries, with Kestrel being approximately 68% longer at the line of the water.",
        "Both Kestrel and Osprey Two are large ferries, with Osprey Two being approximately 68% longer at the line of the water.",
        "Kestrel is approximately 68% longer than Osprey Two at the line of the water.",
    ),
    "so much more than the one that is": (
        "Both Kestrel and Osprey Two are large ferries, with Kestrel being up to 2.5 times faster.",
        "Osprey Two is up to 2.5 times faster than Kestrel.",
        "Kestrel is up to 2.5 times faster than Osprey Two.",
    ),
    "training and serving": (
        "The new chip is made for training large language models.",
        "The new chip is made for serving large language models.",
        "The new chip is made to train large language models.",
    ),
}
"""A kind of error: a passage, a claim that has it, and a true one that looks as much like it."""


def _holds(claim, passage):
    return SCORER.score([(claim, passage)])[0] >= DEFAULT_THRESHOLD


@pytest.mark.parametrize("kind", CASES)
def test_a_claim_that_turns_its_passage_falls(kind):
    """However the rest is worded, one of these is enough."""
    passage, false, _ = CASES[kind]
    assert not _holds(false, passage)


@pytest.mark.parametrize("kind", CASES)
def test_what_only_looks_like_it_holds(kind):
    """The rule is for what is said, not for the words it is said with."""
    passage, _, true = CASES[kind]
    assert _holds(true, passage)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("The divers did not find a crack in the keel.", "The divers failed to find a crack in the keel."),
        ("The divers did not find any crack.", "No crack was found by the divers, and the keel was not touched."),
        ("The ferry needs no pilot.", "The ferry, which does not smell, needs no pilot."),
        ("The ferry needs a pilot.", "The ferry, which does not smell, needs a pilot."),
        ("Tickets cost 5 dollars.", "Because the tide may turn, tickets cost 5 dollars a trip."),
        ("The line serves more than 40 ports.", "The line serves 40+ ports."),
        ("The line serves no more than 40 ports.", "The line serves 40 ports."),
        (
            "Rowing raises the pulse that keeps crews warm.",
            "It is not rare for the crews of the old boats of Marsk to say with one voice that rowing raises the pulse that keeps a crew warm.",
        ),
        ("The hull is built by robots.", "Robots build the hull."),
        ("Boats have 3 masts.", "Boats have 8 oars and also have 3 masts."),
        ("Crews pay for the lock.", "Crews pay for the pier and for the crane and for the lock."),
        ("Boats leave the quay as the tide turns.", "Boats leave the quay as soon as the tide turns."),
        (
            "Osprey Two is 20% faster than the old Kestrel.",
            "The old Kestrel is slow. Of the two ferries, Osprey is 20% faster.",
        ),
        (
            "Boats without oars and sails stay in the harbour of Marsk.",
            "Boats without oars or sails stay in the harbour of Marsk.",
        ),
        ("All boats are manned.", "In spring only 9 crews are here, but all boats are manned."),
        ("Ann Lee said the hull holds.", "The hull holds, said Ann Lee, who built it."),
        ("The ferry starts with 8 to 16 boats.", "The fleet of the ferry goes from 8 to 16 boats and starts."),
    ],
)  # fmt: skip
def test_lawful_rewording_breaks_no_rule(claim, passage):
    """A "not" that denies something else, a clause left out, a passive: all say the same."""
    assert _holds(claim, passage)


_FLEETS = st.permutations(["Kestrel", "Osprey", "Heron", "Merlin", "Falcon"])
_VERBS = st.sampled_from(
    [("outperforms", "outperformed"), ("tows", "towed"), ("follows", "followed")]
)


@given(_FLEETS, _VERBS)
def test_a_passive_says_who_did_it(names, verb):
    """Whatever the names: turning the sentence round holds, leaving them in place does not."""
    one, other, active, done = names[0], names[1], *verb
    passage = f"In the trials of {names[2]} the {one} {active} the {other} by day."
    assert _holds(f"The {other} is {done} by the {one} by day.", passage)
    assert not _holds(f"The {one} is {done} by the {other} by day.", passage)


@given(st.integers(2, 900), st.sampled_from(["%", " hours", " GB", " boats"]))
def test_no_bound_is_turned_round(number, unit):
    """`up to` bears out what is at most so much, never what is more."""
    passage = f"The new hull saves up to {number}{unit} of what the old hull needs."
    for bound, holds in (("at most", True), ("more than", False), ("at least", False)):
        claim = f"The new hull saves {bound} {number}{unit} of what the old hull needs."
        assert missing(claim, passage) == []
        assert _holds(claim, passage) is holds
