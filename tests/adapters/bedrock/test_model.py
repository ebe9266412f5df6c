"""Calls over the wire: what is sent, what is read, what is tried again, what the user is told."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from responder import Fault, Frames, Reply, Reset, Slow, events_of, frame, frames_of
from servers import closed_port

from rag.errors import PrerequisiteError, ServiceError
from rag.replies import Malformed
from rag.types import Tokens
from rag.writing import CutError, UnfinishedError

from .conftest import PROMPT

ANSWER = json.dumps({"claims": [{"text": "Because — 因为 “so”.", "citations": []}]})
GOOD = Reply(ANSWER)
TOOL = frames_of(GOOD, tool="answer")
ENDS = len(b"".join(TOOL)) - len(TOOL[-1])
"""Where the message has ended: the counts follow."""
PATHS = [(a, b) for a in ("tool", "schema", "json") for b in (True, False)]


@pytest.mark.parametrize(("structure", "stream"), PATHS)
def test_a_reply_comes_back_whole(asking, structure, stream):
    """By a tool, a schema or plain JSON, streamed or not, the text is what the model said."""
    asking.responder.plays(GOOD._replace(reasoning="let me see"))
    text = asking.model(structure=structure, stream=stream).reply(PROMPT)
    assert json.loads(text) == json.loads(ANSWER)
    (call,) = asking.calls
    assert call.tokens == Tokens(input=1200, output=300)
    assert call.stop == ("tool_use" if structure == "tool" else "end_turn")
    assert (call.retries, call.error, call.prompt) == (0, "", PROMPT.checksum)
    assert call.request_id == "request-1"
    (asked,) = asking.responder.asked
    assert asked.operation == ("converse-stream" if stream else "converse")
    assert "rag/" in asked.headers["User-Agent"]
    assert asked.body["inferenceConfig"] == {"maxTokens": 4000}


@pytest.mark.parametrize("structure", ["tool", "schema", "json"])
def test_the_form_is_asked_for_as_the_model_can(asking, structure):
    """A forced tool, a schema for the text, or the schema in the prompt: one of them."""
    asking.responder.plays(GOOD)
    asking.model(structure=structure).reply(PROMPT)
    (asked,) = asking.responder.asked
    schema = json.loads(PROMPT.form_schema)
    if structure == "tool":
        (tool,) = asked.body["toolConfig"]["tools"]
        assert tool["toolSpec"]["inputSchema"]["json"] == schema
        assert asked.tool == "answer"
    elif structure == "schema":
        told = asked.body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
        assert json.loads(told["schema"]) == schema
    else:
        assert f"{PROMPT.plain}\n{PROMPT.form_schema}" in asked.words
    assert ("toolConfig" in asked.body) == (structure == "tool")
    assert ("outputConfig" in asked.body) == (structure == "schema")


def test_what_does_not_change_stands_before_the_cache_point(asking):
    """Instruction, then the task, the cache point, then the data."""
    asking.responder.plays(GOOD)
    asking.model().reply(PROMPT)
    body = asking.responder.asked[0].body
    assert body["system"] == [{"text": PROMPT.system}]
    assert body["messages"][0]["content"] == [
        {"text": PROMPT.fixed},
        {"cachePoint": {"type": "default"}},
        *({"text": text} for text in PROMPT.data),
    ]


def test_cached_tokens_are_told_apart(asking):
    """What was read from the cache and what was put into it are kinds of their own."""
    usage = {
        "inputTokens": 10, "outputTokens": 20, "totalTokens": 4360, "cacheReadInputTokens": 4000,
        "cacheWriteInputTokens": 330, "cacheDetails": [{"ttl": "5m", "inputTokens": 330}],
    }  # fmt: skip
    asking.responder.plays(GOOD._replace(usage=usage))
    asking.model().reply(PROMPT)
    assert asking.calls[0].tokens == Tokens(input=10, output=20, cache_read=4000, cache_write=330)
    assert asking.calls[0].tokens.total == usage["totalTokens"]


def test_words_before_a_tool_are_no_part_of_it(asking):
    """A model may think aloud before it uses the tool."""
    asking.responder.plays(GOOD._replace(first="I shall use the tool.", reasoning="hm"))
    assert json.loads(asking.model().reply(PROMPT)) == json.loads(ANSWER)


@pytest.mark.parametrize("structure", ["tool", "schema", "json"])
def test_a_reply_is_heard_as_it_comes(asking, structure):
    """Each time it has grown, and all of it at last; where nothing streams, nothing is heard."""
    asking.responder.plays(GOOD._replace(first="I shall see.", reasoning="hm"))
    heard = []
    text = asking.model(structure=structure).stream(PROMPT, heard.append)
    if structure == "tool":
        heard = [words for words in heard if words]  # what is said before is no part of it
    assert heard[-1] == text
    assert all(after.startswith(before) for before, after in pairwise(heard))
    assert len(set(heard)) > 2
    asking.responder.plays(GOOD)
    silent = []
    assert asking.model(structure=structure, stream=False).stream(PROMPT, silent.append)
    assert silent == []


def test_a_reply_that_breaks_off_is_heard_anew(asking):
    """What the next attempt says begins from nothing."""
    asking.responder.plays(Frames(TOOL, ENDS - 3), GOOD)
    heard = []
    assert asking.model().stream(PROMPT, heard.append) == ANSWER
    begins = [words for words in heard if len(words) <= 40 and words]
    assert begins == [ANSWER[:40]] * 2
    assert heard[-1] == ANSWER


def test_what_the_listener_raises_ends_the_call(asking):
    """It is nobody's fault there: nothing is tried again, and the call is recorded."""
    asking.responder.plays(GOOD)

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asking.model().stream(PROMPT, stop)
    (call,) = asking.calls
    assert (call.error, call.tokens, len(asking.responder.asked)) == ("interrupted", None, 1)


