"""A prompt → the parameters of Converse and ConverseStream.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.types import Abilities
    from rag.writing import Passage, Prompt

_CACHE_POINT = {"cachePoint": {"type": "default"}}
_DESCRIPTION = "What was asked for."


def request_of(
    model_id: str, prompt: Prompt, abilities: Abilities, output_tokens: int
) -> dict[str, Any]:
    """Return the parameters of a call.

    Args:
        model_id: a model id, an inference profile or an ARN.
        prompt: what is asked.
        abilities: what the model can do.
        output_tokens: how long the reply may be.
    """
    fixed = prompt.fixed
    if abilities.structure == "json":
        fixed = f"{fixed}\n\n{prompt.plain}\n{prompt.form_schema}"
    told: dict[str, Any] = {"modelId": model_id, "inferenceConfig": {"maxTokens": output_tokens}}
    if abilities.system:
        told["system"] = [{"text": prompt.system}]
    else:
        fixed = f"{prompt.system}\n\n{fixed}"
    content: list[dict[str, Any]] = [{"text": fixed}]
    if abilities.cache:
        content.append(_CACHE_POINT)
    content += _cited(prompt) if abilities.citations else []
    data = prompt.data[1:] if abilities.citations and prompt.evidence else prompt.data
    content += [{"text": text} for text in data]
    return told | _form(prompt, abilities) | {"messages": [{"role": "user", "content": content}]}


def _cited(prompt: Prompt) -> list[dict[str, Any]]:
    """Return passages as search results that the service is to cite by their lines."""
    return [
        {
            "searchResult": {
                "source": item.reference,
                "title": item.title or item.key,
                "content": [{"text": line} for line in lines_of(item)],
                "citations": {"enabled": True},
            }
        }
        for item in prompt.evidence
    ]


def lines_of(item: Passage) -> list[str]:
    """Return the lines of a passage that say something: what can be cited of it."""
    return [line for line in item.text.splitlines() if line.strip()]


_COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")


def counting_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of CountTokens for a request of Converse."""
    counted = {name: request[name] for name in _COUNTED if name in request}
    return {"modelId": request["modelId"], "input": {"converse": counted}}


def uncounted_of(request: Mapping[str, Any]) -> str:
    """Return what the model reads of a request and CountTokens does not take: a text's schema."""
    form = request.get("outputConfig", {}).get("textFormat", {})
    return str(form.get("structure", {}).get("jsonSchema", {}).get("schema", ""))


def _form(prompt: Prompt, abilities: Abilities) -> dict[str, Any]:
    """Return what holds the model to the form of the reply."""
    if abilities.structure == "tool":
        schema = {"json": json.loads(prompt.form_schema)}
        tool = {"name": prompt.form, "description": _DESCRIPTION, "inputSchema": schema}
        choice = {"tool": {"name": prompt.form}}
        return {"toolConfig": {"tools": [{"toolSpec": tool}], "toolChoice": choice}}
    if abilities.structure == "schema":
        schema = {"schema": prompt.form_schema, "name": prompt.form}
        form = {"type": "json_schema", "structure": {"jsonSchema": schema}}
        return {"outputConfig": {"textFormat": form}}
    return {}
