"""How the configuration names models: a kind, a slash, and what names one there."""

from __future__ import annotations

BEDROCK = "bedrock/"
LOCAL = "local/"
LLAMA_INDEX = "llama-index/"
NLI = "nli/"
JUDGE = "judge/"
_MODELS = (
    '"bedrock/<model id, inference profile or ARN>", "local/<GGUF file>" or '
    '"llama-index/<class path>"'
)
"""The kinds of language models, as the user names them."""


def check_writer(name: str) -> str:
    """Return the name of who writes.

    Raises:
        ValueError: nobody is named so; says who there is.
    """
    if name != "extractive" and not _is_language_model(name):
        raise ValueError(f'no writer is named so: use "extractive", {_MODELS}')
    return name


def check_scorer(name: str) -> str:
    """Return the name of who scores support.

    Raises:
        ValueError: nobody is named so; says who there is.
    """
    if name.startswith(JUDGE) or name == JUDGE.removesuffix("/"):
        if not _is_language_model(name.removeprefix(JUDGE)):
            raise ValueError(f"who writes is no judge of it: behind judge/ use {_MODELS}")
    elif name not in {"default", "none"} and not _is_kind(name, NLI):
        raise ValueError(
            'no scorer is named so: use "default", "none", "nli/<model name or folder>" or '
            '"judge/<model>"'
        )
    return name


def _is_language_model(name: str) -> bool:
    return any(_is_kind(name, kind) for kind in (BEDROCK, LOCAL, LLAMA_INDEX))


def _is_kind(name: str, kind: str) -> bool:
    return name.startswith(kind) and name != kind