def test_what_is_not_known_is_passed_over(asking):
    """Events, keys and kinds of deltas that the service model does not have change nothing."""
    strange = [
        frame("contentBlockTelemetry", {"x": 1}),
        frame("contentBlockDelta", {"delta": {"video": {"x": 1}}, "contentBlockIndex": 0}),
        frame("contentBlockDelta", {"contentBlockIndex": 0}),
        frame("contentBlockStart", {"contentBlockIndex": 7}),
    ]
    asking.responder.plays(Frames([*TOOL[:2], *strange, *TOOL[2:]]))
    assert asking.model().reply(PROMPT) == ANSWER
    assert asking.calls[0].retries == 0


def test_blocks_are_put_together_by_their_index(asking):
    """Deltas of two blocks may come in turns."""
    events = [("messageStart", {"role": "assistant"})]
    for at in range(0, len(ANSWER), 5):
        for index, text in ((1, ANSWER[at : at + 5]), (0, " ")):
            delta = {"delta": {"text": text}, "contentBlockIndex": index}
            events.append(("contentBlockDelta", delta))
    events.append(("messageStop", {"stopReason": "end_turn"}))
    asking.responder.plays(Frames([frame(*event) for event in events]))
    assert asking.model(structure="json").reply(PROMPT).strip() == ANSWER
    assert asking.calls[0].tokens is None


CUTS = sorted(
    {at for n in range(len(TOOL)) for at in (len(b"".join(TOOL[:n])), len(b"".join(TOOL[:n])) + 9)}
)


@pytest.mark.parametrize("closes", [True, False], ids=["the body ends", "the connection breaks"])
def test_a_stream_cut_anywhere_is_asked_for_again(asking, closes):
    """At every frame boundary and inside each frame: no half reply, and the whole one counts."""
    model = asking.model(attempts=2)
    for cut in CUTS:
        asking.responder.asked.clear()
        asking.responder.plays(Frames(TOOL, cut, closes), GOOD)
        assert model.reply(PROMPT) == ANSWER, cut
        # Once the message has ended, only the counts are lost.
        assert len(asking.responder.asked) == (1 if cut >= ENDS else 2), cut
        assert (asking.calls[-1].tokens is None) == (cut >= ENDS)
        assert asking.calls[-1].error == ""


