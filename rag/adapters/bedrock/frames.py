"""Bytes of a reply ↔ what a person can read of them, exactly.

https://smithy.io/2.0/aws/amazon-eventstream.html: a frame is its length, that of its headers, a
checksum of both, the headers, a payload, and a checksum of all.

What is not a whole frame of strings, or does not come out again byte for byte, is kept as base64.
"""

from __future__ import annotations

import json
import re
import struct
from base64 import b64decode, b64encode
from typing import Any
from zlib import crc32

from botocore.eventstream import EventStreamBuffer, ParserError
from pydantic import Field

from rag.types import Value

_PRELUDE = 12
_LEAST = 16
_STRING = 7
"""The type of a header that is a string."""
_ACCOUNT = re.compile(rb"(arn:aws[\w-]*:[\w-]*:[\w-]*:)\d{12}(?=[:/])")


class Kept(Value):
    """Some bytes, in the first form that gives them back as they were."""

    data: Any = None
    """What they say, if they are compact JSON."""
    text: str = ""
    """UTF-8."""
    base64: str = ""

    @property
    def content(self) -> bytes:
        """The bytes."""
        if self.base64:
            return b64decode(self.base64)
        return (self.text if self.data is None else _compact(self.data)).encode()


class Frame(Kept):
    """A frame of an event stream: its payload and headers, or what came of a broken one."""

    headers: dict[str, str] = Field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The whole frame."""
        payload = super().content
        return payload if self.base64 else _frame(self.headers, payload)


def kept(content: bytes) -> Kept:
    """Return some bytes in a form that can be read."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return Kept(base64=_base64(content))
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return Kept(text=text)
    same = data is not None and _compact(data) == text
    return Kept(data=data) if same else Kept(text=text)


def frames(content: bytes) -> tuple[Frame, ...]:
    """Return the frames of a stream, as far as it came; joined they are its bytes."""
    found = []
    while content:
        size = int.from_bytes(content[:4], "big")
        whole = len(content) >= _PRELUDE and _LEAST <= size <= len(content)
        piece, content = (content[:size], content[size:]) if whole else (content, b"")
        found.append(_read(piece))
    return tuple(found)


def plain(content: bytes) -> bytes:
    """Return JSON in one spelling, whatever the client library's; other bytes as they are."""
    try:
        return _compact(json.loads(content)).encode()
    except (ValueError, RecursionError):  # a lone surrogate is a ValueError, too
        return content


def without_accounts(content: bytes) -> bytes:
    """Return bytes in which the account of each ARN is 000000000000."""
    return _ACCOUNT.sub(rb"\g<1>000000000000", content)


def frame_without_accounts(frame: Frame) -> Frame:
    """Return a frame in which the account of each ARN is 000000000000; a whole one stays whole."""
    if frame.base64:
        return Frame(base64=_base64(without_accounts(frame.content)))
    payload = kept(without_accounts(Kept(data=frame.data, text=frame.text).content))
    return Frame(data=payload.data, text=payload.text, headers=frame.headers)


def _read(piece: bytes) -> Frame:
    raw = Frame(base64=_base64(piece))
    buffer = EventStreamBuffer()
    buffer.add_data(piece)
    try:
        message = next(iter(buffer))
    except (ParserError, StopIteration, KeyError, struct.error, UnicodeDecodeError):
        return raw
    if not all(isinstance(value, str) for value in message.headers.values()):
        return raw
    payload = kept(message.payload)
    if payload.base64:
        return raw
    found = Frame(data=payload.data, text=payload.text, headers=message.headers)
    return found if found.content == piece else raw


def _frame(headers: dict[str, str], payload: bytes) -> bytes:
    told = b"".join(
        bytes([len(name.encode())]) + name.encode()
        + struct.pack("!BH", _STRING, len(value.encode())) + value.encode()
        for name, value in headers.items()
    )  # fmt: skip
    prelude = struct.pack("!II", _LEAST + len(told) + len(payload), len(told))
    message = prelude + struct.pack("!I", crc32(prelude)) + told + payload
    return message + struct.pack("!I", crc32(message))


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
