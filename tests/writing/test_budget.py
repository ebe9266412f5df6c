"""Caps hold, whatever the sequence of calls, and from however many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import CapError
from rag.types import Caps, Price, Tokens
from rag.writing import Budget

PRICE = Price.model_validate({"in": 3.0, "out": 15.0, "cached_in": 0.3, "cached_out": 3.75})
COUNTS = st.integers(0, 3000)
MOST = st.builds(Tokens, input=COUNTS, output=COUNTS)
CAPS = st.builds(
    Caps,
    cost=st.none() | st.decimals("0.0001", "0.1", places=4),
    tokens=st.none() | st.integers(1, 20_000),
)
SHARE = st.floats(0, 1)


@st.composite
def took(draw: st.DrawFn, most: Tokens) -> Tokens | None:
    """What an attempt took: some of its most, in any kinds; or nobody knows."""
    if draw(st.booleans()):
        return None
    read = int(most.input * draw(SHARE))
    cached = int(read * draw(SHARE))
    return Tokens(input=read - cached, output=int(most.output * draw(SHARE)), cache_write=cached)


def holds(budget: Budget, caps: Caps) -> None:
    """Assert the law."""
    both = budget.spent.plus(budget.held)
    assert caps.cost is None or both.cost <= caps.cost
    assert caps.tokens is None or both.tokens <= caps.tokens


@given(CAPS, st.data())
def test_what_is_spent_and_held_never_passes_a_cap(caps, data):
    """After every step of every sequence of holding and settling."""
    budget = Budget(caps, PRICE)
    under_way = []
    for most in data.draw(st.lists(MOST, max_size=30)):
        try:
            under_way.append((budget.hold(most), most))
        except CapError:
            assert caps != Caps()
        holds(budget, caps)
        if under_way and data.draw(st.booleans()):
            held, its_most = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
            held.settle(data.draw(took(its_most)))
            holds(budget, caps)
    for held, its_most in under_way:
        held.settle(data.draw(took(its_most)))
        held.settle(its_most)  # settled is settled
        holds(budget, caps)
    assert budget.held == (0, 0)


@given(st.lists(MOST, min_size=1, max_size=20))
def test_nothing_is_held_once_a_cap_is_reached(calls):
    """What still happened to fit would be chance: the run is at its end."""
    budget = Budget(Caps(tokens=2000))
    reached = False
    for most in calls:
        if not reached and most.total <= 2000 - budget.spent.tokens:
            budget.hold(most).settle(most)
            continue
        reached = True
        with pytest.raises(CapError, match=r"--max-tokens 2,000"):
            budget.hold(most)
        assert not budget.has_room(Tokens(), 1)


def test_a_cap_holds_among_threads():
    """Many calls at the same time, each of which would fit alone."""
    caps = Caps(tokens=50_000, cost=Decimal("0.4"))
    budget = Budget(caps, PRICE)

    def call(number: int) -> bool:
        try:
            held = budget.hold(Tokens(input=900, output=100))
        except CapError:
            return False
        holds(budget, caps)
        held.settle(Tokens(input=900, output=number % 100) if number % 3 else None)
        return True

    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(call, range(400)))
    holds(budget, caps)
    assert 50 <= sum(done) < 400


def test_a_sum_is_counted_to_the_last_digit():
    """Ten calls of a tenth of the cap fit, and no eleventh."""
    price = Price.model_validate({"in": 0.1, "out": 0.1})
    budget = Budget(Caps(cost=Decimal("0.1")), price)
    for _ in range(10):
        budget.hold(Tokens(input=100_000)).settle(Tokens(input=100_000))
    with pytest.raises(CapError) as caught:
        budget.hold(Tokens(input=1))
    assert caught.value.exit_status == 5
    assert "--max-cost 0.1: 0.1000 is spent" in str(caught.value)


def test_models_of_two_prices_share_a_cap():
    """What one spends the other has no longer, each at its own price."""
    budget = Budget(Caps(cost=Decimal(1)))
    dear = budget.priced(Price.model_validate({"in": 9.0, "out": 9.0}))
    cheap = budget.priced(Price.model_validate({"in": 1.0, "out": 1.0}))
    dear.hold(Tokens(input=100_000)).settle(Tokens(input=100_000))
    cheap.hold(Tokens(input=100_000)).settle(Tokens(input=100_000))
    assert budget.spent == (200_000, Decimal(1))
    with pytest.raises(CapError):
        cheap.hold(Tokens(output=1))
    with pytest.raises(CapError):
        dear.hold(Tokens())


def test_what_has_no_price_counts_as_its_most():
    """The service counted tokens of a kind that nobody gave a price for."""
    budget = Budget(Caps(cost=Decimal(1)), Price.model_validate({"in": 2.0, "out": 2.0}))
    budget.hold(Tokens(input=400_000)).settle(Tokens(cache_read=1))
    assert budget.spent.cost == Decimal("0.8")
