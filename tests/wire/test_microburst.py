"""microburst breaks what a responder says: the user sees an answer, or one line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from program import run, run_each
from responder import Reply, frames_of

if TYPE_CHECKING:
    from pathlib import Path

    from installed import Served
    from responder import Responder

pytestmark = pytest.mark.models
QUOTE = (
    "The Beta accelerator has 141 GB of memory on each chip, which is 1.8 times what it had before."
)
CLAIM = {"text": QUOTE, "citations": [{"evidence": "E1", "quote": QUOTE}]}
ANSWER = Reply(json.dumps({"claims": [CLAIM]}))
ASK = (
    "ask 'How much memory does the Beta accelerator have on each chip?' "
    "--model bedrock/anthropic.claude-3-haiku-20240307-v1:0"
)
ENDS = len(frames_of(ANSWER, tool="answer")) - 2
"""Which frame ends the message: the counts follow."""
PASS = {"latency": 1}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, microburst: Served, behind: Responder) -> None:
    """The environment leads to microburst, and it to a model that answers."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", microburst.url)
    behind.plays(ANSWER)


def rules(served: Served, *faults: dict[str, Any]) -> None:
    """Let each of these faults fire once, in this order."""
    told = [{"service": "bedrock", "times": 1, **fault} for fault in faults]
    served.ask("POST", "/_microburst/rules", told)


def surgery(**frame: Any) -> dict[str, Any]:
    """Return a fault of one frame of the stream."""
    return {"response": {"event_frames": [frame]}}


def fired(served: Served) -> int:
    """Return how many faults there were."""
    return len(served.ask("GET", "/_microburst/fired?limit=1000"))


def test_a_stream_cut_anywhere_is_an_answer_in_the_end(root: Path, microburst: Served) -> None:
    """At every boundary and inside each frame, up to the end of the message."""
    settings = root / "config" / "rag.toml"
    text = settings.read_text(encoding="utf-8").replace("attempts = 2", "attempts = 20")
    settings.write_text(text, encoding="utf-8")
    boundaries = [surgery(at=at, cut=0.0) for at in range(ENDS + 1)]
    inside = [surgery(at=at, cut=0.5) for at in range(ENDS + 1)]
    before = fired(microburst)
    rules(microburst, *boundaries, PASS, *inside, PASS)
    for done in run_each(root, ASK, ASK):
        assert (done.status, done.err) == (0, "")
        assert done.out.count("141 GB") == 1
    calls = json.loads(run(root, "runs", "--json").out)
    assert [call["retries"] for call in calls] == [ENDS + 1] * 2
    assert fired(microburst) - before == 2 * (ENDS + 2)


def test_what_passes_is_an_answer_and_what_stays_is_a_line(root: Path, microburst: Served) -> None:
    """Each fault once, then twice: no half answer, and each call is recorded."""
    faults = {
        "crc": (surgery(at=3, bad_crc=True), "the reply broke off"),
        "inside": (surgery(at=4, error={"code": "ThrottlingException"}), "throttled"),
        "splice": (
            {"response": {"event_error": {"code": "InternalServerException", "after_frames": 2}}},
            "the service failed",
        ),
        "abort": ({"response": {"abort_bytes": 500}}, "the reply broke off"),
        "throttled": ({"error": {"code": "ThrottlingException"}}, "throttled"),
        "reset": ({"reset": True}, "the connection broke"),
    }
    played = [rule for fault, _ in faults.values() for rule in (fault, PASS, fault, fault)]
    rules(microburst, *played)
    done = run_each(root, *[ASK] * (2 * len(faults)))
    for at, (name, (_, words)) in enumerate(faults.items()):
        passed, stayed = done[2 * at : 2 * at + 2]
        assert (passed.status, passed.err) == (0, ""), name
        assert "141 GB" in passed.out, name
        assert stayed.status == 6, name
        assert re.search(words, stayed.line), (name, stayed.line)
        assert stayed.out == "", name
    calls = json.loads(run(root, "runs", "100", "--json").out)
    assert [call["retries"] for call in calls] == [1] * len(done)
    assert [bool(call["error"]) for call in calls] == [False, True] * len(faults)


def test_what_will_not_pass_is_a_line_at_once(root: Path, microburst: Served) -> None:
    """The codes as the service's own model has them, each with its exit status."""
    codes = {
        "ExpiredTokenException": (3, "credentials have expired.*log in"),
        "UnrecognizedClientException": (3, "credentials are not valid"),
        "AccessDeniedException": (3, "access is denied.*allow bedrock:InvokeModel"),
        "ResourceNotFoundException": (3, "there is no such model.*correct `model`"),
        "ServiceQuotaExceededException": (6, "a quota is used up"),
        "ValidationException": (6, "refused as invalid"),
    }
    unmodelled = {"UnrecognizedClientException": {"status": 403}}
    rules(microburst, *({"error": {"code": code} | unmodelled.get(code, {})} for code in codes))
    done = run_each(root, *[ASK] * len(codes))
    for (code, (status, words)), ran in zip(codes.items(), done, strict=True):
        assert (ran.status, ran.out) == (status, ""), code
        assert re.search(words, ran.line), ran.line
        assert code in ran.line
