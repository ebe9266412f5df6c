"""What `rag doctor` finds out about a model on Bedrock, over the wire."""

from __future__ import annotations

import re

import pytest
from contracts.service import ServiceContract
from responder import Fault, Reply
from servers import closed_port

from rag.adapters.bedrock import BedrockService
from rag.types import Abilities

THERE = Reply('{"there": true}')


@pytest.fixture
def made(asking):
    """Make services on the responder, with settings changed."""

    def make(*, structure: str = "tool", match: str = "example.*", **changes) -> BedrockService:
        abilities = Abilities(match=match, structure=structure, stream=True, system=True)
        settings = asking.settings(**changes)
        return BedrockService("example.model-v1:0", abilities, settings, asking.calls.append)

    return make


class TestBedrockService(ServiceContract):
    """BedrockService is a `Service`."""

    @pytest.fixture
    def service(self, asking, made):
        """Give one whose model answers."""
        asking.responder.plays(THERE)
        self.responder = asking.responder
        return made()

    @pytest.fixture
    def lacking(self, asking, made):
        """Give one that may not be used."""
        asking.responder.plays(Fault(403, "AccessDeniedException", "not authorized"))
        return made()

    def asked(self, service) -> int:  # noqa: ARG002
        """See `ServiceContract.asked`."""
        return len(self.responder.asked)


def states(service: BedrockService, *, call: bool = True) -> dict[str, str]:
    """Return the state of each check."""
    return {check.name: check.state for check in service.checks(call=call)}


@pytest.mark.parametrize("structure", ["tool", "schema", "json"])
def test_it_is_asked_as_the_writer_asks(made, asking, structure):
    """In the form that the table says of the model; the call is short, and recorded."""
    asking.responder.plays(THERE)
    assert states(made(structure=structure))["model"] == "ok"
    (asked,) = asking.responder.asked
    assert asked.body["inferenceConfig"]["maxTokens"] <= 300
    assert ("toolConfig" in asked.body) == (structure == "tool")
    assert [call.purpose for call in asking.calls] == ["doctor"]


@pytest.mark.parametrize(
    ("play", "state", "said"),
    [
        (Fault(404, "ResourceNotFoundException"), "failed", "no such model.*correct `model`"),
        (Fault(403, "ExpiredTokenException"), "failed", "have expired.*log in"),
        (Fault(400, "ValidationException", "toolConfig?"), "failed", "refused as invalid"),
        (Fault(429, "ThrottlingException"), "failed", "throttled"),
        (THERE._replace(stop="max_tokens"), "warning", "no good end"),
        (Reply("I am there.", "end_turn"), "warning", "not in the form.*bedrock.toml"),
    ],
)
def test_what_it_meets_is_told(made, asking, play, state, said):
    """As an error would tell it; what answers at all can be used."""
    structure = "json" if isinstance(play, Reply) and play.stop == "end_turn" else "tool"
    asking.responder.plays(play)
    (found,) = [c for c in made(structure=structure).checks(call=True) if c.name == "model"]
    assert found.state == state
    line = f"{found.found}: {found.advice}"
    assert re.search(said, line), line


def test_without_credentials_nothing_is_asked(made, asking, monkeypatch):
    """The region is looked at all the same."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert states(made()) == {"credentials": "failed", "region": "ok", "model": "skipped"}
    assert asking.responder.asked == []


def test_without_a_region_nothing_is_asked(made, monkeypatch):
    """Credentials are looked at all the same."""
    monkeypatch.delenv("AWS_REGION")
    found = states(made(region="", endpoint_url=""))
    assert found == {"credentials": "ok", "region": "failed", "model": "skipped"}


def test_a_profile_that_is_not_there(made):
    """Nothing else can be looked at."""
    assert states(made(profile="nobody")) == {"credentials": "failed"}


def test_a_bearer_token_is_named_and_not_shown(made, monkeypatch):
    """Where it stands, never what it is."""
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "a-secret")
    lines = [check.found for check in made().checks(call=False)]
    assert any("AWS_BEARER_TOKEN_BEDROCK" in line for line in lines)
    assert not any("a-secret" in line for line in lines)


def test_nobody_answers(made):
    """The endpoint is named."""
    url = f"http://127.0.0.1:{closed_port()}"
    (found,) = [c for c in made(endpoint_url=url).checks(call=True) if c.name == "model"]
    assert found.state == "failed"
    assert url in found.found


def test_a_model_that_nobody_knows_is_a_warning(made):
    """It is asked carefully, and the user can say what it can do."""
    assert states(made(match="*"), call=False)["abilities"] == "warning"


def test_an_endpoint_that_is_none_is_told(made, monkeypatch):
    """One without a scheme, say."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "localhost:4566")
    assert states(made(endpoint_url=""))["region"] == "failed"


def test_what_the_writer_does_not_heed_is_no_fault(made, asking, monkeypatch):
    """Our own retries take the place of the environment's."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "many")
    asking.responder.plays(THERE)
    assert set(states(made()).values()) == {"ok"}
