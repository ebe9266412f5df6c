"""How models of LlamaIndex are named; nothing is loaded for it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rag.text.digests import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.settings import Settings

_SECRET = re.compile(r"key|token$|secret|password|credential|header", re.IGNORECASE)
_HOW = frozenset({"embed_batch_size", "max_retries", "num_workers", "request_timeout", "timeout"})
"""Arguments that say how a model is called: the same vectors come of it."""


def model_name(class_path: str, arguments: Mapping[str, Any]) -> str:
    """Return the name of a model for the record: the class, then the model where it says one.

    Args:
        class_path: module and class.
        arguments: the class's keyword arguments, as configured.
    """
    said = next(
        (arguments[name] for name in ("model", "model_name", "model_path") if name in arguments), ""
    )
    line = " ".join(f"{said}".split()) if isinstance(said, str) else ""
    return f"llama-index/{class_path} {line}".strip()


def embedder_fingerprint(settings: Settings) -> str:
    """Return the name under which an embedder's vectors are kept.

    Every argument of its class counts, but for secrets and for those that only say how it is
    called: which of the others change a vector, we cannot know. So does how much of a text it is
    given.
    """
    arguments = settings.llama_index.embedder
    counted = {
        name: value
        for name, value in arguments.items()
        if name not in _HOW and not _SECRET.search(name) and not is_from_environment(value)
    }
    prefix = prefix_of(settings.embedder.document_prefix)
    told = [counted, prefix, settings.llama_index.embedder_tokens]
    checksum = digest(json.dumps(told, sort_keys=True, default=str))[:12]
    return f"{model_name(settings.embedder.model, arguments)}@{checksum}"


def prefix_of(configured: str) -> str:
    """Return what stands before a text; "auto": what the class itself puts there."""
    return "" if configured == "auto" else configured


def is_from_environment(value: object) -> bool:
    """Whether a configured value stands in the environment: `{ env = "NAME" }`."""
    return isinstance(value, dict) and set(value) == {"env"} and isinstance(value["env"], str)