def test_a_stream_that_is_always_cut_fails(asking):
    """The user reads one line, and each attempt was made."""
    asking.responder.plays(Frames(TOOL, ENDS - 3))
    with pytest.raises(ServiceError) as caught:
        asking.model().reply(PROMPT)
    assert str(caught.value) == (
        "bedrock/example.model-v1:0: the reply broke off, again and again "
        "(it ended before the message did): run again later"
    )
    assert len(asking.responder.asked) == 3
    assert (asking.calls[0].retries, asking.calls[0].tokens) == (2, None)
    assert "broke off" in asking.calls[0].error


def test_a_frame_with_a_wrong_checksum_is_asked_for_again(asking):
    """One bit of one frame is enough."""
    data = bytearray(b"".join(TOOL))
    data[len(data) // 2] ^= 1
    asking.responder.plays(Frames([bytes(data)]), GOOD)
    assert asking.model().reply(PROMPT) == ANSWER
    asking.responder.plays(Frames([bytes(data)]))
    with pytest.raises(ServiceError, match=r"broke off.*ChecksumMismatch"):
        asking.model().reply(PROMPT)


@pytest.mark.parametrize(
    "code",
    [
        "throttlingException", "modelStreamErrorException", "internalServerException",
        "serviceUnavailableException", "unheardOfException",
    ],
)  # fmt: skip
def test_an_exception_in_a_stream_is_asked_for_again(asking, code):
    """In the middle of a reply; what was said before it does not count."""
    broken = Frames([*TOOL[:3], frame(code, {"message": "wait"}, "exception")])
    asking.responder.plays(broken, GOOD)
    assert asking.model().reply(PROMPT) == ANSWER
    asking.responder.plays(broken)
    with pytest.raises(ServiceError) as caught:
        asking.model().reply(PROMPT)
    assert caught.value.exit_status == 6
    assert asking.calls[-1].retries == 2


def test_a_validation_error_in_a_stream_is_final(asking):
    """It came with status 200 on the recorded wire; asking again would change nothing."""
    asking.responder.plays(
        Frames([frame("validationException", {"message": "toolChoice?"}, "exception")])
    )
    with pytest.raises(ServiceError, match=r"invalid \(validationException: toolChoice\?\)"):
        asking.model().reply(PROMPT)
    assert len(asking.responder.asked) == 1


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        (Fault(429, "ThrottlingException", "Too many requests"), 2),
        (Fault(429, "ModelNotReadyException"), 2),
        (Fault(408, "ModelTimeoutException"), 3),
        (Fault(424, "ModelErrorException"), 3),
        (Fault(500, "InternalServerException"), 2),
        (Fault(503, "ServiceUnavailableException"), 2),
        (Reset(), 2),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_what_may_pass_is_tried_again(asking, fault, attempts, stream):
    """By botocore or by us, never by both: the attempts are those that are configured."""
    model = asking.model(attempts=attempts, stream=stream)
    asking.responder.plays(fault, GOOD)
    assert json.loads(model.reply(PROMPT)) == json.loads(ANSWER)
    assert asking.calls[-1].retries == 1
    asking.responder.asked.clear()
    asking.responder.plays(fault)
    with pytest.raises(ServiceError) as caught:
        model.reply(PROMPT)
    assert caught.value.exit_status == 6
    assert "\n" not in str(caught.value)
    assert caught.value.advice
    assert asking.calls[-1].retries == attempts - 1
    assert asking.calls[-1].error


def test_throttling_has_attempts_of_its_own(asking):
    """Other faults do not get them."""
    asking.responder.plays(*[Fault(429, "ThrottlingException")] * 3, GOOD)
    model = asking.model(attempts=2, throttled_attempts=4)
    assert model.reply(PROMPT) == ANSWER
    assert asking.calls[0].retries == 3
    asking.responder.plays(Fault(429, "ThrottlingException"), Fault(503, "ServiceUnavailable"))
    with pytest.raises(ServiceError):
        model.reply(PROMPT)
    assert asking.calls[1].retries == 1


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (Fault(403, "AccessDeniedException", "not authorized"), PrerequisiteError, "denied"),
        (Fault(403, "ExpiredTokenException", "expired"), PrerequisiteError, "have expired"),
        (Fault(403, "UnrecognizedClientException"), PrerequisiteError, "are not valid"),
        (Fault(403, "InvalidSignatureException"), PrerequisiteError, "the clock"),
        (Fault(404, "ResourceNotFoundException"), PrerequisiteError, "no such model"),
        (
            Fault(400, "ValidationException", "The provided model identifier is invalid."),
            PrerequisiteError,
            "no such model",
        ),
        (
            Fault(400, "ValidationException", "… with on-demand throughput isn’t supported."),
            PrerequisiteError,
            "inference profile",
        ),
        (Fault(400, "ServiceQuotaExceededException"), ServiceError, "quota"),
        (
            Fault(400, "ValidationException", "Input is too long for requested model."),
            UnfinishedError,
            "lower bedrock.max_input_tokens",
        ),
        (Fault(400, "ValidationException", "no\ntools"), ServiceError, "no tools"),
        (Fault(418, "TeapotException", "short"), ServiceError, "TeapotException: short"),
    ],
)
def test_what_will_not_pass_is_said_at_once(asking, fault, kind, said):
    """One attempt, one line with what to do, and the call is recorded with it."""
    asking.responder.plays(fault)
    with pytest.raises(kind) as caught:
        asking.model().reply(PROMPT)
    line = str(caught.value)
    assert said in line
    assert line.startswith("bedrock/example.model-v1:0: ")
    assert line.isprintable()
    assert caught.value.advice
    assert len(asking.responder.asked) == 1
    assert asking.calls[0].error == caught.value.message
    assert asking.calls[0].request_id == "request-1"


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        ("max_tokens", "cut at its longest (max_tokens): raise bedrock.max_output_tokens"),
        ("guardrail_intervened", "a guardrail withheld"),
        ("content_filtered", "content filter withheld"),
        ("model_context_window_exceeded", "lower bedrock.max_input_tokens"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_without_a_good_end_is_none(asking, stop, said, stream):
    """Each has its own line; what the model had said by then is not used, but was paid for."""
    asking.responder.plays(GOOD._replace(stop=stop))
    with pytest.raises(UnfinishedError) as caught:
        asking.model(stream=stream).reply(PROMPT)
    assert said in str(caught.value)
    assert len(asking.responder.asked) == 1
    (call,) = asking.calls
    assert (call.stop, call.tokens) == (stop, Tokens(input=1200, output=300))
    assert call.error == caught.value.message


def test_a_cut_reply_names_the_limit_that_binds(asking):
    """The setting where the model could write more, else its entry in the table of models."""
    told = []
    for tokens in (4_999, 5_000, 8_000):
        asking.responder.plays(GOOD._replace(stop="max_tokens"))
        with pytest.raises(CutError) as caught:
            asking.model(max_output_tokens=tokens).reply(PROMPT)
        told.append(caught.value.advice)
        assert asking.responder.asked[-1].body["inferenceConfig"]["maxTokens"] == min(tokens, 5_000)
    assert told[0] == "raise bedrock.max_output_tokens (it is 4,999, of 5,000)"
    assert told[1] == told[2]
    assert "config/models/bedrock.toml says output_tokens = 5000" in told[1]
    assert "else lower bedrock.max_input_tokens" in told[1]


def test_a_stop_reason_that_nobody_knows_is_no_good_end(asking):
    """The service may add reasons; what is not known to be good is not."""
    events = [*events_of(GOOD)[:-2], ("messageStop", {"stopReason": "tired"})]
    asking.responder.plays(Frames([frame(*event) for event in events]))
    with pytest.raises(UnfinishedError, match="tired"):
        asking.model(structure="json").reply(PROMPT)


@pytest.mark.parametrize("stop", ["malformed_model_output", "malformed_tool_use"])
def test_a_reply_out_of_its_form_can_go_back(asking, stop):
    """It is no error of the service's: the writer asks once more."""
    asking.responder.plays(GOOD._replace(stop=stop))
    found = asking.model().reply(PROMPT)
    assert isinstance(found, Malformed)
    assert stop in found.message
    assert asking.calls[0].error == found.message


def test_a_slow_reply_ends_in_time(asking):
    """Without a byte for longer than configured, the attempt is over."""
    asking.responder.plays(Slow(30))
    with pytest.raises(ServiceError, match=r"no answer in time.*raise bedrock\.read_timeout_s"):
        asking.model(read_timeout_s=0.2, attempts=1).reply(PROMPT)


def test_nobody_answers(asking):
    """A wrong endpoint is named."""
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(ServiceError, match=r"nobody answers there.*bedrock\.endpoint_url"):
        asking.model(endpoint_url=url, attempts=1).reply(PROMPT)


def test_without_credentials_nothing_is_sent(asking, monkeypatch):
    """The user is told how to log in."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(PrerequisiteError, match=r"no credentials are found.*aws configure"):
        asking.model().reply(PROMPT)
    assert asking.responder.asked == []
    assert asking.calls[0].retries == 0


def test_without_a_region_nothing_is_sent(asking, monkeypatch):
    """So it is for the region, and for a profile that is not there."""
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(PrerequisiteError, match=r"no region is set.*bedrock\.region"):
        asking.model(region="", endpoint_url="").reply(PROMPT)
    with pytest.raises(PrerequisiteError, match="profile cannot be used"):
        asking.model(profile="nobody").reply(PROMPT)
    with pytest.raises(PrerequisiteError, match=r"the region is none .*bedrock\.region"):
        asking.model(region="us east 1").reply(PROMPT)
    assert asking.responder.asked == []


@pytest.mark.parametrize("url", ["localhost:4566", "not a url", "https://[::1"])
def test_an_endpoint_that_is_none_is_named(asking, monkeypatch, url):
    """It is the user's to correct: no fault of ours, nor of the service."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", url)
    with pytest.raises(PrerequisiteError, match=r"cannot be used .*bedrock\.endpoint_url"):
        asking.model(endpoint_url="").reply(PROMPT)


@pytest.mark.parametrize(
    ("found", "used"),
    [
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
    ],
)
def test_the_region_may_come_from_the_environment(asking, monkeypatch, found, used):
    """Under either name; where both are there, boto3's."""
    monkeypatch.delenv("AWS_REGION")
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    asking.responder.plays(GOOD)
    asking.model(region="").reply(PROMPT)
    (asked,) = asking.responder.asked
    assert f"/{used}/bedrock/aws4_request" in asked.headers["Authorization"]


def test_the_endpoint_may_come_from_the_environment(asking, monkeypatch):
    """The variable of botocore's is honoured."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", asking.responder.url)
    asking.responder.plays(GOOD)
    assert asking.model(endpoint_url="").reply(PROMPT) == ANSWER


def test_a_prompt_leaves_room_for_the_reply(asking):
    """What it may have is what is configured, and no more than the context without the reply."""
    assert asking.model().input_tokens == 60_000
    assert asking.model(max_input_tokens=10**6).input_tokens == 96_000


def test_what_is_under_way_at_the_end_is_recorded(asking):
    """Once, as interrupted: it may have cost something, and nobody waits for it."""
    asking.responder.plays(Slow(30))
    model = asking.model(attempts=1)

    def ask() -> None:
        with pytest.raises(ServiceError):
            model.reply(PROMPT)

    thread = threading.Thread(target=ask)
    thread.start()
    while not asking.responder.asked:
        thread.join(0.01)
    model.close()
    (call,) = asking.calls
    assert (call.error, call.tokens) == ("interrupted", None)
    asking.responder.closing.set()
    thread.join()
    assert len(asking.calls) == 1


def test_threads_share_one_client_and_its_limit(asking):
    """Throttled while many ask at once, all get through; each attempt sent is a call's own."""
    lock, asked = threading.Lock(), []

    def script(_: object) -> Reply | Fault:
        with lock:
            asked.append(1)
            return Fault(429, "ThrottlingException") if len(asked) in {3, 4, 5} else GOOD

    asking.responder.script = script
    model = asking.model(attempts=8)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: model.reply(PROMPT), range(8)))
    assert said == [ANSWER] * 8
    assert sum(1 + call.retries for call in asking.calls) == len(asked) == 11
    assert all(call.request_id for call in asking.calls)
