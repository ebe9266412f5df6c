"""What Converse and ConverseStream send → a reply: its text, why it ended, what it took.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html

Blocks are put together by their index. What is not known (events, keys, kinds of blocks) is passed
over: the service adds to them, and pads events with keys that its own model does not have.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.types import Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reply(NamedTuple):
    """A reply that came to an end."""

    text: str
    """What the model put into the tool, else what it said; reasoning is no part of it."""
    stop: str
    """`stopReason`, as the service names it."""
    tokens: Tokens | None
    """None if the service did not say."""


class Assembly:
    """A stream's events, put together as they come.

    Args:
        tool: whether the model must use a tool: what it says beside that is then no reply, unless
            it never uses it.
    """

    def __init__(self, *, tool: bool) -> None:
        self._tool = tool
        self._texts: dict[int, str] = {}
        self._inputs: dict[int, str] = {}
        self._tokens: Tokens | None = None
        self._stop = ""

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take in one event; return whether the model said more.

        Events that say nothing of the reply change nothing.
        """
        if start := event.get("contentBlockStart"):
            if "toolUse" in (start.get("start") or {}):
                self._inputs.setdefault(start.get("contentBlockIndex", 0), "")
        elif block := event.get("contentBlockDelta"):
            delta, at = block.get("delta") or {}, block.get("contentBlockIndex", 0)
            if "text" in delta:
                self._texts[at] = self._texts.get(at, "") + delta["text"]
            elif "toolUse" in delta:
                said = delta["toolUse"].get("input", "")
                self._inputs[at] = self._inputs.get(at, "") + said
        elif stop := event.get("messageStop"):
            self._stop = stop.get("stopReason", "")
        elif metadata := event.get("metadata"):
            self._tokens = _tokens(metadata.get("usage"))
        return "contentBlockDelta" in event

    @property
    def text(self) -> str:
        """What the reply has so far."""
        return _in_order(self._inputs if self._tool else self._inputs or self._texts)

    @property
    def has_ended(self) -> bool:
        """Whether the model's message came to an end; what follows are counts."""
        return bool(self._stop)

    def reply(self) -> Reply | None:
        """Return the reply; None if the stream ended before the message did."""
        text = _in_order(self._inputs or self._texts)
        return Reply(text, self._stop, self._tokens) if self._stop else None


def _in_order(said: Mapping[int, str]) -> str:
    return "".join(said[at] for at in sorted(said))


def whole(response: Mapping[str, Any]) -> Reply | None:
    """Return the reply of Converse; None if the response has no message that came to an end."""
    content = ((response.get("output") or {}).get("message") or {}).get("content") or []
    inputs = [json.dumps(item["toolUse"].get("input")) for item in content if "toolUse" in item]
    texts = [item["text"] for item in content if "text" in item]
    stop = response.get("stopReason", "")
    text = "".join(inputs or texts)
    return Reply(text, stop, _tokens(response.get("usage"))) if stop else None


def _tokens(usage: Mapping[str, Any] | None) -> Tokens | None:
    """Return tokens by kind: what was cached is no part of `inputTokens`."""
    if not usage:
        return None
    return Tokens(
        input=usage.get("inputTokens", 0),
        output=usage.get("outputTokens", 0),
        cache_read=usage.get("cacheReadInputTokens", 0),
        cache_write=usage.get("cacheWriteInputTokens", 0),
    )
