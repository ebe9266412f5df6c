"""A model on a responder: dummy credentials, impatient settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from responder import Responder, dummy_credentials, impatient, responding

from rag.adapters.bedrock import BedrockModel
from rag.types import Abilities, Call
from rag.writing import Prompt
from rag.writing.wire import WireAnswer, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.adapters.bedrock import Exchanges
    from rag.adapters.store import Replies
    from rag.settings import BedrockSettings
    from rag.writing import Budget

PROMPT = Prompt(
    purpose="answer",
    system="You answer.",
    fixed="Answer the question.",
    data=("<evidence>…</evidence>", "<question>Why?</question>"),
    form="answer",
    form_schema=schema_of(WireAnswer),
    plain="Reply with JSON:",
)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give dummy credentials, and nothing of this machine's own configuration."""
    dummy_credentials(monkeypatch, tmp_path)


@pytest.fixture
def responder() -> Iterator[Responder]:
    """A server that answers as Converse does."""
    with responding() as server:
        yield server


class Asking:
    """Makes models on a responder, and keeps their calls."""

    def __init__(self, responder: Responder) -> None:
        self.responder = responder
        self.calls: list[Call] = []

    def settings(self, **changes: object) -> BedrockSettings:
        """Return impatient settings that lead to the responder, changed by these."""
        return impatient(self.responder.url, **changes)

    def model(  # noqa: PLR0913 - all that a model is made of
        self,
        *,
        model_id: str = "example.model-v1:0",
        structure: str = "tool",
        stream: bool = True,
        citations: bool = False,
        count: bool = False,
        budget: Budget | None = None,
        replies: Replies | None = None,
        exchanges: Exchanges | None = None,
        **changes: object,
    ):
        """Return a model with these abilities, and settings changed by these."""
        abilities = Abilities(
            match="*", structure=structure, stream=stream, citations=citations, count=count,
            system=True, cache=True, context_tokens=100_000, output_tokens=5_000,
        )  # fmt: skip
        return BedrockModel(
            model_id,
            abilities,
            self.settings(**changes),
            self.calls.append,
            budget=budget,
            replies=replies,
            exchanges=exchanges,
        )


@pytest.fixture
def asking(responder: Responder) -> Asking:
    """Makes models."""
    return Asking(responder)
