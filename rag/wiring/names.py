"""Which models the settings name, and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.settings import BEDROCK, JUDGE, LLAMA_INDEX

if TYPE_CHECKING:
    from rag.settings import Settings


def _writing_and_judging(settings: Settings) -> tuple[str, str]:
    """Return the names of who writes and of who judges; the second may be no model."""
    return settings.model, settings.verify.support.removeprefix(JUDGE)


def paid(settings: Settings) -> list[str]:
    """Return the models whose tokens a service is paid for, by their names in `[prices]`."""
    names = [
        priced(settings, name)
        for name in _writing_and_judging(settings)
        if name.startswith((BEDROCK, LLAMA_INDEX))
    ]
    if settings.embedder.adapter in {"bedrock", "llama-index"}:
        names.append(priced_embedder(settings))
    return names


def on_bedrock(settings: Settings) -> list[str]:
    """Return the ids of the models on Bedrock that write and judge, each once."""
    names = _writing_and_judging(settings)
    ids = [name.removeprefix(BEDROCK) for name in names if name.startswith(BEDROCK)]
    return list(dict.fromkeys(ids))


def calls_bedrock(settings: Settings) -> bool:
    """Whether anything that is configured asks Bedrock."""
    reranks = settings.reranker.enabled and settings.reranker.model.startswith(BEDROCK)
    return reranks or settings.embedder.adapter == "bedrock" or bool(on_bedrock(settings))


def remote(settings: Settings) -> dict[str, str]:
    """Return the tools that are models asked at a price, with what one look at each asks for.

    A model in a file has no service, but takes its time.
    """
    named = {}
    kinds = {"bedrock": BEDROCK, "llama-index": LLAMA_INDEX}
    if settings.embedder.adapter in kinds:
        kind = kinds[settings.embedder.adapter]
        named["embedder"] = f"2 or 3 short calls to {kind}{settings.embedder.model}"
    if settings.reranker.enabled and settings.reranker.model.startswith(BEDROCK):
        named["reranker"] = f"1 short call to {settings.reranker.model}"
    if settings.verify.support.startswith(JUDGE):
        named["support"] = f"2 short calls to {settings.verify.support.removeprefix(JUDGE)}"
    return named


def priced(settings: Settings, name: str) -> str:
    """Return the name in `[prices]` of a model that writes or judges."""
    if not name.startswith(LLAMA_INDEX):
        return name.removeprefix(BEDROCK)
    from rag.adapters.llama_index.naming import model_name

    return model_name(name.removeprefix(LLAMA_INDEX), settings.llama_index.model)


def priced_embedder(settings: Settings) -> str:
    """Return the embedder's name in `[prices]`."""
    if settings.embedder.adapter != "llama-index":
        return settings.embedder.model
    from rag.adapters.llama_index.naming import model_name

    return model_name(settings.embedder.model, settings.llama_index.embedder)
