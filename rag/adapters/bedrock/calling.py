"""Calls of Amazon Bedrock: the client, what is tried again, what came of a call.

botocore's standard mode retries throttling, a model that is not ready, 5xx and broken connections
before the reply. 408, 424 and a body that breaks off are retried here. No attempt is retried by
both.
"""

from __future__ import annotations

import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from urllib3.exceptions import HTTPError

from rag.adapters import aws
from rag.adapters.bedrock.attempts import UnderWay, Wire
from rag.adapters.bedrock.errors import broken, explained
from rag.adapters.bedrock.throttling import wait_for_throttling
from rag.errors import RagError
from rag.types import Call, Tokens
from rag.writing import Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rag.adapters.bedrock.exchanges import Exchanges
    from rag.settings import BedrockSettings

T = TypeVar("T")

AGAIN = frozenset({"ModelTimeoutException", "ModelErrorException", "DependencyFailedException"})
"""Codes of errors that may pass and that botocore does not retry."""
_FEWEST_CONNECTIONS = 10
"""What botocore keeps open by itself."""


class AgainError(Exception):
    """An attempt failed in a way that may pass; `error` is what the user reads if it does not."""

    def __init__(self, error: RagError) -> None:
        super().__init__(str(error))
        self.error = error


def client_of(  # noqa: PLR0913 - what a client is made of
    service: str,
    settings: BedrockSettings,
    endpoint_url: str,
    *,
    connections: int = 1,
    mode: str = "standard",
    session: Any | None = None,
) -> Any:
    """Return a client with the timeouts and retries that are configured.

    Args:
        service: `bedrock-runtime` or `bedrock-agent-runtime`.
        settings: where it is, how long is waited.
        endpoint_url: takes the place of what botocore finds; empty: as found.
        connections: how many calls there may be at a time.
        mode: of botocore's retries; `adaptive` also learns from throttling how fast to ask.
        session: to take in place of one by the settings.
    """
    config = Config(
        connect_timeout=settings.connect_timeout_s,
        read_timeout=settings.read_timeout_s,
        retries={"mode": mode, "total_max_attempts": settings.attempts},
        max_pool_connections=max(connections, _FEWEST_CONNECTIONS),
    )
    made = aws.client(service, settings, endpoint_url, config, session)
    wait_for_throttling(made, service, settings)
    return made


def retrying(settings: BedrockSettings) -> Retrying:
    """Return what tries again on `AgainError`, as often and as patiently as configured."""
    return Retrying(
        retry=retry_if_exception_type(AgainError),
        stop=stop_after_attempt(settings.attempts),
        wait=wait_random_exponential(settings.backoff_s, settings.max_backoff_s),
        reraise=True,
    )


class Outcome(NamedTuple, Generic[T]):
    """What came of a call, with all its attempts."""

    value: T | None
    error: RagError | None
    """Why there is no value; None beside no value: it was interrupted."""
    seconds: float
    sent: int
    """How many attempts were sent; none if a cap forbade the first."""
    request_id: str
    input_tokens: int | None
    """As a header of the service says; None if it does not."""

    def failed(self, error: RagError | None) -> Outcome[Any]:
        """Return the call as one without a value, and why."""
        return Outcome(None, error, *self[2:])

    def as_call(self, model: str, purpose: str, prompt: str, passages: int) -> Call:
        """Return the call for the record; its `prompt` is the checksum of what was sent."""
        stopped = self.value is None and self.error is None
        tokens = None if self.input_tokens is None else Tokens(input=self.input_tokens)
        return Call(
            model=model,
            purpose=purpose,
            prompt=prompt,
            tokens=tokens,
            seconds=round(self.seconds, 3),
            retries=max(0, self.sent - 1),
            request_id=self.request_id,
            error=self.error.message if self.error else "interrupted" if stopped else "",
            passages=passages,
        )


INTERRUPTED: Outcome[Any] = Outcome(None, None, 0.0, 0, "", None)
"""A call of which nobody heard the end."""


