"""Models on Amazon Bedrock: those that write, those that embed, those that rerank."""

from rag.adapters.bedrock.embedder import BedrockEmbedder
from rag.adapters.bedrock.exchanges import Exchanges, Recording, Replay
from rag.adapters.bedrock.model import BedrockModel
from rag.adapters.bedrock.rerank import BedrockPairScorer
from rag.adapters.bedrock.service import BedrockService

__all__ = [
    "BedrockEmbedder",
    "BedrockModel",
    "BedrockPairScorer",
    "BedrockService",
    "Exchanges",
    "Recording",
    "Replay",
]
