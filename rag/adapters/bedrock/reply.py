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
    from collections.abc import Iterable, Mapping


class Cited(NamedTuple):
    """What the service says that words of the reply stand on."""

    result: int | None
    """Which of the search results that were sent, from 0; None if it is none."""
    start: int
    end: int
    """Which of its blocks, half open."""
    words: str


class Reply(NamedTuple):
    """A reply that came to an end."""

    text: str
    """What the model put into the tool, else what it said; reasoning is no part of it."""
    stop: str
    """`stopReason`, as the service names it."""
    tokens: Tokens | None
    """None if the service did not say."""
    cited: tuple[Cited, ...] = ()


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
        self._cited: list[Cited] = []
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
            elif "citation" in delta:  # it may come before its block's text
                self._cited += _cited([delta["citation"]])
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
        cited = tuple(self._cited)
        return Reply(text, self._stop, self._tokens, cited) if self._stop else None


def _in_order(said: Mapping[int, str]) -> str:
    return "".join(said[at] for at in sorted(said))


def whole(response: Mapping[str, Any]) -> Reply | None:
    """Return the reply of Converse; None if the response has no message that came to an end."""
    content = ((response.get("output") or {}).get("message") or {}).get("content") or []
    inputs = [json.dumps(item["toolUse"].get("input")) for item in content if "toolUse" in item]
    texts, cited = [], []
    for item in content:
        told = item.get("citationsContent") or {}
        texts += [item["text"]] if "text" in item else []
        texts += [part.get("text", "") for part in told.get("content") or []]
        cited += _cited(told.get("citations") or [])
    stop = response.get("stopReason", "")
    text = "".join(inputs or texts)
    return Reply(text, stop, _tokens(response.get("usage")), tuple(cited)) if stop else None


def _cited(citations: Iterable[Mapping[str, Any]]) -> list[Cited]:
    """Return citations of search results, and those of anything else as of nothing sent."""
    found = []
    for item in citations:
        words = "\n".join(part.get("text", "") for part in item.get("sourceContent") or [])
        place = (item.get("location") or {}).get("searchResultLocation") or {}
        start = place.get("start", 0)
        found.append(Cited(place.get("searchResultIndex"), start, place.get("end", start), words))
    return found


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
