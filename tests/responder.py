"""A server that answers as Amazon Bedrock's Converse does, on the loopback interface.

It holds requests and its own replies to botocore's service model, encodes real event streams and
sends them in pieces. What it says is a script's: a function of what it was asked.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import botocore.session
from servers import Loopback, running

from rag.settings import BedrockSettings, load_config

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    import pytest
    from botocore.model import Shape

_MODEL = botocore.session.get_session().get_service_model("bedrock-runtime")
_OPERATIONS = {
    "converse": "Converse",
    "converse-stream": "ConverseStream",
    "count-tokens": "CountTokens",
}
_PIECE = 211
MODEL = "us.anthropic.claude-sonnet-4-20250514-v1:0"
"""One that the table of abilities knows; any name is answered."""
USAGE = {"inputTokens": 1200, "outputTokens": 300, "totalTokens": 1500}


class Asked(NamedTuple):
    """A request that the service would take."""

    operation: str
    model: str
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def words(self) -> str:
        """All that the model is told."""
        system = "".join(item.get("text", "") for item in self.body.get("system", []))
        content = self.body["messages"][0]["content"]
        return "\n".join([system, *(line for item in content for line in _told(item))])

    @property
    def tool(self) -> str:
        """The name of the tool that the model must use; empty if there is none."""
        choice = self.body.get("toolConfig", {}).get("toolChoice", {})
        return choice.get("tool", {}).get("name", "")


def _told(item: dict[str, Any]) -> list[str]:
    """The text of a block of content."""
    found = item.get("searchResult", {"content": [item] if "text" in item else []})
    return [part["text"] for part in found["content"]]


class Reply(NamedTuple):
    """What the model says, and how it ends."""

    said: str
    """JSON for a tool, or any text."""
    stop: str = ""
    """`tool_use` for a tool and `end_turn` for text if empty."""
    usage: dict[str, Any] = USAGE
    first: str = ""
    """Text before the tool is used."""
    reasoning: str = ""
    citations: Sequence[dict[str, Any]] = ()
    """What the service cites by itself; a streamed citation comes before its block's text."""


class Fault(NamedTuple):
    """An error as the service sends it."""

    status: int
    code: str
    message: str = ""


class Frames(NamedTuple):
    """A stream as these frames, cut off after so many bytes if `cut` is given."""

    frames: Sequence[bytes]
    cut: int | None = None
    closes: bool = True
    """Whether HTTP says that the body is complete; else the connection breaks."""


class Held(NamedTuple):
    """A streamed reply that stops when it has said some words, until it is released.

    When it is, it goes on as `then`, or to its end if that is None.
    """

    reply: Reply
    until: str
    released: threading.Event
    then: Reset | None = None


class Reset(NamedTuple):
    """The connection breaks off before a reply."""


class Slow(NamedTuple):
    """Nothing happens for a while."""

    seconds: float


Play = Reply | Fault | Frames | Held | Reset | Slow


def frame(event: str, payload: dict[str, Any], kind: str = "event") -> bytes:
    """Return a message of an event stream: https://smithy.io/2.0/aws/amazon-eventstream.html."""
    names = {
        f":{kind}-type": event,
        ":content-type": "application/json",
        ":message-type": kind,
    }
    headers = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value))
        + value.encode()
        for name, value in names.items()
    )  # fmt: skip
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + body
    return message + struct.pack("!I", zlib.crc32(message))