class _Heard(threading.local):
    """What the last reply in one thread said."""

    request_id = ""
    input_tokens: int | None = None


class Service:
    """One service of Amazon Bedrock, for calls of one model from any thread.

    Args:
        name: as botocore names it.
        settings: where it is, how long is waited, how often it is tried.
        endpoint_url: takes the place of what botocore finds; empty: as found.
        model: the model's name, as the user wrote it.
        instead: see `explained`.
        budget: what all calls of the run may take; as much as they need if None.
        exchanges: stands between here and the service; None: nothing does.
        connections: how many calls there may be at a time.
    """

    def __init__(  # noqa: PLR0913 - what a call is made of
        self,
        name: str,
        settings: BedrockSettings,
        endpoint_url: str,
        *,
        model: str,
        instead: Mapping[str, str],
        budget: Budget | None = None,
        exchanges: Exchanges | None = None,
        connections: int = 1,
    ) -> None:
        self._name = name
        self._settings = settings
        self._endpoint_url = endpoint_url
        self._model = model
        self._instead = instead
        self._budget = budget or Budget()
        self._exchanges = exchanges
        self._connections = connections
        self._wire = Wire()
        self._heard = _Heard()
        self._making = threading.Lock()

    @cached_property
    def _made(self) -> Any:
        exchanges = self._exchanges
        made = client_of(
            self._name,
            self._settings,
            self._endpoint_url,
            connections=self._connections,
            mode="adaptive",
            session=exchanges.session(self._settings) if exchanges else None,
        )
        self._wire.watch(made, self._name)
        made.meta.events.register(f"after-call.{self._name}", self._hear)
        if exchanges:
            exchanges.attach(made)
        return made

    def ask(
        self,
        send: Callable[[Any], T],
        most: Tokens,
        told: Callable[[T], int | None] = lambda _: None,
    ) -> Outcome[T]:
        """Return what came of a call; nothing that may be expected is raised.

        Args:
            send: calls a client's method and reads the whole reply.
            most: what one attempt can take at most.
            told: the tokens of a question by the reply itself, where no header says them.
        """
        call, heard, begun = UnderWay(self._budget, most), self._heard, time.monotonic()
        value, error = None, None
        try:
            with self._wire.carrying(call):
                value = retrying(self._settings)(self._once, send)
        except AgainError as last:
            error = last.error
        except (ClientError, BotoCoreError) as wrong:
            error = self._explained(wrong)
        except RagError as none:  # a cap is reached; a replay has no reply
            error = none
        counted = heard.input_tokens
        if value is not None:
            counted = told(value) if counted is None else counted
        call.end(Tokens(input=counted) if value is not None and counted is not None else None)
        seconds = time.monotonic() - begun
        return Outcome(value, error, seconds, call.sent, heard.request_id, counted)

    def _once(self, send: Callable[[Any], T]) -> T:
        with self._making:  # boto3's sessions are for one thread, its clients for all
            client = self._made
        self._heard.request_id, self._heard.input_tokens = "", None
        try:
            return send(client)
        except ClientError as error:
            if aws.code_of(error) in AGAIN:
                raise AgainError(self._explained(error)) from error
            raise
        except (HTTPClientError, IncompleteReadError, HTTPError) as error:
            if not self._heard.request_id:  # before the reply: botocore has tried again
                raise
            raise AgainError(broken(f"{type(error).__name__}: {error}", self._model)) from error

    def _explained(self, error: Exception) -> RagError:
        return explained(error, self._model, self._instead)

    def _hear(self, http_response: Any, **_: object) -> None:
        """Keep what the headers of a reply say, whether or not it is a good one."""
        headers = http_response.headers
        self._heard.request_id = headers.get("x-amzn-RequestId", "")
        count = headers.get("x-amzn-bedrock-input-token-count", "")
        self._heard.input_tokens = int(count) if count.isdecimal() else None
