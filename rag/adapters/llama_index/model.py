"""A language model by any class of LlamaIndex's."""

from __future__ import annotations

import json
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import LLM
from llama_index.core.tools import FunctionTool, ToolMetadata

from rag.adapters.llama_index.calling import RETRIES, Attempts, Caller, VendorError
from rag.adapters.llama_index.loading import Wanted, make
from rag.adapters.llama_index.naming import model_name
from rag.adapters.llama_index.reply import Reply, reply_of, unfinished
from rag.errors import CapError, ConfigError, RagError
from rag.types import Call, Tokens
from rag.writing import Budget, call_of, estimated, most_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from llama_index.core.base.llms.types import ChatResponse

    from rag.settings import LlamaIndexSettings
    from rag.types import Forecast
    from rag.writing import Prompt

_LEAST = 1000
"""Tokens that a prompt must be allowed: the instructions alone take most of them."""
_HIDDEN = 600
"""Tokens that a service adds to a prompt: the marks of a conversation, a function's frame."""
_DESCRIPTION = "What was asked for."


@dataclass
class _Form(ToolMetadata):
    """A tool's name and description, with a JSON schema in place of a class of values."""

    schema: str = "{}"

    def get_parameters_dict(self) -> dict[str, Any]:
        """Return the schema; each call gets one of its own, since vendors write into it."""
        parameters: dict[str, Any] = json.loads(self.schema)
        return parameters


