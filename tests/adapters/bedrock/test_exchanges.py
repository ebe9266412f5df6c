"""Exchanges that were recorded are replayed: the same reply, with nothing of this machine's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from responder import Fault, Frames, Reply, frames_of

from rag.adapters.bedrock import Recording, Replay
from rag.errors import PrerequisiteError, ServiceError, UsageError

from .conftest import PROMPT

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = json.dumps({"claims": [{"text": "Because — 因为 “so”.", "citations": []}]})
GOOD = Reply(ANSWER, reasoning="hm")
PATHS = [(a, b) for a in ("tool", "schema", "json") for b in (True, False)]
OFFLINE = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where exchanges are."""
    return tmp_path / "kept" / "run"


def files(folder: Path) -> list[dict]:
    """Return the exchanges, in order."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]


def offline(monkeypatch) -> None:
    """Take away credentials and region, and name a profile and an endpoint that there are not."""
    for name in OFFLINE:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "secret")


@pytest.mark.parametrize(("structure", "stream"), PATHS)
def test_a_reply_is_replayed(asking, folder, monkeypatch, structure, stream):
    """By each form, streamed or not: text, tokens, stop reason and request id are the same."""
    asking.responder.plays(GOOD)
    abilities = {"structure": structure, "stream": stream}
    live = asking.model(**abilities, exchanges=Recording(folder)).reply(PROMPT)
    assert json.loads(live) == json.loads(ANSWER)
    offline(monkeypatch)
    settings = {"region": "", "endpoint_url": "http://127.0.0.1:1"}
    replayed = asking.model(**abilities, **settings, exchanges=Replay(folder)).reply(PROMPT)
    assert replayed == live
    first, second = (call.model_copy(update={"seconds": 0.0}) for call in asking.calls)
    assert first == second
    assert len(asking.responder.asked) == 1


def test_what_is_kept_can_be_read_and_has_no_secret(asking, folder, monkeypatch):
    """Request and frames as JSON; no header of the request, no account of an ARN."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-session-token")
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    refusal = f"User: {arn} is not authorized"
    asking.responder.plays(Fault(424, "ModelErrorException", refusal), GOOD)
    asking.model(model_id=arn, exchanges=Recording(folder)).reply(PROMPT)
    assert asking.responder.asked[0].headers["X-Amz-Security-Token"] == "a-session-token"
    failed, done = files(folder)
    assert failed["status"] == 424
    assert failed["headers"]["x-amzn-errortype"] == "ModelErrorException"
    assert done["request"]["data"]["inferenceConfig"] == {"maxTokens": 4000}
    assert done["frames"][0]["data"]["role"] == "assistant"
    assert done["frames"][-1]["data"]["usage"]["inputTokens"] == 1200
    text = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    for secret in ("AKIDEXAMPLE", "a-session-token", "Signature", "123456789012", "uthorization"):
        assert secret not in text
    assert "000000000000" in text
    again = asking.model(model_id=arn, exchanges=Replay(folder))
    assert again.reply(PROMPT) == ANSWER
    assert asking.calls[-1].retries == 1


def test_replies_to_one_request_come_in_their_order(asking, folder):
    """A fault, a cut stream, then the reply; the last one for ever."""
    cut = Frames(frames_of(GOOD, tool="answer"), 100)
    fault = Frames([*frames_of(GOOD, tool="answer")[:2], b"\0\0"])
    asking.responder.plays(cut, fault, GOOD)
    asking.model(exchanges=Recording(folder)).reply(PROMPT)
    again = asking.model(exchanges=Replay(folder))
    assert [again.reply(PROMPT) for _ in range(2)] == [ANSWER] * 2
    assert [call.retries for call in asking.calls] == [2, 2, 0]


def test_a_failure_is_replayed_as_it_was(asking, folder):
    """What the user read then."""
    asking.responder.plays(Fault(400, "ServiceQuotaExceededException", "enough"))
    lines = []
    for kind in (Recording, Replay):
        with pytest.raises(ServiceError) as caught:
            asking.model(exchanges=kind(folder)).reply(PROMPT)
        lines.append(str(caught.value))
    assert lines[0] == lines[1]
    assert "enough" in lines[0]


def test_runs_add_to_a_folder(asking, folder):
    """What is there stays, in the order in which it came."""
    asking.responder.plays(GOOD)
    other = PROMPT.model_copy(update={"fixed": "Another question."})
    asking.model(exchanges=Recording(folder)).reply(PROMPT)
    asking.model(exchanges=Recording(folder)).reply(other)
    assert [path.name[:19] for path in sorted(folder.iterdir())] == [
        "0001-ConverseStream", "0002-ConverseStream"
    ]  # fmt: skip
    again = asking.model(exchanges=Replay(folder))
    assert [again.reply(other), again.reply(PROMPT)] == [ANSWER] * 2


@pytest.mark.parametrize("changes", [{"structure": "schema"}, {"stream": False}, {"model_id": "x"}])
def test_another_request_has_no_reply(asking, folder, changes):
    """One line with what to do, nothing is sent, and the call is recorded with it."""
    asking.responder.plays(GOOD)
    asking.model(exchanges=Recording(folder)).reply(PROMPT)
    with pytest.raises(
        PrerequisiteError, match=r"has no reply to this request.*--record"
    ) as caught:
        asking.model(**changes, exchanges=Replay(folder)).reply(PROMPT)
    assert str(caught.value).isprintable()
    assert len(asking.responder.asked) == 1
    assert asking.calls[-1].error == caught.value.message


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"format": 2}'])
def test_a_folder_without_exchanges_is_refused(tmp_path, text):
    """Empty, or with a file of somebody else's."""
    if text is not None:
        (tmp_path / "0001-x.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"there is no exchange in|is no exchange that rag"):
        Replay(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    """With its name."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match=r"nothing can be recorded in .*file"):
        Recording(tmp_path / "file" / "run")
