"""WireMock plays Bedrock: what the user sees of each fault, and what is left of it."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from program import run, run_each
from responder import Reply, frame, frames_of

if TYPE_CHECKING:
    from pathlib import Path

    from installed import Served

pytestmark = pytest.mark.models
STREAM = "application/vnd.amazon.eventstream"
QUESTION = "How much memory does the Beta accelerator have on each chip?"
QUOTE = (
    "The Beta accelerator has 141 GB of memory on each chip, which is 1.8 times what it had before."
)
ANSWER = Reply(
    json.dumps({"claims": [{"text": QUOTE, "citations": [{"evidence": "E1", "quote": QUOTE}]}]})
)
DRAFT = Reply(json.dumps({"topics": []}))
ANY = "anthropic.claude-3-haiku-20240307-v1:0"


def model(name: str) -> str:
    """Return the id of a model that uses a tool and streams."""
    return f"anthropic.claude-3-{name}-v1:0"


def error(status: int, code: str) -> dict[str, Any]:
    """Return a response that is an error of the service's."""
    return {
        "status": status,
        "headers": {"x-amzn-ErrorType": code, "x-amzn-RequestId": "r-1"},
        "jsonBody": {"message": f"it said {code}"},
    }


def stream(content: bytes, **more: Any) -> dict[str, Any]:
    """Return a response that is a stream."""
    return {
        "status": 200,
        "headers": {"Content-Type": STREAM, "x-amzn-RequestId": "r-1"},
        "base64Body": base64.b64encode(content).decode(),
        **more,
    }


def replied(reply: Reply, tool: str, **more: Any) -> dict[str, Any]:
    """Return a response that is a streamed reply."""
    return stream(b"".join(frames_of(reply, tool=tool)), **more)


def play(served: Served, name: str, *responses: dict[str, Any]) -> None:
    """Answer requests for a model with these, one after the other, the last one for ever."""
    for at, response in enumerate(responses):
        stub: dict[str, Any] = {
            "request": {"method": "POST", "urlPathPattern": f"/model/[^/]*{name}[^/]*/converse.*"},
            "response": response,
        }
        if len(responses) > 1:
            stub |= {"scenarioName": name, "requiredScenarioState": str(at) if at else "Started"}
            if at + 1 < len(responses):
                stub["newScenarioState"] = str(at + 1)
        served.ask("POST", "/__admin/mappings", stub)


def requests(served: Served) -> list[dict[str, Any]]:
    """Return what was asked, in order."""
    found = served.ask("GET", "/__admin/requests")["requests"]
    return [item["request"] for item in reversed(found)]


