"""Requests with their replies, kept in a folder: recorded from a live run, answered again from it.

boto3's own hooks are the seam: what is recorded is what came over the wire, and what is replayed
is parsed by boto3 as if it had. An exchange is one JSON file. It has no credentials: of the
request only the path and the body are kept, of the reply the status, the body and a few headers;
the account in each ARN is 000000000000.
"""

from __future__ import annotations

import io
import json
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import unquote, urlsplit

import boto3
import botocore
from botocore.awsrequest import AWSResponse
from botocore.response import StreamingBody
from botocore.session import Session
from pydantic import ValidationError

from rag.adapters import aws
from rag.adapters.bedrock.frames import (
    Frame,
    Kept,
    frame_without_accounts,
    frames,
    kept,
    plain,
    without_accounts,
)
from rag.errors import PrerequisiteError, UsageError
from rag.files import replace_file
from rag.text.digests import digest
from rag.types import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rag.settings import BedrockSettings

_HEADERS = ("content-type", "retry-after")
_HEADERS_OF_THE_SERVICE = "x-amzn-"
_ANY_REGION = "us-east-1"


class Exchange(Value):
    """A request and what came back."""

    format: Literal[1] = 1
    service: str
    operation: str
    path: str
    """With the model's id as it is written, not as a URL has it."""
    request: Kept
    """The body."""
    status: int
    headers: dict[str, str]
    reply: Kept | None = None
    """The body; None where it is a stream."""
    frames: tuple[Frame, ...] | None = None
    """The stream, as far as it came."""

    @property
    def key(self) -> str:
        """What the request is known by: neither region nor endpoint nor account are part of it."""
        return digest(self.service, self.operation, self.path, self.request.content)

    @property
    def content(self) -> list[bytes]:
        """The body of the reply, in pieces."""
        if self.frames is not None:
            return [frame.content for frame in self.frames]
        return [self.reply.content] if self.reply else []


class Exchanges(Protocol):
    """Stands between a client and its service."""

    def session(self, settings: BedrockSettings) -> Any:
        """Return a boto3 session for clients."""
        ...

    def attach(self, client: Any) -> None:
        """Stand between this client and its service."""
        ...


class Recording:
    """Keeps each exchange as its reply ends, whole or not.

    Args:
        folder: where to; made if absent. What is there stays.

    Raises:
        UsageError: it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"nothing can be recorded in {folder} ({error.strerror})",
                advice="name a folder that can be written",
            ) from error
        self._folder = folder
        self._writing = threading.Lock()
        self._sent = threading.local()

    def session(self, settings: BedrockSettings) -> Any:
        """See `Exchanges.session`."""
        return aws.session(settings)

    def attach(self, client: Any) -> None:
        """See `Exchanges.attach`."""
        service = _service(client)
        client.meta.events.register(f"before-send.{service}", self._sending)
        client.meta.events.register(f"before-parse.{service}", self._coming)

    def _sending(self, request: Any, **_: object) -> None:
        self._sent.request = request  # its reply is parsed by the same thread

    def _coming(self, response_dict: dict[str, Any], operation_model: Any, **_: object) -> None:
        """Take in a reply on its way to the parser."""
        request, body = self._sent.request, response_dict["body"]
        service = operation_model.service_model.service_id.hyphenize()
        told = {
            **_told(service, operation_model.name, request),
            "status": response_dict["status_code"],
            "headers": _shown(response_dict["headers"]),
        }
        if isinstance(body, StreamingBody):
            body = body.read()
            response_dict["body"] = StreamingBody(io.BytesIO(body), len(body))
        if isinstance(body, bytes):
            self._keep(Exchange(**told, reply=kept(without_accounts(body))))
        else:
            response_dict["body"] = _Heard(
                body, lambda content: self._keep(Exchange(**told, frames=_frames(content)))
            )

    def _keep(self, exchange: Exchange) -> None:
        text = json.dumps(exchange.model_dump(exclude_defaults=True), ensure_ascii=False, indent=1)
        with self._writing:
            taken = len(list(self._folder.glob("*.json")))
            path = _free(self._folder, taken + 1, f"{exchange.operation}-{exchange.key[:8]}.json")
            replace_file(path, f"{text}\n".encode("utf-8", "surrogatepass"))


class Replay:
    """Answers from a folder that was recorded, and from nowhere else.

    A request that was sent several times gets its replies in their order, then the last for ever.

    Args:
        folder: where exchanges were recorded.

    Raises:
        UsageError: it has none, or something else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: defaultdict[str, list[Exchange]] = defaultdict(list)
        for path in sorted(folder.glob("*.json")):
            if path.stat().st_size:  # else its run was killed before it was written
                exchange = _read(path)
                self._known[exchange.key].append(exchange)
        if not self._known:
            raise UsageError(
                f"there is no exchange in {folder}", advice=f"make some with --record {folder}"
            )
        self._answering = threading.Lock()

    def session(self, settings: BedrockSettings) -> Any:
        """See `Exchanges.session`. Nothing of this machine's configuration is needed."""
        own = Session(session_vars={"profile": (None, None, None, None)})
        return boto3.Session(
            aws_access_key_id="replayed",
            aws_secret_access_key="replayed",  # noqa: S106 - nothing is signed with it
            region_name=settings.region or _ANY_REGION,
            botocore_session=own,
        )

    def attach(self, client: Any) -> None:
        """See `Exchanges.attach`."""
        service = _service(client)
        client.meta.events.register(f"choose-signer.{service}", _unsigned)
        client.meta.events.register(f"before-send.{service}", self._answer)

    def _answer(self, request: Any, event_name: str, **_: object) -> AWSResponse:
        service, operation = event_name.split(".")[1:]
        asked = Exchange(**_told(service, operation, request), status=0, headers={})
        with self._answering:
            known = self._known.get(asked.key)
            if not known:
                raise PrerequisiteError(
                    f"{self._folder} has no reply to this request ({operation} {asked.path})",
                    advice="ask as it was recorded, or record it: --record in place of --replay",
                )
            found = known.pop(0) if len(known) > 1 else known[0]
        return AWSResponse(request.url, found.status, found.headers, _Raw(found.content))