class LlamaIndexModel:
    """A language model by a class of LlamaIndex's. See `rag.writing.Model`.

    The class may be called from several threads at once.

    Args:
        class_path: module and class, such as `llama_index.llms.ollama.Ollama`.
        settings: the class's arguments, our limits, retries.
        record: keeps a call, whether or not a reply came.
        budget: what all calls of the run may take; as much as they need if None.

    Raises:
        PrerequisiteError: a package or a variable of the environment is missing.
        ConfigError: the class is none, of another kind, or refuses its arguments.
    """

    def __init__(
        self,
        class_path: str,
        settings: LlamaIndexSettings,
        record: Callable[[Call], None],
        budget: Budget | None = None,
    ) -> None:
        self.name = model_name(class_path, settings.model)
        self._settings = settings
        self._record = record
        self._budget = budget or Budget()
        if self.input_tokens < _LEAST:
            raise ConfigError(
                f"llama_index.context_tokens = {settings.context_tokens} leaves no room for a "
                f"prompt beside llama_index.output_tokens = {settings.output_tokens}",
                advice="raise the first or lower the second",
            )
        made = make(
            Wanted(
                key="model",
                class_path=class_path,
                table="llama_index.model",
                arguments=settings.model,
                defaults=(
                    (("context_window",), settings.context_tokens),
                    (("max_tokens", "max_new_tokens"), settings.output_tokens),
                    (("timeout", "request_timeout"), settings.timeout_s),
                    ((RETRIES,), 0),
                ),
            ),
            LLM,
            "an LLM of LlamaIndex's",
        )
        self._llm: LLM = made.instance
        self._caller = Caller(
            self.name,
            settings,
            settings.model,
            made.secrets,
            limit="llama_index.context_tokens",
        )
        self._keyword = _schema_keyword(self._llm) if settings.structure == "schema" else ""
        if settings.structure == "tool" and not isinstance(self._llm, FunctionCallingLLM):
            raise ConfigError(
                f'llama_index.structure = "tool": {class_path} calls no functions',
                advice='use "json"',
            )

    @property
    def input_tokens(self) -> int:
        """See `Model.input_tokens`: what the reply leaves of the context."""
        return self._settings.context_tokens - self._settings.output_tokens

    def at_once(self, calls: int) -> int:  # noqa: ARG002 - the protocol's
        """See `Model.at_once`. One: what a class bears, and its server, we cannot know."""
        return 1

    def forecast(self, prompt: Prompt) -> Forecast:
        """See `Model.forecast`: estimated, since nobody can say what a class counts."""
        return estimated(self, prompt, output_limit=self._settings.output_tokens)

    def reply(self, prompt: Prompt) -> str:
        """See `Model.reply`. The call is recorded before this returns or raises."""
        return self._asked(prompt, partial(self._chat, prompt))

    def stream(self, prompt: Prompt, heard: Callable[[str], None]) -> str:
        """See `StreamingModel.stream`. Nothing is heard if not configured, or of a function."""
        if self._settings.structure == "tool" or not self._settings.stream:
            return self.reply(prompt)
        return self._asked(prompt, partial(self._streamed, prompt, heard))

    def _asked(self, prompt: Prompt, ask: Callable[[], Reply]) -> str:
        begun = time.monotonic()
        attempts: Attempts[Reply] = Attempts(
            self._budget, self._most(prompt), lambda reply: reply.tokens
        )
        found: Reply | None = None
        wrong: RagError | None = None
        ended = "interrupted"
        try:
            try:
                found = self._caller.retrying()(attempts, ask)
                wrong = unfinished(found.stop, self.name)
            except VendorError as error:
                wrong = error.told.error
                wrong.__cause__ = error.__cause__
            except CapError as error:
                wrong = error
            ended = wrong.message if wrong else ""
        finally:  # what is interrupted may have cost something, too
            if attempts.sent:  # what was not sent because of a cap is no call
                again = attempts.sent - 1
                self._record(
                    call_of(prompt, self.name, found, begun=begun, ended=ended, retries=again)
                )
        if wrong is not None or found is None:
            raise wrong or AssertionError(prompt.purpose)
        return found.text

    def _most(self, prompt: Prompt) -> Tokens:
        """Return the most that one attempt can take; a class may count its own longest reply."""
        told = [prompt.system, prompt.fixed, prompt.plain, prompt.form_schema, *prompt.data]
        return Tokens(
            input=most_tokens("".join(told)) + _HIDDEN, output=self._settings.output_tokens
        )

    def _chat(self, prompt: Prompt) -> Reply:
        messages, form = self._messages(prompt), self._form(prompt)
        if self._settings.structure == "tool":
            return reply_of(self._caller.once(lambda: self._with_tool(prompt, messages)))
        return reply_of(self._caller.once(lambda: self._llm.chat(messages, **form)))

    def _with_tool(self, prompt: Prompt, messages: list[ChatMessage]) -> ChatResponse:
        metadata = _Form(name=prompt.form, description=_DESCRIPTION, schema=prompt.form_schema)
        tool = FunctionTool(fn=lambda **_: None, metadata=metadata)
        llm: Any = self._llm
        response: ChatResponse = llm.chat_with_tools(
            [tool], chat_history=messages, tool_required=True
        )
        return response

    def _streamed(self, prompt: Prompt, heard: Callable[[str], None]) -> Reply:
        whole = ""
        last = Reply("", "", None)
        with closing(self._responses(prompt)) as responses:
            for response in responses:
                part = reply_of(response)
                last = Reply(part.text, part.stop or last.stop, part.tokens or last.tokens)
                if last.text != whole:
                    whole = last.text
                    heard(whole)
        return last

    def _responses(self, prompt: Prompt) -> Generator[ChatResponse, None, None]:
        """Yield what comes; what the vendor raises meanwhile is the vendor's."""
        messages, form = self._messages(prompt), self._form(prompt)
        try:
            yield from self._llm.stream_chat(messages, **form)
        except Exception as error:
            raise self._caller.understood(error) from error

    def _messages(self, prompt: Prompt) -> list[ChatMessage]:
        fixed = prompt.fixed
        if self._settings.structure != "tool":
            fixed = f"{fixed}\n\n{prompt.plain}\n{prompt.form_schema}"
        if not self._settings.system:
            fixed = f"{prompt.system}\n\n{fixed}"
        user = ChatMessage(role=MessageRole.USER, content="\n\n".join([fixed, *prompt.data]))
        system = ChatMessage(role=MessageRole.SYSTEM, content=prompt.system)
        return [system, user] if self._settings.system else [user]

    def _form(self, prompt: Prompt) -> dict[str, Any]:
        """Return what holds the model to the form of the reply, for vendors that take it."""
        schema = json.loads(prompt.form_schema)
        if self._keyword == "format":
            return {"format": schema}
        if self._keyword == "response_format":
            named = {"name": prompt.form, "schema": schema}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        return {}


def _schema_keyword(llm: LLM) -> str:
    """Return the argument of `chat` that takes a JSON schema.

    LlamaIndex has no common one. https://platform.openai.com/docs/guides/structured-outputs,
    https://docs.ollama.com/capabilities/structured-outputs
    """
    names = {kind.__name__ for kind in type(llm).__mro__}
    if "OpenAI" in names:
        return "response_format"
    if "Ollama" in names:
        return "format"
    raise ConfigError(
        f'llama_index.structure = "schema": {type(llm).__name__} takes no JSON schema',
        advice='use "json"',
    )
