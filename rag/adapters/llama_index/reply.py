"""LlamaIndex's response → a reply: its text, why it ended, what it took.

What a vendor told stands in `raw`, as an object or a mapping, under names of the vendor's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from llama_index.core.base.llms.types import ToolCallBlock

from rag.types import Tokens
from rag.writing import CutError, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llama_index.core.base.llms.types import ChatResponse

_THOUGHT = re.compile(r"\s*<think>.*?(</think>\s*|\Z)", re.DOTALL)
"""Reasoning that a server left at the beginning of the text; it is no part of the reply."""
_STOPS = ("finish_reason", "stop_reason", "done_reason", "stopReason")
_CUT = frozenset({"length", "max_tokens", "max_output_tokens", "model_length", "max_length"})
_WITHHELD = frozenset(
    "content_filter content_filtered safety recitation blocklist prohibited_content spii refusal "
    "guardrail_intervened".split()
)
_IN = ("prompt_tokens", "input_tokens", "prompt_eval_count", "prompt_token_count")
_OUT = ("completion_tokens", "output_tokens", "eval_count", "candidates_token_count")


class Reply(NamedTuple):
    """A reply that came to an end."""

    text: str
    """What the model put into the tool, else what it said; reasoning is no part of it."""
    stop: str
    """Why it stopped, in the vendor's word, lower case; empty if the vendor did not say."""
    tokens: Tokens | None
    """None if the vendor did not say."""


def reply_of(response: ChatResponse) -> Reply:
    """Return what a response says."""
    message = response.message
    inputs = [item.tool_kwargs for item in message.blocks if isinstance(item, ToolCallBlock)]
    told = [item if isinstance(item, str) else json.dumps(item) for item in inputs]
    text = told[0] if told else said(message.content)
    return Reply(text, _stop(response), _tokens(response))


def said(content: str | None) -> str:
    """Return what a model says, without reasoning at its beginning, whole or not."""
    return _THOUGHT.sub("", content or "", count=1) if content else ""


def unfinished(stop: str, model: str) -> UnfinishedError | None:
    """Return the error of a stop reason that is no good end.

    Vendors have many words for a good end, and a reply is read strictly: half of one is none. So
    only words that are known to be bad are errors.
    """
    if stop in _CUT:
        what = f"{model}: the reply was cut at its longest ({stop})"
        return CutError(what, advice="raise llama_index.output_tokens")
    if stop in _WITHHELD:
        what = f"{model}: the model's filter withheld the reply ({stop})"
        return UnfinishedError(what, advice="try another model")
    return None


def _stop(response: ChatResponse) -> str:
    for holder in _holders(response):
        for name in _STOPS:
            value = _get(holder, name)
            if isinstance(value, Enum):
                value = value.name
            if isinstance(value, str) and value.strip():
                return " ".join(value.split())[:80].lower()
    return ""


def _holders(response: ChatResponse) -> Iterator[Any]:
    """Yield where vendors tell why a reply ended and what it took, the nearest first."""
    for name in ("choices", "candidates"):
        choices = _get(response.raw, name)
        if isinstance(choices, (list, tuple)):
            yield from choices[:1]
    yield response.raw
    yield response.additional_kwargs
    yield response.message.additional_kwargs


def _tokens(response: ChatResponse) -> Tokens | None:
    for holder in _holders(response):
        for name in ("usage", "usage_metadata", "usageMetadata"):
            if found := _counts(_get(holder, name)):
                return found
        if found := _counts(holder):
            return found
    return None


def _counts(usage: Any) -> Tokens | None:
    """Return tokens by kind. Where the prompt's count has those of the cache, they leave it."""
    sent, replied = _number(usage, _IN), _number(usage, _OUT)
    if sent is None or replied is None:
        return None
    inside = _number(_get(usage, "prompt_tokens_details"), ("cached_tokens",)) or 0
    inside = min(sent, inside)
    return Tokens(
        input=sent - inside,
        output=replied,
        cache_read=inside or _number(usage, ("cache_read_input_tokens",)) or 0,
        cache_write=_number(usage, ("cache_creation_input_tokens",)) or 0,
    )


def _number(holder: Any, names: Iterable[str]) -> int | None:
    for name in names:
        value = _get(holder, name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def _get(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)
