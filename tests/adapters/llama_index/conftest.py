"""A model of LlamaIndex's classes on a server: dummy credentials, impatient settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from compatible import Compatible, compatible

from rag.adapters.llama_index.model import LlamaIndexModel
from rag.settings import LlamaIndexSettings, load_config
from rag.writing import Budget, Prompt
from rag.writing.wire import WireAnswer, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.types import Call

PROMPT = Prompt(
    purpose="answer",
    system="You answer.",
    fixed="Answer the question.",
    data=("<evidence>…</evidence>", "<question>Why?</question>"),
    form="answer",
    form_schema=schema_of(WireAnswer),
    plain="Reply with JSON:",
)
OPENAI_LIKE = "llama_index.llms.openai_like.OpenAILike"


@pytest.fixture
def server() -> Iterator[Compatible]:
    """A server as OpenAI's."""
    with compatible() as made:
        yield made


class Asking:
    """Makes models, and keeps their calls.

    Args:
        server: where they are.
        folder: of a project without settings.
    """

    def __init__(self, server: Compatible, folder: Path) -> None:
        self.server = server
        self.calls: list[Call] = []
        self._folder = folder

    def settings(self, **changes: Any) -> LlamaIndexSettings:
        """Return impatient settings, changed by these."""
        own = load_config(self._folder).settings.llama_index
        quick = {"timeout_s": 5, "backoff_s": 0.001, "max_backoff_s": 0.01}
        return LlamaIndexSettings.model_validate(dict(own) | quick | changes)

    def model(
        self,
        class_path: str = OPENAI_LIKE,
        arguments: dict | None = None,
        budget: Budget | None = None,
        **changes: Any,
    ) -> LlamaIndexModel:
        """Return a model, by default of the server, with settings changed by these."""
        if arguments is None:
            arguments = self.arguments()
        settings = self.settings(model=arguments, **changes)
        return LlamaIndexModel(class_path, settings, self.calls.append, budget)

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Return what the class for such servers needs, changed by these."""
        return {
            "model": "example-7b",
            "api_base": self.server.url,
            "api_key": "dummy",
            "is_chat_model": True,
            "is_function_calling_model": True,
        } | changes


@pytest.fixture
def asking(server: Compatible, tmp_path: Path) -> Asking:
    """Makes models."""
    return Asking(server, tmp_path)
