"""Language models on Amazon Bedrock, by its Converse API."""

from rag.adapters.bedrock.exchanges import Exchanges, Recording, Replay
from rag.adapters.bedrock.model import BedrockModel

__all__ = ["BedrockModel", "Exchanges", "Recording", "Replay"]
