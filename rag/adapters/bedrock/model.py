"""One language model on Amazon Bedrock, called by boto3.

botocore's standard mode retries what it knows: throttling, a model that is not ready, 5xx, broken
connections before the reply. What it does not retry is retried here: 408, 424, and a reply that
breaks off, in whichever way. No attempt is retried by both.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from rag.adapters.bedrock.attempts import UnderWay, Wire, most_of, most_of_longest
from rag.adapters.bedrock.calling import AGAIN, AgainError, client_of, retrying
from rag.adapters.bedrock.errors import GOOD_ENDS, broken, explained, unfinished
from rag.adapters.bedrock.kept import Kept
from rag.adapters.bedrock.reply import Assembly, Reply, whole
from rag.adapters.bedrock.request import counting_of, request_of, uncounted_of
from rag.errors import CapError, RagError
from rag.replies import Malformed
from rag.types import Call, Forecast, Tokens
from rag.writing import Budget, call_of, estimated, likely_tokens, witnessed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rag.adapters.bedrock.exchanges import Exchanges
    from rag.adapters.bedrock.kept import Replies
    from rag.settings import BedrockSettings
    from rag.types import Abilities, Witness
    from rag.writing import Prompt

_FINAL_IN_STREAM = frozenset({"validationException", "accessDeniedException"})
_INTERRUPTED = "interrupted"


def _witnesses(prompt: Prompt, reply: Reply) -> tuple[Witness, ...]:
    """Return what the service cites by itself, by our keys."""
    keys = {at: item.key for at, item in enumerate(prompt.evidence)}
    told = [
        (keys.get(item.result, "") if item.result is not None else "", *item[1:])
        for item in reply.cited
    ]
    return witnessed(reply.text, told)


class BedrockModel:
    """A language model on Amazon Bedrock. See `rag.writing.Model`.

    Args:
        model_id: a model id, an inference profile or an ARN.
        abilities: what it can do.
        settings: region, timeouts, retries, limits.
        record: keeps a call, whether or not a reply came.
        budget: what all calls of the run may take; as much as they need if None.
        replies: where replies are kept for identical requests; none are if None.
        exchanges: stands between here and the service; None: nothing does.
    """

    def __init__(  # noqa: PLR0913 - what a model is, and what watches it
        self,
        model_id: str,
        abilities: Abilities,
        settings: BedrockSettings,
        record: Callable[[Call], None],
        *,
        budget: Budget | None = None,
        replies: Replies | None = None,
        exchanges: Exchanges | None = None,
    ) -> None:
        self.name = f"bedrock/{model_id}"
        self._id = model_id
        self._abilities = abilities
        self._settings = settings
        self._record = record
        self._exchanges = exchanges
        self._output_tokens = min(settings.max_output_tokens, abilities.output_tokens)
        self._budget = budget or Budget()
        self._kept = Kept(replies)
        self._wire = Wire()
        self._uncounted = ""
        self._lock = threading.Lock()
        self._under_way: dict[UnderWay, Callable[[Reply | None, str], Call]] = {}

    @property
    def input_tokens(self) -> int:
        """See `Model.input_tokens`: what is allowed, of what the reply leaves of the context."""
        left = self._abilities.context_tokens - self._output_tokens
        return min(self._settings.max_input_tokens, left)

    def at_once(self, calls: int) -> int:
        """See `Model.at_once`: as configured, unless so many calls could reach a cap."""
        most = most_of_longest(self.input_tokens, self._output_tokens)
        return self._settings.max_concurrency if self._budget.has_room(most, calls) else 1

    def forecast(self, prompt: Prompt) -> Forecast:
        """See `Model.forecast`: counted by CountTokens where the model has it, else estimated.

        CountTokens costs nothing. Where it fails, it is not asked again by this model.
        """
        tokens = None
        if self._abilities.count and not self._uncounted:
            request = request_of(self._id, prompt, self._abilities, self._output_tokens)
            try:
                found = self._client.count_tokens(**counting_of(request))
                tokens = found["inputTokens"] + likely_tokens(uncounted_of(request))
            except (ClientError, BotoCoreError) as error:
                self._uncounted = str(explained(error, self.name))
            except RagError as error:  # a replay that has no count
                self._uncounted = str(error)
        found = estimated(self, prompt, output_limit=self._output_tokens)
        if tokens is None:
            return found.model_copy(update={"uncounted": self._uncounted})
        return found.model_copy(update={"input": tokens, "is_counted": True})

    def reply(self, prompt: Prompt) -> str | Malformed:
        """See `Model.reply`. The call is recorded before this returns or raises."""
        return self.stream(prompt, lambda _: None)

    def stream(self, prompt: Prompt, heard: Callable[[str], None]) -> str | Malformed:
        """See `StreamingModel.stream`: where ConverseStream may not be called, nothing is heard."""
        request = request_of(self._id, prompt, self._abilities, self._output_tokens)
        kept = self._kept_reply(prompt, request)
        if kept is not None:
            return kept.text
        found = self._asked(prompt, request, heard)
        if isinstance(found, Malformed):
            return found
        if self._kept.is_on:
            self._kept.keep(prompt, request, self._client, found)
        return found.text

    def _kept_reply(self, prompt: Prompt, request: Mapping[str, Any]) -> Reply | None:
        """Return the reply that is kept, if there is one: a call that takes nothing."""
        if not self._kept.is_on:
            return None
        begun = time.monotonic()
        try:
            found = self._kept.found(prompt, request, self._client)
        except BotoCoreError as error:  # no region, no such profile
            raise explained(error, self.name) from error
        if found is not None:
            call = self._as_call(prompt, UnderWay(self._budget, Tokens()), begun, found, "")
            self._record(call.model_copy(update={"is_kept": True}))
        return found

    def _asked(
        self, prompt: Prompt, request: Mapping[str, Any], heard: Callable[[str], None]
    ) -> Reply | Malformed:
        call = UnderWay(self._budget, most_of(request))
        recorded = partial(self._as_call, prompt, call, time.monotonic())
        found: Reply | None = None
        wrong: RagError | Malformed | None = None
        ended = _INTERRUPTED
        with self._lock:
            self._under_way[call] = recorded
        try:
            with self._wire.carrying(call):
                found, wrong = self._attempted(request, call, heard)
            ended = wrong.message if wrong else ""
        finally:  # what is interrupted may have cost something, too
            call.end(found.tokens if found else None)
            with self._lock:
                is_mine = self._under_way.pop(call, None) is not None
            # What was not sent because of a cap is no call.
            if is_mine and (call.sent or not isinstance(wrong, CapError)):
                self._record(recorded(found, ended))
        if isinstance(wrong, Malformed):
            return wrong
        if wrong is not None or found is None:
            raise wrong or AssertionError(prompt.purpose)
        return found

    def close(self) -> None:
        """Record what is under way as interrupted; what comes of it later is not heard."""
        with self._lock:
            left = list(self._under_way.values())
            self._under_way.clear()
        for recorded in left:
            self._record(recorded(None, _INTERRUPTED))

    def _as_call(
        self, prompt: Prompt, call: UnderWay, begun: float, found: Reply | None, ended: str
    ) -> Call:
        retries = max(0, call.sent - 1)
        made = call_of(prompt, self.name, found, begun=begun, ended=ended, retries=retries)
        cited = _witnesses(prompt, found) if found else ()
        return made.model_copy(update={"request_id": call.request_id, "witnesses": cited})

    @property
    def _client(self) -> Any:
        with self._lock:  # calls of one model share a client, and its limit
            return self._made_client

    @cached_property
    def _made_client(self) -> Any:
        exchanges = self._exchanges
        client = client_of(
            "bedrock-runtime",
            self._settings,
            self._settings.endpoint_url,
            connections=self._settings.max_concurrency,
            mode="adaptive",
            session=exchanges.session(self._settings) if exchanges else None,
        )
        self._wire.watch(client)
        if exchanges:
            exchanges.attach(client)
        return client

    def _attempted(
        self, request: Mapping[str, Any], call: UnderWay, heard: Callable[[str], None]
    ) -> tuple[Reply | None, RagError | Malformed | None]:
        """Return the reply, if one came to an end, and what is wrong with it or came instead."""
        try:
            found = retrying(self._settings)(self._once, request, call, heard)
        except AgainError as last:
            return None, last.error
        except (ClientError, BotoCoreError) as error:
            return None, explained(error, self.name)
        except RagError as error:  # a cap is reached; a replay has no reply
            return None, error
        if found.stop in GOOD_ENDS:
            return found, None
        return found, unfinished(found.stop, self.name, self._settings, self._abilities)

    def _once(
        self, request: Mapping[str, Any], call: UnderWay, heard: Callable[[str], None]
    ) -> Reply:
        """Ask once; what may pass is raised as `AgainError`."""
        streams = self._abilities.stream
        try:
            found = self._streamed(request, call, heard) if streams else self._whole(request, call)
        except EventStreamError as error:
            if error.response.get("Error", {}).get("Code") in _FINAL_IN_STREAM:
                raise
            raise AgainError(explained(error, self.name)) from error
        except ClientError as error:
            call.request_id = _request_id(error.response)
            if error.response.get("Error", {}).get("Code") in AGAIN:
                raise AgainError(explained(error, self.name)) from error
            raise
        except (ParserError, ResponseParserError, HTTPError) as error:
            raise AgainError(broken(f"{type(error).__name__}: {error}", self.name)) from error
        if found is None:
            raise AgainError(broken("it ended before the message did", self.name))
        return found

    def _whole(self, request: Mapping[str, Any], call: UnderWay) -> Reply | None:
        response = self._client.converse(**request)
        call.request_id = _request_id(response)
        return whole(response)

    def _streamed(
        self, request: Mapping[str, Any], call: UnderWay, heard: Callable[[str], None]
    ) -> Reply | None:
        response = self._client.converse_stream(**request)
        call.request_id = _request_id(response)
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


def _request_id(response: Mapping[str, Any]) -> str:
    return str(response.get("ResponseMetadata", {}).get("RequestId", ""))
