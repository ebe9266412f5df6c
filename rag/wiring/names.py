"""How the configuration names models: a kind, a slash, and what names one there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.settings import Settings

BEDROCK = "bedrock/"
LLAMA_INDEX = "llama-index/"
MODELS = (
    '"bedrock/<model id, inference profile or ARN>", "local/<GGUF file>" or '
    '"llama-index/<class path>"'
)
"""The kinds of language models, as the user names them."""


def writing_and_judging(settings: Settings) -> tuple[str, str]:
    """Return the names of who writes and of who judges; the second may be no model."""
    return settings.model, settings.verify.support.removeprefix("judge/")


def on_bedrock(settings: Settings) -> list[str]:
    """Return the ids of the models on Bedrock that write and judge, each once."""
    names = writing_and_judging(settings)
    ids = [name.removeprefix(BEDROCK) for name in names if name.startswith(BEDROCK)]
    return list(dict.fromkeys(ids))


def remote(settings: Settings) -> dict[str, str]:
    """Return the tools that are models on a service, with what one look at each asks for."""
    named = {}
    if settings.embedder.adapter == "bedrock":
        named["embedder"] = f"2 or 3 short calls to bedrock/{settings.embedder.model}"
    if settings.reranker.enabled and settings.reranker.model.startswith(BEDROCK):
        named["reranker"] = f"1 short call to {settings.reranker.model}"
    if settings.verify.support.startswith(f"judge/{BEDROCK}"):
        named["support"] = f"2 short calls to {settings.verify.support.removeprefix('judge/')}"
    return named


def priced(settings: Settings, name: str) -> str:
    """Return a model's name as `[prices]` has it."""
    if not name.startswith(LLAMA_INDEX):
        return name.removeprefix(BEDROCK)
    from rag.adapters.llama_index.naming import model_name

    return model_name(name.removeprefix(LLAMA_INDEX), settings.llama_index.model)
