"""One language model on Amazon Bedrock, called by boto3.

botocore's standard mode retries what it knows: throttling, a model that is not ready, 5xx, broken
connections before the reply. What it does not retry is retried here: 408, 424, and a reply that
breaks off, in whichever way. No attempt is retried by both.
"""

from __future__ import annotations

import time
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from botocore.parsers import ResponseParserError
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from urllib3.exceptions import HTTPError

from rag import __version__
from rag.adapters.bedrock.errors import GOOD_ENDS, broken, explained, unfinished
from rag.adapters.bedrock.reply import Assembly, Reply, whole
from rag.adapters.bedrock.request import request_of
from rag.replies import Malformed
from rag.types import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rag.errors import RagError
    from rag.settings import BedrockSettings
    from rag.types import Abilities
    from rag.writing import Prompt

_AGAIN = frozenset({"ModelTimeoutException", "ModelErrorException"})
"""Codes of errors that may pass and that botocore does not retry."""
_FINAL_IN_STREAM = frozenset({"validationException", "accessDeniedException"})


class _AgainError(Exception):
    """An attempt failed in a way that may pass; `error` is what the user reads if it does not."""

    def __init__(self, error: RagError) -> None:
        super().__init__(str(error))
        self.error = error


class BedrockModel:
    """A language model on Amazon Bedrock. See `rag.writing.Model`.

    Args:
        model_id: a model id, an inference profile or an ARN.
        abilities: what it can do.
        settings: region, timeouts, retries, limits.
        record: keeps a call, whether or not a reply came.
    """

    def __init__(
        self,
        model_id: str,
        abilities: Abilities,
        settings: BedrockSettings,
        record: Callable[[Call], None],
    ) -> None:
        self.name = f"bedrock/{model_id}"
        self._id = model_id
        self._abilities = abilities
        self._settings = settings
        self._record = record
        self._output_tokens = min(settings.max_output_tokens, abilities.output_tokens)
        self._sent = 0
        self._request_id = ""

    @property
    def input_tokens(self) -> int:
        """See `Model.input_tokens`: what is allowed, of what the reply leaves of the context."""
        left = self._abilities.context_tokens - self._output_tokens
        return min(self._settings.max_input_tokens, left)

    def reply(self, prompt: Prompt) -> str | Malformed:
        """See `Model.reply`. The call is recorded before this returns or raises."""
        return self.stream(prompt, lambda _: None)

    def stream(self, prompt: Prompt, heard: Callable[[str], None]) -> str | Malformed:
        """See `StreamingModel.stream`: where ConverseStream may not be called, nothing is heard."""
        begun = time.monotonic()
        self._sent, self._request_id = 0, ""
        found: Reply | None = None
        wrong: RagError | Malformed | None = None
        ended = "interrupted"
        try:
            found, wrong = self._attempted(prompt, heard)
            ended = wrong.message if wrong else ""
        finally:  # what is interrupted may have cost something, too
            self._record(
                Call(
                    model=self.name,
                    purpose=prompt.purpose,
                    prompt=prompt.checksum,
                    tokens=found.tokens if found else None,
                    seconds=round(time.monotonic() - begun, 3),
                    retries=max(0, self._sent - 1),
                    stop=found.stop if found else "",
                    request_id=self._request_id,
                    error=ended,
                    passages=prompt.passages,
                    left_out=prompt.left_out,
                )
            )
        if isinstance(wrong, Malformed):
            return wrong
        if wrong is not None or found is None:
            raise wrong or AssertionError(prompt.purpose)
        return found.text

    @cached_property
    def _client(self) -> Any:
        settings = self._settings
        session = boto3.Session(
            profile_name=settings.profile or None, region_name=settings.region or None
        )
        client = session.client(
            "bedrock-runtime",
            endpoint_url=settings.endpoint_url or None,
            config=Config(
                connect_timeout=settings.connect_timeout_s,
                read_timeout=settings.read_timeout_s,
                retries={"mode": "standard", "total_max_attempts": settings.attempts},
                user_agent_extra=f"rag/{__version__}",
            ),
        )
        client.meta.events.register("before-send.bedrock-runtime", self._count)
        return client

    def _count(self, **_: object) -> None:
        """Count what is sent: no exception of botocore's says how often it tried."""
        self._sent += 1

    def _attempted(
        self, prompt: Prompt, heard: Callable[[str], None]
    ) -> tuple[Reply | None, RagError | Malformed | None]:
        """Return the reply, if one came to an end, and what is wrong with it or came instead."""
        settings = self._settings
        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError),
            stop=stop_after_attempt(settings.attempts),
            wait=wait_random_exponential(settings.backoff_s, settings.max_backoff_s),
            reraise=True,
        )
        request = request_of(self._id, prompt, self._abilities, self._output_tokens)
        try:
            found = retrying(self._once, request, heard)
        except _AgainError as last:
            return None, last.error
        except (ClientError, BotoCoreError) as error:
            return None, explained(error, self.name)
        return found, None if found.stop in GOOD_ENDS else unfinished(found.stop, self.name)

    def _once(self, request: Mapping[str, Any], heard: Callable[[str], None]) -> Reply:
        """Ask once; what may pass is raised as `_AgainError`."""
        streams = self._abilities.stream
        try:
            found = self._streamed(request, heard) if streams else self._whole(request)
        except EventStreamError as error:
            if error.response.get("Error", {}).get("Code") in _FINAL_IN_STREAM:
                raise
            raise _AgainError(explained(error, self.name)) from error
        except ClientError as error:
            self._heard(error.response)
            if error.response.get("Error", {}).get("Code") in _AGAIN:
                raise _AgainError(explained(error, self.name)) from error
            raise
        except (ParserError, ResponseParserError, HTTPError) as error:
            raise _AgainError(broken(f"{type(error).__name__}: {error}", self.name)) from error
        if found is None:
            raise _AgainError(broken("it ended before the message did", self.name))
        return found

    def _whole(self, request: Mapping[str, Any]) -> Reply | None:
        response = self._client.converse(**request)
        self._heard(response)
        return whole(response)

    def _streamed(self, request: Mapping[str, Any], heard: Callable[[str], None]) -> Reply | None:
        response = self._client.converse_stream(**request)
        self._heard(response)
        assembly = Assembly(tool=self._abilities.structure == "tool")
        with closing(response["stream"]) as events:
            try:
                for event in events:
                    if assembly.add(event):
                        heard(assembly.text)
            except (ParserError, HTTPError):
                if not assembly.has_ended:  # else only the counts are lost
                    raise
        return assembly.reply()

    def _heard(self, response: Mapping[str, Any]) -> None:
        self._request_id = str(response.get("ResponseMetadata", {}).get("RequestId", ""))
