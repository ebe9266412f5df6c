"""A server as OpenAI's, on the loopback interface: what Ollama, vLLM or llama.cpp offer, too.

It holds requests and its own replies to the types of the `openai` package. What it says is a
script's: a function of what it was asked.
"""

from __future__ import annotations

import base64
import json
import socket
import struct
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from fakes import FakeEmbedder
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.embedding_create_params import EmbeddingCreateParams
from pydantic import TypeAdapter
from responder import Fault, Play, Reply, Reset, Slow
from servers import Loopback, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FORMS = {
    "whole": TypeAdapter(CompletionCreateParamsNonStreaming),
    "stream": TypeAdapter(CompletionCreateParamsStreaming),
    "embeddings": TypeAdapter(EmbeddingCreateParams),
}
USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 300,
    "total_tokens": 1500,
    "prompt_tokens_details": {"cached_tokens": 200},
}


class Asked(NamedTuple):
    """A request that such a server would take."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def words(self) -> str:
        """All that the model is told."""
        return "\n".join(message["content"] for message in self.body["messages"])

    @property
    def tool(self) -> str:
        """The name of the tool that the model must use; empty if there is none."""
        tools = self.body.get("tools") or []
        return tools[0]["function"]["name"] if tools else ""


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Compatible

    def do_POST(self) -> None:
        self.close_connection = True  # nobody closes the clients, which would keep it open
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(self.path, body, dict(self.headers))
        try:
            assert self.path in {"/v1/chat/completions", "/v1/embeddings"}
            kind = "stream" if body.get("stream") else "whole"
            kind = "embeddings" if self.path.endswith("embeddings") else kind
            _FORMS[kind].validate_python(body)
            self.server.asked.append(asked)
            play = (self.server.embeds if kind == "embeddings" else self.server.script)(asked)
        except BaseException as error:
            self.server.wrong.append(error)
            raise
        self._play(play, asked)

    def _play(self, play: Play, asked: Asked) -> None:
        if isinstance(play, Slow):
            self.server.closing.wait(play.seconds)
        elif isinstance(play, Reset):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif isinstance(play, Fault):
            error = {"message": play.message, "type": "error", "param": None, "code": play.code}
            self._send(play.status, {"error": error})
        elif asked.path.endswith("embeddings"):
            self._send(200, self._vectors(asked.body))
        elif asked.body.get("stream"):
            self._stream(play, asked)
        else:
            self._send(200, _whole(play, asked))

    def _vectors(self, body: dict[str, Any]) -> dict[str, Any]:
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        assert all(texts), "a text is empty"
        data = []
        for index, text in enumerate(texts):
            vector: Any = 3 * self.server.embedder.embed_query(text)  # no vector of length 1
            if body.get("encoding_format") == "base64":
                vector = base64.b64encode(vector.astype(np.float32).tobytes()).decode()
            else:
                vector = vector.tolist()
            data.append({"object": "embedding", "index": index, "embedding": vector})
        reply = {"object": "list", "data": data, "model": body["model"]}
        reply["usage"] = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
        if body.get("encoding_format") != "base64":
            CreateEmbeddingResponse.model_validate(reply, strict=True)
        return reply

    def _send(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Connection", "close")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, reply: Reply, asked: Asked) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in _chunks(reply, asked):
            self._piece(f"data: {json.dumps(chunk)}\n\n")
        self._piece("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _piece(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def _whole(reply: Reply, asked: Asked) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.first + reply.said}
    if asked.tool:
        call = {"name": asked.tool, "arguments": reply.said}
        calls = [{"id": "call_1", "type": "function", "function": call}]
        message |= {"content": reply.first or None, "tool_calls": calls}
    stop = reply.stop or ("tool_calls" if asked.tool else "stop")
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": stop, "logprobs": None}],
    }
    if reply.usage:
        body["usage"] = USAGE
    ChatCompletion.model_validate(body, strict=True)
    return body


def _chunks(reply: Reply, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yield a reply as the events of a stream; the last one that says anything says why it ends."""
    words = reply.first + reply.said
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": words[at : at + 40]}, None) for at in range(0, len(words), 40)]
    deltas.append(({}, reply.stop or "stop"))
    for delta, stop in deltas:
        body = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": asked.body["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": stop}],
        }
        ChatCompletionChunk.model_validate(body, strict=True)
        yield body


class Compatible(Loopback):
    """The server, with its script and what it was asked."""

    def __init__(self) -> None:
        super().__init__(_Request)
        self.script: Callable[[Asked], Play] = lambda _: Reply("{}")
        self.embeds: Callable[[Asked], Play] = lambda _: Reply("")
        """Vectors for any reply, else the fault."""
        self.asked: list[Asked] = []
        self.wrong: list[BaseException] = []
        self.embedder = FakeEmbedder()

    @property
    def url(self) -> str:
        """The base of its API."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def plays(self, *plays: Play) -> None:
        """Play these one after the other, the last one for ever."""
        left = list(plays)
        self.script = self.embeds = lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def compatible() -> Iterator[Compatible]:
    """Run such a server until the block ends; what it could not take fails the test."""
    with running(Compatible()) as server:
        yield server
    assert not server.wrong, server.wrong
