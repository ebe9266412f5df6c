"""The attempts of calls, botocore's own counted: each is held against the budget before it is sent.

boto's events say in which thread they happen, not for which call: a thread carries one call at a
time.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore import exceptions as boto

from rag.types import Tokens
from rag.writing import most_packed, most_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rag.writing import Budget
    from rag.writing.budget import Held

_NOTHING_TAKEN = frozenset({400, 401, 403, 404, 413, 429, 503})
"""Statuses of requests that no model has read. What an attempt cost that broke off in any other way
the service does not say: it then counts as its most."""
_NEVER_ARRIVED = (
    boto.ConnectTimeoutError,
    boto.EndpointConnectionError,
    boto.ProxyConnectionError,
    boto.SSLError,
)
_HIDDEN = 600
"""Tokens that a service adds to a prompt with tools (up to 530 for Claude, doc)."""


class UnderWay:
    """One call, from its first attempt to its last.

    Args:
        budget: what the run may take.
        most: what one attempt can take at most.
    """

    def __init__(self, budget: Budget, most: Tokens) -> None:
        self.sent = 0
        """How many attempts were sent."""
        self.request_id = ""
        """The service's name for the last one that was heard of."""
        self._budget = budget
        self._most = most
        self._held: Held | None = None

    def begin(self) -> None:
        """Hold an attempt that is about to be sent.

        Raises:
            CapError: it could pass a cap.
        """
        self.end(None)
        self._held = self._budget.hold(self._most)
        self.sent += 1

    def end(self, tokens: Tokens | None) -> None:
        """Settle the attempt that is under way, if one is; None: nobody knows what it took."""
        if self._held is not None:
            self._held.settle(tokens)
            self._held = None


class Wire:
    """Tells each call of its own attempts."""

    def __init__(self) -> None:
        self._here = threading.local()

    def watch(self, client: Any, service: str = "bedrock-runtime") -> None:
        """Watch what a client of a service sends."""
        client.meta.events.register(f"before-send.{service}", self._sends)
        client.meta.events.register(f"response-received.{service}", self._hears)

    @contextmanager
    def carrying(self, call: UnderWay) -> Iterator[None]:
        """Take what this thread sends as attempts of a call."""
        self._here.call = call
        try:
            yield
        finally:
            self._here.call = None

    def _sends(self, **_: object) -> None:
        call: UnderWay | None = getattr(self._here, "call", None)
        if call is not None:
            call.begin()

    def _hears(
        self, response_dict: Mapping[str, Any] | None, exception: Exception | None, **_: object
    ) -> None:
        call: UnderWay | None = getattr(self._here, "call", None)
        if call is None:
            return
        status = response_dict["status_code"] if response_dict else None
        if status in _NOTHING_TAKEN or isinstance(exception, _NEVER_ARRIVED):
            call.end(Tokens())


def most_of(request: Mapping[str, Any]) -> Tokens:
    """Return the most that one attempt of a request can take."""
    written = json.dumps(request, ensure_ascii=False)
    output = request["inferenceConfig"]["maxTokens"]
    return Tokens(input=most_tokens(written) + _HIDDEN, output=output)


def most_of_longest(input_tokens: int, output_tokens: int) -> Tokens:
    """Return the most that an attempt can take whose prompt may have so many tokens."""
    return Tokens(input=most_packed(input_tokens) + _HIDDEN, output=output_tokens)