def texts(root: Path) -> tuple[bytes, bytes]:
    """The report and the checklist as they are."""
    return (root / "report.md").read_bytes(), (root / "references.md").read_bytes()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, wiremock: Served) -> None:
    """The environment leads to WireMock."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", wiremock.url)


FAILURES = {
    "late": (error(408, "ModelTimeoutException"), "the model took too long"),
    "ill": (error(424, "ModelErrorException"), "the model failed, again and again"),
    "throttled": (error(429, "ThrottlingException"), "throttled, again and again"),
    "unready": (error(429, "ModelNotReadyException"), "the model is not ready"),
    "internal": (error(500, "InternalServerException"), "the service failed"),
    "unavailable": (error(503, "ServiceUnavailableException"), "the service is not available"),
    "gateway": ({"status": 502, "body": "<html>Bad Gateway</html>"}, r"\(502"),
    "reset": ({"fault": "CONNECTION_RESET_BY_PEER"}, "the connection broke"),
    "empty": ({"fault": "EMPTY_RESPONSE"}, "the connection broke"),
    "garbage": ({"fault": "RANDOM_DATA_THEN_CLOSE"}, "the connection broke"),
    "chunk": ({"fault": "MALFORMED_RESPONSE_CHUNK"}, "the reply broke off|the connection broke"),
    "cut": (stream(b"".join(frames_of(DRAFT, tool="draft"))[:300]), "the reply broke off"),
    "nothing": (stream(b""), "the reply broke off"),
    "page": (
        {"status": 200, "headers": {"Content-Type": "text/html"}, "body": "<html>Log in</html>"},
        "the reply broke off",
    ),
}
WITHHELD = {
    "max_tokens": r"cut at its longest \(max_tokens\): its row in config/models/bedrock\.toml",
    "guardrail_intervened": "a guardrail withheld the reply",
    "content_filtered": "content filter withheld the reply",
    "model_context_window_exceeded": r"lower bedrock\.max_input_tokens",
    "malformed_tool_use": "asked twice and its reply is no draft.*malformed_tool_use",
    "malformed_model_output": "asked twice and its reply is no draft.*malformed_model_output",
}


def test_no_fault_leaves_half_a_section(root: Path, wiremock: Served) -> None:
    """One line each; report and boxes stay byte for byte; what was asked is recorded."""
    before = texts(root)
    for name, (response, _) in FAILURES.items():
        play(wiremock, name, response)
    for stop in WITHHELD:
        play(wiremock, stop.replace("_", "-"), replied(DRAFT._replace(stop=stop), "draft"))
    names = [*FAILURES, *(stop.replace("_", "-") for stop in WITHHELD)]
    done = run_each(root, *(f"compose --model bedrock/{model(name)}" for name in names))
    assert texts(root) == before
    calls = json.loads(run(root, "runs", "100", "--json").out)
    errors = {call["model"]: call for call in calls}
    for (name, (_, words)), ran in zip(FAILURES.items(), done, strict=False):
        assert ran.status == 6, (name, ran)
        assert re.search(words, ran.line), (name, ran.line)
        call = errors[f"bedrock/{model(name)}"]
        assert call["error"], name
        assert call["error"] in ran.line
        assert (call["retries"], call["tokens"]) == (1, None), name
    for (stop, words), ran in zip(WITHHELD.items(), done[len(FAILURES) :], strict=True):
        assert (ran.status, ran.err) == (1, ""), (stop, ran)
        assert re.search(f"skipped .* \\(draft\\): .*{words}", ran.out), (stop, ran.out)
        call = errors[f"bedrock/{model(stop.replace('_', '-'))}"]
        assert (call["stop"], call["tokens"]["input"]) == (stop, 1200)  # it was paid
    assert len(json.loads(run(root, "history", "--json").out)) == 1


def test_what_is_not_known_changes_nothing(root: Path, wiremock: Served) -> None:
    """Events, keys and kinds of deltas that no model of the service has."""
    frames = frames_of(ANSWER, tool="answer")
    strange = [
        frame("contentBlockTelemetry", {"x": 1, "p": "abc"}),
        frame("contentBlockDelta", {"delta": {"video": {"x": 1}}, "contentBlockIndex": 0}),
        frame("contentBlockDelta", {"contentBlockIndex": 0, "more": [1]}),
    ]
    play(wiremock, "haiku", stream(b"".join([*frames[:3], *strange, *frames[3:]])))
    done = run(root, "ask", QUESTION, "--model", f"bedrock/{ANY}")
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    (asked,) = requests(wiremock)
    assert asked["headers"]["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")


def dribbled(root: Path, wiremock: Served, *, seconds: int, settings: str) -> None:
    """Assert that a reply that comes in drops is an answer, however long it takes."""
    rag = root / "config" / "rag.toml"
    rag.write_text(rag.read_text(encoding="utf-8") + settings, encoding="utf-8")
    drops = {"numberOfChunks": seconds * 5, "totalDuration": seconds * 1000}
    play(wiremock, "haiku", replied(ANSWER, "answer", chunkedDribbleDelay=drops))
    done = run(root, "ask", QUESTION, "--model", f"bedrock/{ANY}")
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    (call,) = json.loads(run(root, "runs", "--json").out)
    assert call["seconds"] >= seconds * 0.9
    assert call["retries"] == 0


def test_a_reply_may_take_longer_than_the_timeout(root: Path, wiremock: Served) -> None:
    """`read_timeout_s` is without a byte; what still comes is waited for."""
    dribbled(root, wiremock, seconds=6, settings="read_timeout_s = 4\n")


@pytest.mark.slow
def test_a_reply_that_takes_90_seconds(root: Path, wiremock: Served) -> None:
    """By the default timeouts."""
    dribbled(root, wiremock, seconds=90, settings="")


@pytest.mark.slow
def test_throttled_ten_times_then_fine(root: Path, wiremock: Served) -> None:
    """By the default settings, which wait for as long as a minute's quota may last."""
    rag = root / "config" / "rag.toml"
    rag.write_text(rag.read_text(encoding="utf-8").split("[bedrock]")[0], encoding="utf-8")
    refusals = [error(429, "ThrottlingException")] * 10
    play(wiremock, "haiku", *refusals, replied(ANSWER, "answer"))
    done = run(root, "ask", QUESTION, "--model", f"bedrock/{ANY}")
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    (call,) = json.loads(run(root, "runs", "--json").out)
    assert call["retries"] == 10


def test_no_byte_in_time_is_one_line(root: Path, wiremock: Served) -> None:
    """With the setting that waits longer."""
    rag = root / "config" / "rag.toml"
    rag.write_text(rag.read_text(encoding="utf-8") + "read_timeout_s = 1\n", encoding="utf-8")
    play(wiremock, "haiku", replied(ANSWER, "answer", fixedDelayMilliseconds=60_000))
    done = run(root, "ask", QUESTION, "--model", f"bedrock/{ANY}")
    assert done.status == 6
    assert re.search(r"no answer in time .*: raise bedrock\.read_timeout_s$", done.line)


def test_a_bearer_token(root: Path, wiremock: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent over https in place of a signature, and never over plain http."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "a-bearer-token")
    play(wiremock, "haiku", replied(ANSWER, "answer"))
    ask = ("ask", QUESTION, "--model", f"bedrock/{ANY}")
    plain = run(root, *ask)
    assert plain.status == 3
    assert re.search(r"Bearer authorization requires an HTTPS endpoint.*: use https", plain.line)
    assert "a-bearer-token" not in plain.line
    assert requests(wiremock) == []
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", wiremock.https)
    monkeypatch.setenv("AWS_CA_BUNDLE", wiremock.certificate)
    done = run(root, *ask)
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    (asked,) = requests(wiremock)
    assert asked["headers"]["Authorization"] == "Bearer a-bearer-token"
