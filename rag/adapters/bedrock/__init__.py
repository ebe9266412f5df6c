"""Language models on Amazon Bedrock, by its Converse API."""

from rag.adapters.bedrock.exchanges import Exchanges, Recording, Replay
from rag.adapters.bedrock.model import BedrockModel
from rag.adapters.bedrock.service import BedrockService

__all__ = ["BedrockModel", "BedrockService", "Exchanges", "Recording", "Replay"]
