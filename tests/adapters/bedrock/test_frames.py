"""What is kept of a reply's bytes gives them back as they were."""

from __future__ import annotations

import json
import struct
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st
from responder import Reply, frames_of

from rag.adapters.bedrock.frames import Frame, Kept, frame_without_accounts, frames, kept

STREAM = frames_of(
    Reply('{"claims": [{"text": "Weiß — 因为 “so”."}]}', reasoning="hm"), tool="answer"
)
WHOLE = b"".join(STREAM)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def again(found: Frame) -> Frame:
    """Return a frame as it is read back from a file."""
    text = json.dumps(found.model_dump(exclude_defaults=True), ensure_ascii=False)
    return Frame.model_validate(json.loads(text.encode("utf-8", "surrogatepass")))


def bytes_of(content: bytes) -> bytes:
    """Return what is left of a stream that was kept and read back."""
    return b"".join(again(found).content for found in frames(content))


@given(
    st.binary() | VALUES.map(lambda value: json.dumps(value).encode()) | st.text().map(str.encode)
)
def test_any_body_comes_back(content):
    """JSON in any spelling, text, or bytes."""
    text = json.dumps(kept(content).model_dump(exclude_defaults=True), ensure_ascii=False)
    again = Kept.model_validate(json.loads(text.encode("utf-8", "surrogatepass")))
    assert again.content == content


@given(st.integers(0, len(WHOLE)))
def test_a_stream_cut_anywhere_comes_back(cut):
    """As far as it came; its whole frames can be read."""
    assert bytes_of(WHOLE[:cut]) == WHOLE[:cut]
    whole = [frame for frame in frames(WHOLE[:cut]) if not frame.base64]
    assert all(":event-type" in frame.headers for frame in whole)
    assert len(whole) == sum(len(b"".join(STREAM[: n + 1])) <= cut for n in range(len(STREAM)))


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
def test_a_stream_with_a_wrong_bit_comes_back(at, bit):
    """Also where the bit is in a length or a checksum."""
    data = bytearray(WHOLE)
    data[at] ^= 1 << bit
    assert bytes_of(bytes(data)) == bytes(data)


@given(st.binary())
def test_any_bytes_come_back(content):
    """Also what is no stream at all."""
    assert bytes_of(content) == content


def test_headers_of_other_types_come_back():
    """A frame whose header is no string is kept as it is."""
    told = b"\x02:n\x04" + struct.pack("!i", 7)
    prelude = struct.pack("!II", 16 + len(told), len(told))
    message = prelude + struct.pack("!I", crc32(prelude)) + told
    message += struct.pack("!I", crc32(message))
    (found,) = frames(message)
    assert found.base64
    assert found.content == message


def test_a_frame_can_be_read():
    """A person sees the event and what it says."""
    first = frames(WHOLE)[0]
    assert first.headers[":event-type"] == "messageStart"
    assert first.data["role"] == "assistant"


def test_accounts_are_taken_out():
    """Of ARNs only; a whole frame stays whole, and other figures stay."""
    said = "arn:aws:sts::123456789012:assumed-role/a/b may not; 123456789012 tokens"
    payload = Frame(data={"message": said}, headers={":exception-type": "x"})
    (found,) = frames(frame_without_accounts(payload).content)
    assert found.data["message"] == (
        "arn:aws:sts::000000000000:assumed-role/a/b may not; 123456789012 tokens"
    )
    (cut,) = frames(payload.content[:-3])
    assert b"::123456789012:" not in frame_without_accounts(cut).content
    assert len(frame_without_accounts(cut).content) == len(payload.content) - 3
