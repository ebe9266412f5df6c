"""What embedding models are sent by InvokeModel, and what they send back.

https://docs.aws.amazon.com/bedrock/latest/userguide/titan-embedding-models.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html

No model is asked to cut a text: one that is too long is refused, and never cut unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.types import EmbeddingModel

_COHERE_TEXTS = 96
"""The most texts of one call."""


def batch_of(model: EmbeddingModel) -> int:
    """Return how many texts a call may have."""
    return _COHERE_TEXTS if model.body.startswith("cohere") else 1


def has_questions(model: EmbeddingModel) -> bool:
    """Return whether it tells questions and documents apart."""
    return model.body != "titan"


def request_of(
    model: EmbeddingModel, texts: Sequence[str], dimension: int, *, question: bool
) -> dict[str, Any]:
    """Return a request's body, to be sent as JSON.

    Args:
        model: what it takes.
        texts: as many as a call may have, none of them blank.
        dimension: the length of the vectors.
        question: whether the texts are questions; else they are documents.
    """
    if model.body == "titan":
        return {"inputText": texts[0], "dimensions": dimension, "normalize": True}
    if model.body == "nova":
        return {
            "schemaVersion": "nova-multimodal-embed-v1",
            "taskType": "SINGLE_EMBEDDING",
            "singleEmbeddingParams": {
                "embeddingPurpose": "TEXT_RETRIEVAL" if question else "GENERIC_INDEX",
                "embeddingDimension": dimension,
                "text": {"truncationMode": "NONE", "value": texts[0]},
            },
        }
    body = {
        "texts": list(texts),
        "input_type": "search_query" if question else "search_document",
        "truncate": "NONE",
        "embedding_types": ["float"],
    }
    return body if model.body == "cohere-v3" else {**body, "output_dimension": dimension}


def vectors_of(model: EmbeddingModel, reply: Mapping[str, Any]) -> list[Any]:
    """Return the vectors of a reply, as they came.

    Raises:
        KeyError, IndexError, TypeError: the reply is not of its form.
        ValueError: the model saw a part of the text only.
    """
    if model.body == "titan":
        return [reply["embedding"]]
    if model.body == "nova":
        found = reply["embeddings"][0]
        if found.get("truncatedCharLength"):
            raise ValueError("the text was cut")
        return [found["embedding"]]
    found = reply["embeddings"]
    return list(found["float"] if isinstance(found, dict) else found)


def tokens_of(reply: Mapping[str, Any]) -> int | None:
    """Return how many tokens were read, where the body says it."""
    count = reply.get("inputTextTokenCount")
    return count if isinstance(count, int) else None
