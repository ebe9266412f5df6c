"""One language model in a GGUF file, run in this process by llama.cpp through xllamacpp.

The vendor's object is a server: it also listens on a free port of the loopback interface. Nobody
is told the port, and what it serves asks for a key that is thrown away.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from functools import cached_property
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import xllamacpp

from rag.errors import PrerequisiteError, ServiceError
from rag.types import Call, Tokens
from rag.writing import Budget, UnfinishedError, estimated, most_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rag.errors import RagError
    from rag.settings import LocalSettings
    from rag.types import Forecast
    from rag.writing import Prompt

_MAGIC = b"GGUF"
_SHOWN = 1 << 20
"""Bytes of the beginning and of the end of a file that tell it from another one."""
_GOOD_ENDS = {"stop"}
_TOO_LONG = "exceed_context_size_error"


class _Said(NamedTuple):
    """What came of a question."""

    text: str
    stop: str
    """`finish_reason`; empty if the model came to no end."""
    tokens: Tokens | None
    error: Mapping[str, Any]
    """The error in place of a reply; empty if there is none."""


class LocalModel:
    """A language model in a file. See `rag.writing.Model`.

    It takes the likeliest token each time (temperature 0) and is held to the reply's JSON schema
    by a grammar. One prompt at a time; the weights are loaded with the first.

    Args:
        path: a GGUF file of a model that can chat.
        settings: threads, context, the longest reply.
        record: keeps a call, whether or not a reply came.
        budget: what all calls of the run may take; as much as they need if None.

    Raises:
        PrerequisiteError: there is no such file, or it is no GGUF.
    """

    def __init__(
        self,
        path: Path,
        settings: LocalSettings,
        record: Callable[[Call], None],
        budget: Budget | None = None,
    ) -> None:
        self.name = f"local/{path.name}@{_fingerprint(path)}"
        self._path = path
        self._settings = settings
        self._record = record
        self._budget = budget or Budget()
        self._one = Lock()

    @property
    def input_tokens(self) -> int:
        """See `Model.input_tokens`: what the reply leaves of the context."""
        return self._settings.context_tokens - self._settings.output_tokens

    def at_once(self, calls: int) -> int:  # noqa: ARG002 - the protocol's
        """See `Model.at_once`: one call takes all threads that there are."""
        return 1

    def forecast(self, prompt: Prompt) -> Forecast:
        """See `Model.forecast`: estimated, as the weights need not be loaded for it."""
        return estimated(self, prompt, output_limit=self._settings.output_tokens)

    def reply(self, prompt: Prompt) -> str:
        """See `Model.reply`. The call is recorded before this returns or raises."""
        request = self._request(prompt)
        with self._one:
            # Before the weights are loaded: a server that is thrown away unasked never returns.
            held = self._budget.hold(self._most(request))
            try:
                server = self._server
            except PrerequisiteError:
                held.settle(Tokens())
                raise
            begun = time.monotonic()
            said: _Said | None = None
            wrong: RagError | None = None
            ended = "interrupted"
            try:
                said = _asked(server, request)
                wrong = self._wrong(said)
                ended = wrong.message if wrong else ""
            finally:
                held.settle(said.tokens if said else None)
                self._record(self._as_call(prompt, said, begun, ended))
        if wrong is not None:
            raise wrong
        return said.text

    def _most(self, request: dict[str, Any]) -> Tokens:
        """Return the most that a request can take: never more than the context."""
        told = most_tokens(json.dumps(request, ensure_ascii=False))
        output = self._settings.output_tokens
        return Tokens(input=min(told, self._settings.context_tokens - output), output=output)

    def _as_call(self, prompt: Prompt, said: _Said | None, begun: float, ended: str) -> Call:
        return Call(
            model=self.name,
            purpose=prompt.purpose,
            prompt=prompt.checksum,
            tokens=said.tokens if said else None,
            seconds=round(time.monotonic() - begun, 3),
            retries=0,
            stop=said.stop if said else "",
            error=ended,
            passages=prompt.passages,
            left_out=prompt.left_out,
        )

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        task = f"{prompt.fixed}\n\n{prompt.plain}\n{prompt.form_schema}"
        schema = {"name": prompt.form, "schema": json.loads(prompt.form_schema), "strict": True}
        return {
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": "\n\n".join([task, *prompt.data])},
            ],
            "response_format": {"type": "json_schema", "json_schema": schema},
            "temperature": 0,
            "max_tokens": self._settings.output_tokens,
            "cache_prompt": self._settings.reuse_prompt,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def _wrong(self, said: _Said) -> RagError | None:
        """Return what is wrong with what came; None if it is a reply."""
        if said.error:
            words = " ".join(str(said.error.get("message", said.error)).split())
            if said.error.get("type") == _TOO_LONG:
                return UnfinishedError(
                    f"{self.name}: the prompt is too long for the model ({words})",
                    advice="raise local.context_tokens",
                )
            return ServiceError(f"{self.name}: the model failed ({words})")
        if said.stop == "length":
            return UnfinishedError(
                f"{self.name}: the reply was cut at its longest (length)",
                advice="raise local.output_tokens",
            )
        if said.stop not in _GOOD_ENDS:
            return UnfinishedError(
                f"{self.name}: the reply came to no good end ({said.stop or 'none'})",
                advice="try another model",
            )
        return None

    @cached_property
    def _server(self) -> Any:
        params = xllamacpp.CommonParams()
        params.model.path = str(self._path)
        params.n_ctx = self._settings.context_tokens
        params.n_parallel = 1
        params.cpuparams.n_threads = self._settings.threads
        params.cpuparams_batch.n_threads = self._settings.threads
        params.fit_params = False  # the context is as it is set, or the load fails
        params.cache_ram_mib = 0
        params.warmup = False
        params.verbosity = -1  # nothing but errors on standard error
        params.ui = False
        params.endpoint_slots = False
        params.api_keys = [secrets.token_hex(32)]
        try:
            return xllamacpp.Server(params)
        except RuntimeError as error:
            raise PrerequisiteError(
                f"{self._path} cannot be loaded ({error})",
                advice="name a GGUF file of a model that can chat, or lower local.context_tokens",
            ) from error


def _asked(server: Any, request: dict[str, Any]) -> _Said:
    """Ask in a thread, so that Ctrl-C ends the wait at once and the model with the next token."""
    chunks: list[dict[str, Any]] = []
    failed: list[Exception] = []
    is_over = False

    def take(chunk: dict[str, Any]) -> bool:
        chunks.append(chunk)
        return is_over

    def ask() -> None:
        try:
            server.handle_chat_completions(request, take)
        except Exception as error:  # noqa: BLE001 - it is raised below, in the caller's thread
            failed.append(error)

    thread = Thread(target=ask, daemon=True, name="local model")
    thread.start()
    try:
        thread.join()
    finally:
        is_over = True
    if failed:
        raise failed[0]
    return _assembled(chunks)


def _assembled(chunks: list[dict[str, Any]]) -> _Said:
    """Return a stream's chunks as what they say; what is not known is passed over."""
    text, stop = "", ""
    tokens: Tokens | None = None
    error: Mapping[str, Any] = {}
    for chunk in chunks:
        error = chunk.get("error") or error
        for choice in chunk.get("choices") or ():
            text += (choice.get("delta") or {}).get("content") or ""
            stop = choice.get("finish_reason") or stop
        if usage := chunk.get("usage"):
            read = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
            tokens = Tokens(
                input=usage["prompt_tokens"] - read,
                output=usage["completion_tokens"],
                cache_read=read,
            )
    return _Said(text, stop, tokens, error)


def _fingerprint(path: Path) -> str:
    """Return what tells a file's content from another's, in a moment: 8 hex digits.

    The beginning of a GGUF file has the model's name, shape and quantisation, its end weights.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            beginning = file.read(_SHOWN)
            file.seek(max(0, size - _SHOWN))
            end = file.read(_SHOWN)
    except OSError as error:
        raise PrerequisiteError(
            f"the model {path} cannot be read ({error.strerror})",
            advice='name a GGUF file, as in model = "local/models/name.gguf" (docs/models.md)',
        ) from error
    if not beginning.startswith(_MAGIC):
        raise PrerequisiteError(
            f"the model {path} is no GGUF file", advice="see docs/models.md for how to get one"
        )
    return hashlib.sha256(b"%d " % size + beginning + end).hexdigest()[:8]
