"""Caps over the wire: each attempt is held before it is sent, botocore's own too."""

from __future__ import annotations

import json

import pytest
from responder import Fault, Frames, Reply, Reset, frames_of
from servers import closed_port

from rag.errors import CapError, ServiceError
from rag.types import Caps
from rag.writing import Budget

from .conftest import PROMPT

GOOD = Reply(json.dumps({"claims": []}))
MOST = 6_000
"""More than one attempt holds: 4,000 of output, and less of input."""


def test_a_call_that_could_pass_the_cap_is_not_sent(asking):
    """The first fits and is paid by its counts, so does the second; the third could be too much."""
    asking.responder.plays(GOOD)
    budget = Budget(Caps(tokens=1500 * 2 + MOST - 1000))
    model = asking.model(budget=budget)
    model.reply(PROMPT)
    model.reply(PROMPT)
    assert (budget.spent.tokens, budget.held.tokens) == (3000, 0)
    with pytest.raises(CapError, match="3,000 are spent"):
        model.reply(PROMPT)
    assert len(asking.responder.asked) == 2
    assert len(asking.calls) == 2  # what was not sent is no call


@pytest.mark.parametrize(
    ("play", "is_paid"),
    [
        (Fault(429, "ThrottlingException"), False),
        (Fault(503, "ServiceUnavailableException"), False),
        (Fault(500, "InternalServerException"), True),
        (Fault(408, "ModelTimeoutException"), True),
        (Fault(424, "ModelErrorException"), True),
        (Reset(), True),
        (Frames(frames_of(GOOD, tool="answer"), 300), True),
    ],
)
def test_what_an_attempt_cost_that_failed(asking, play, is_paid):
    """Nothing where no model read it, else its most: the service does not say. The cap holds."""
    asking.responder.plays(play)
    budget = Budget(Caps(tokens=MOST))
    model = asking.model(budget=budget, attempts=3)
    with pytest.raises(CapError if is_paid else ServiceError):
        model.reply(PROMPT)
    assert len(asking.responder.asked) == (1 if is_paid else 3)
    assert (budget.spent.tokens > 4000) is is_paid
    assert budget.held.tokens == 0
    (call,) = asking.calls
    assert call.retries == len(asking.responder.asked) - 1
    assert call.error


def test_counts_that_are_lost_count_as_the_most(asking):
    """The reply is whole, but what it took was never said."""
    asking.responder.plays(GOOD._replace(usage={}))
    budget = Budget(Caps(tokens=MOST))
    asking.model(budget=budget).reply(PROMPT)
    assert 4000 < budget.spent.tokens <= MOST


def test_what_never_arrived_cost_nothing(asking):
    """Nobody listens there."""
    url = f"http://127.0.0.1:{closed_port()}"
    budget = Budget(Caps(tokens=MOST))
    with pytest.raises(ServiceError):
        asking.model(endpoint_url=url, attempts=2, budget=budget).reply(PROMPT)
    assert budget.spent.tokens == 0
