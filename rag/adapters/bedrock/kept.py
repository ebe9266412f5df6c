"""Replies that are kept: what a request is known by, and which replies are worth keeping."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from rag.adapters.bedrock.reply import Reply
from rag.text.digests import digest
from rag.types import Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.writing import Prompt


class Replies(Protocol):
    """Keeps replies by what was asked; see `rag.adapters.store.Replies`."""

    def get(self, request: str) -> tuple[str, str] | None:
        """Return the text of a reply and why it stopped."""
        ...

    def put(self, request: str, prompt: str, text: str, stop: str) -> None:
        """Keep a reply."""
        ...

    def forget(self, prompt: str) -> None:
        """Forget the replies to a prompt, by its checksum."""
        ...


class Kept:
    """Replies to identical requests: same model, same endpoint and region, same body.

    A reply that went back to the model was no good: it is forgotten, and what corrects it is not
    kept, so that the next run asks anew.

    Args:
        replies: where they are; None if none are kept.
    """

    def __init__(self, replies: Replies | None) -> None:
        self._replies = replies

    def found(self, prompt: Prompt, request: Mapping[str, Any], client: Any) -> Reply | None:
        """Return the reply that is kept; None if there is none."""
        if self._replies is None:
            return None
        if prompt.corrects:
            self._replies.forget(prompt.corrects)
            return None
        kept = self._replies.get(_name(request, client))
        return Reply(*kept, Tokens()) if kept else None

    def keep(self, prompt: Prompt, request: Mapping[str, Any], client: Any, reply: Reply) -> None:
        """Keep a reply that came to a good end."""
        if self._replies is not None and not prompt.corrects:
            name = _name(request, client)
            self._replies.put(name, prompt.checksum, reply.text, reply.stop)

    @property
    def is_on(self) -> bool:
        """Whether replies are kept."""
        return self._replies is not None


def _name(request: Mapping[str, Any], client: Any) -> str:
    meta = client.meta
    asked = json.dumps(request, sort_keys=True, ensure_ascii=False)
    return digest(str(meta.endpoint_url), str(meta.region_name), asked)
