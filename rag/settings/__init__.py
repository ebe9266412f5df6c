"""What the user can set: `config/rag.toml`, `config/report.toml`, `config/taxonomy.toml`.

The package carries them with every default. A project's own files are laid over them
(`rag.toml` key by key; the other two whole, since an outline is not a mixture). An unknown key or
a bad value is refused with its name, file and line. A writer with a model also reads
`config/prompts/` (file by file) and `config/models/` (the project's entries come first).
"""

from rag.settings.files import packaged_config
from rag.settings.loading import load_config, load_prompts
from rag.settings.models import abilities_of, embedding_model_of
from rag.settings.names import BEDROCK, JUDGE, LLAMA_INDEX, LOCAL, NLI, check_writer
from rag.settings.values import (
    AskSettings,
    BedrockSettings,
    ChunkSettings,
    ComposeSettings,
    Config,
    EmbedderSettings,
    FetchSettings,
    LlamaIndexSettings,
    LocalSettings,
    ParseSettings,
    RerankerSettings,
    RetrieveSettings,
    S3Settings,
    Settings,
    VerifySettings,
)

__all__ = [
    "BEDROCK",
    "JUDGE",
    "LLAMA_INDEX",
    "LOCAL",
    "NLI",
    "AskSettings",
    "BedrockSettings",
    "ChunkSettings",
    "ComposeSettings",
    "Config",
    "EmbedderSettings",
    "FetchSettings",
    "LlamaIndexSettings",
    "LocalSettings",
    "ParseSettings",
    "RerankerSettings",
    "RetrieveSettings",
    "S3Settings",
    "Settings",
    "VerifySettings",
    "abilities_of",
    "check_writer",
    "embedding_model_of",
    "load_config",
    "load_prompts",
    "packaged_config",
]
