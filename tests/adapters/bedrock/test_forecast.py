"""What a call would take: counted by the service where it can, else estimated and marked so."""

from __future__ import annotations

import pytest
from responder import Fault

from rag.types import Tokens

from .conftest import PROMPT


def test_the_service_counts(asking):
    """The request of the call itself, without what the operation does not take."""
    asking.responder.count = lambda _: 1234
    found = asking.model(count=True).forecast(PROMPT)
    assert (found.input, found.is_counted, found.uncounted) == (1234, True, "")
    assert (found.output_limit, found.input_limit) == (4000, 60_000)
    assert (found.model, found.purpose) == ("bedrock/example.model-v1:0", "answer")
    (asked,) = asking.responder.counted
    assert asked.tool == "answer"
    assert set(asked.body) == {"messages", "system", "toolConfig"}
    assert asking.responder.asked == []
    assert asking.calls == []


def test_a_schema_that_is_not_counted_is_added(asking):
    """The model reads it all the same."""
    asking.responder.count = lambda _: 1000
    found = asking.model(count=True, structure="schema").forecast(PROMPT)
    assert 1000 < found.input < 1000 + len(PROMPT.form_schema)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(400, "ValidationException", "The model doesn't support counting"), "counting"),
        (Fault(403, "AccessDeniedException", "no bedrock:CountTokens"), "access is denied"),
        (Fault(404, "ResourceNotFoundException", "no"), "no such model"),
    ],
)
def test_where_the_service_refuses_it_is_estimated(asking, fault, said):
    """Marked as such, with the reason, and the service is not asked again."""
    asking.responder.count = lambda _: fault
    model = asking.model(count=True)
    for _ in range(2):
        found = model.forecast(PROMPT)
        assert not found.is_counted
        assert said in found.uncounted
    told = "".join((PROMPT.system, PROMPT.fixed, *PROMPT.data, PROMPT.form_schema))
    assert found.input == pytest.approx(len(told.encode()) / 4, rel=0.5)
    assert len(asking.responder.counted) == 1
    assert asking.responder.asked == []


def test_a_model_without_the_ability_is_not_asked(asking):
    """Nothing is sent at all, and there is no reason to tell."""
    found = asking.model().forecast(PROMPT)
    assert (found.is_counted, found.uncounted) == (False, "")
    assert asking.responder.counted == []


def test_without_credentials_it_is_estimated(asking, monkeypatch):
    """A forecast needs no account."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    found = asking.model(count=True).forecast(PROMPT)
    assert not found.is_counted
    assert "no credentials" in found.uncounted


def test_what_was_counted_leaves_calls_as_they_were(asking):
    """Counting is no attempt of a call: it is not held, not counted as a retry."""
    asking.responder.count = lambda _: 10
    model = asking.model(count=True)
    model.forecast(PROMPT)
    model.reply(PROMPT)
    (call,) = asking.calls
    assert (call.retries, call.tokens) == (0, Tokens(input=1200, output=300))