def events_of(reply: Reply, *, tool: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Return the events of a streamed reply, in the order of the recorded wire."""
    events: list[tuple[str, dict[str, Any]]] = [("messageStart", {"role": "assistant"})]
    index = 0
    kinds = [("reasoningContent", reply.reasoning), ("text", reply.first)]
    kinds.append(("toolUse" if tool else "text", reply.said))
    for kind, words in kinds:
        if not words and kind != "toolUse":
            continue
        if kind == "toolUse":
            start = {"toolUse": {"toolUseId": "tooluse_1", "name": tool}}
            events.append(("contentBlockStart", {"start": start, "contentBlockIndex": index}))
        events += [
            ("contentBlockDelta", {"delta": {"citation": item}, "contentBlockIndex": index})
            for item in (reply.citations if words == reply.said else ())
        ]
        for at in range(0, len(words), 40):
            part = words[at : at + 40]
            delta = {kind: part}
            if kind != "text":
                delta = {kind: {"input" if kind == "toolUse" else "text": part}}
            events.append(("contentBlockDelta", {"delta": delta, "contentBlockIndex": index}))
        events.append(("contentBlockStop", {"contentBlockIndex": index}))
        index += 1
    stop = reply.stop or ("tool_use" if tool else "end_turn")
    events.append(("messageStop", {"stopReason": stop}))
    if reply.usage:
        events.append(("metadata", {"usage": reply.usage, "metrics": {"latencyMs": 5}}))
    return events


def frames_of(reply: Reply, *, tool: str = "") -> list[bytes]:
    """Return a streamed reply as frames, each event with the key that the service pads it with."""
    shape = _MODEL.operation_model("ConverseStream").output_shape.members["stream"]
    out = []
    for name, payload in events_of(reply, tool=tool):
        check(shape.members[name], payload, name)
        out.append(frame(name, {**payload, "p": "abcdefgh"[: len(out) % 8]}))
    return out


def check(shape: Shape, value: Any, at: str) -> None:
    """Assert that a value is what the service model says, enums and limits included."""
    if shape.serialization.get("document") or getattr(shape, "is_document_type", False):
        return
    if shape.type_name == "structure":
        assert isinstance(value, dict), at
        assert set(value) <= set(shape.members), f"{at}: {set(value) - set(shape.members)}"
        assert set(shape.required_members) <= set(value), f"{at} lacks a member"
        assert not shape.is_tagged_union or len(value) == 1, f"{at} is one of its members"
        for name, item in value.items():
            check(shape.members[name], item, f"{at}.{name}")
    elif shape.type_name == "list":
        assert isinstance(value, list), at
        for item in value:
            check(shape.member, item, f"{at}[]")
    elif shape.type_name == "string":
        assert isinstance(value, str), at
        assert not shape.enum or value in shape.enum, f"{at} = {value!r}"
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 10**9)
        assert low <= len(value) <= high, at
        pattern = shape.metadata.get("pattern")
        assert not pattern or re.fullmatch(pattern, value), f"{at} = {value!r}"
    elif shape.type_name in {"integer", "long"}:
        assert isinstance(value, int), at
        assert value >= shape.metadata.get("min", value), at


class Misbehaving(BaseHTTPRequestHandler):
    """A request to a service of Bedrock's: what may be answered whatever was asked."""

    protocol_version = "HTTP/1.1"

    def misbehave(self, play: Slow | Reset | Fault) -> None:
        """Answer by nothing, by a broken connection, or by an error."""
        if isinstance(play, Slow):
            self.server.closing.wait(play.seconds)
            self.close_connection = True
        elif isinstance(play, Reset):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
        else:
            self.send(play.status, {"message": play.message}, {"x-amzn-ErrorType": play.code})

    def send(self, status: int, body: dict[str, Any], more: dict[str, str]) -> None:
        """Send a whole reply."""
        content = json.dumps(body).encode()
        self.head(status, {"Content-Type": "application/json", **more})
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def head(self, status: int, headers: dict[str, str]) -> None:
        """Begin a reply, with the service's name for it."""
        self.send_response(status)
        self.send_header("x-amzn-RequestId", f"request-{len(self.server.asked)}")
        for name, value in headers.items():
            self.send_header(name, value)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Request(Misbehaving):
    server: Responder

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        content = self.rfile.read(length)
        found = re.fullmatch(r"/model/(?P<model>[^/]+)/(?P<operation>[\w-]+)", self.path)
        assert found
        try:
            asked = self._asked(found, content)
            if asked.operation == "count-tokens":
                self._count(self.server.count(asked))
                return
            play = self.server.script(asked)
        except BaseException as error:
            self.server.wrong.append(error)
            raise
        self._play(play, asked)

    def _asked(self, found: re.Match[str], content: bytes) -> Asked:
        body = json.loads(content)
        operation = found["operation"]
        model = unquote(found["model"])
        shape = _MODEL.operation_model(_OPERATIONS[operation]).input_shape
        check(shape, {"modelId": model, **body}, operation)
        if operation == "count-tokens":
            body = body["input"]["converse"]
        texts = [item["text"] for item in body["messages"][0]["content"] if "text" in item]
        assert all(text.strip() for text in texts), "a text block is blank"
        assert self.headers["Authorization"], "the request is not signed"
        asked = Asked(operation, model, body, dict(self.headers))
        kept = self.server.counted if operation == "count-tokens" else self.server.asked
        kept.append(asked)
        return asked

    def _count(self, found: int | Fault) -> None:
        if isinstance(found, Fault):
            self.misbehave(found)
            return
        body = {"inputTokens": found}
        check(_MODEL.operation_model("CountTokens").output_shape, body, "response")
        self.send(200, body, {})

    def _play(self, play: Play, asked: Asked) -> None:
        if isinstance(play, Slow | Reset | Fault):
            self.misbehave(play)
        elif isinstance(play, Frames):
            self._stream(play)
        elif isinstance(play, Held):
            self._hold(play, asked.tool)
        elif asked.operation == "converse-stream":
            self._stream(Frames(frames_of(play, tool=asked.tool)))
        else:
            self.send(200, _body(play, asked.tool), {})

    def _stream(self, play: Frames) -> None:
        self._begin_stream()
        self._write(b"".join(play.frames)[: play.cut])
        if play.closes:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _hold(self, play: Held, tool: str) -> None:
        frames, events = frames_of(play.reply, tool=tool), events_of(play.reply, tool=tool)
        said, first = "", 0
        while play.until not in said:
            delta = events[first][1].get("delta", {})
            said += delta.get("toolUse", {}).get("input", "") + delta.get("text", "")
            first += 1
        self._begin_stream()
        self._write(b"".join(frames[:first]))
        while not (play.released.wait(0.01) or self.server.closing.is_set()):
            pass
        if play.then is not None:
            self.misbehave(play.then)
            return
        self._write(b"".join(frames[first:]))
        self.wfile.write(b"0\r\n\r\n")

    def _begin_stream(self) -> None:
        kind = "application/vnd.amazon.eventstream"
        self.head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked"})
        self.end_headers()

    def _write(self, data: bytes) -> None:
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE]
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.flush()