class _Heard:
    """A stream that is kept while it is read; it is written down when it is closed."""

    def __init__(self, stream: Any, done: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._done: Callable[[bytes], None] | None = done
        self._pieces: list[bytes] = []

    def stream(self, *arguments: Any, **options: Any) -> Iterator[bytes]:
        for piece in self._stream.stream(*arguments, **options):
            self._pieces.append(piece)
            yield piece

    def close(self) -> None:
        self._stream.close()
        if self._done:
            done, self._done = self._done, None
            done(b"".join(self._pieces))


class _Raw(io.BytesIO):
    """A body as urllib3 would hand it over."""

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__(b"".join(pieces))
        self._pieces = pieces

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield from self._pieces


def _told(service: str, operation: str, request: Any) -> dict[str, Any]:
    """Return what is kept of a request."""
    parts = urlsplit(request.url)
    path = unquote(parts.path) + (f"?{parts.query}" if parts.query else "")
    body = request.body or b""
    content = body if isinstance(body, bytes) else str(body).encode()
    return {
        "service": service,
        "operation": operation,
        "path": without_accounts(path.encode()).decode(),
        "request": kept(without_accounts(plain(content))),
    }


def _frames(content: bytes) -> tuple[Frame, ...]:
    return tuple(map(frame_without_accounts, frames(content)))


def _shown(headers: Any) -> dict[str, str]:
    """Return the headers that say something of a reply, and nothing of who asked."""
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    return {
        name: value
        for name, value in sorted(named.items())
        if name in _HEADERS or name.startswith(_HEADERS_OF_THE_SERVICE)
    }


def _free(folder: Path, number: int, name: str) -> Path:
    """Return a path with the next number that is free; it exists then, and is ours."""
    while True:
        path = folder / f"{number:04}-{name}"
        try:
            path.open("x").close()
        except FileExistsError:
            number += 1
        else:
            return path


def _read(path: Path) -> Exchange:
    try:
        return Exchange.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise UsageError(
            f"{path} is no exchange that rag recorded", advice="take it out of the folder"
        ) from error


def _service(client: Any) -> str:
    return str(client.meta.service_model.service_id.hyphenize())


def _unsigned(**_: object) -> Any:
    return botocore.UNSIGNED