def _body(reply: Reply, tool: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if reply.reasoning:
        content.append({"reasoningContent": {"reasoningText": {"text": reply.reasoning}}})
    if reply.first:
        content.append({"text": reply.first})
    said = {"toolUseId": "tooluse_1", "name": tool}
    if reply.citations:
        cited = {"content": [{"text": reply.said}], "citations": list(reply.citations)}
        content.append({"citationsContent": cited})
    else:
        content.append(
            {"toolUse": {**said, "input": json.loads(reply.said)}} if tool else {"text": reply.said}
        )
    body = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": reply.stop or ("tool_use" if tool else "end_turn"),
        "usage": reply.usage,
        "metrics": {"latencyMs": 5},
    }
    check(_MODEL.operation_model("Converse").output_shape, body, "response")
    return body | {"p": "unknown"}


class Responder(Loopback):
    """The server, with its script and what it was asked."""

    def __init__(self) -> None:
        super().__init__(_Request)
        self.script: Callable[[Asked], Play] = lambda _: Reply("{}")
        self.count: Callable[[Asked], int | Fault] = lambda asked: len(asked.words) // 4
        self.asked: list[Asked] = []
        self.counted: list[Asked] = []
        """What CountTokens was asked: it costs nothing."""
        self.wrong: list[BaseException] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def plays(self, *plays: Play) -> None:
        """Play these one after the other, the last one for ever."""
        left = list(plays)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]


def dummy_credentials(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Set dummy credentials, and nothing of this machine's own configuration."""
    for name in ("AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "dummy",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)


@contextmanager
def responding() -> Iterator[Responder]:
    """Run a responder until the block ends; what it could not take fails the test."""
    with running(Responder()) as server:
        yield server
    assert not server.wrong, server.wrong


def impatient(url: str, **changes: object) -> BedrockSettings:
    """Return settings that lead to a server and wait for little, changed by these."""
    told = load_config(Path(__file__).parent).settings.bedrock.model_dump()
    told |= {
        "region": "us-east-1",
        "endpoint_url": url,
        "agent_endpoint_url": url,
        "connect_timeout_s": 2,
        "read_timeout_s": 5,
        "attempts": 3,
        "throttled_attempts": 1,
        "backoff_s": 0.001,
        "max_backoff_s": 0.01,
        "max_output_tokens": 4_000,
    }
    return BedrockSettings.model_validate(told | changes)
