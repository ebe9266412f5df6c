"""The keys of `config/rag.toml`, with what each may be."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from rag.settings.names import check_scorer, check_writer
from rag.types import Outline, Price, Taxonomy, Value

Fraction = Annotated[float, Field(ge=0, le=1)]
_Address = Annotated[str, Field(pattern=r"^(https?://\S+)?$")]


class _Retrying(Value):
    """How often something is tried, and how long it waits between: doubled each time."""

    attempts: int = Field(ge=1, le=20)
    backoff_s: float = Field(ge=0, le=600)
    max_backoff_s: float = Field(ge=0, le=3600)


class FetchSettings(_Retrying):
    """How references are fetched."""

    connect_timeout_s: float = Field(gt=0, le=600)
    read_timeout_s: float = Field(gt=0, le=3600)
    total_timeout_s: float = Field(gt=0, le=86400)
    max_bytes: int = Field(gt=0)
    max_redirects: int = Field(ge=0, le=50)
    user_agent: str = Field(pattern=r"^[^\x00-\x1f\x7f]+$")


class ParseSettings(Value):
    """What counts as a document."""

    min_words: int = Field(ge=1)


class ChunkSettings(Value):
    """How documents are cut."""

    max_tokens: int = Field(ge=16, le=8192)
    max_characters: int = Field(ge=64)


class EmbedderSettings(Value):
    """Which model turns text into vectors."""

    adapter: Literal["onnx", "sentence-transformers", "bedrock", "llama-index"]
    model: str = Field(min_length=1)
    dimensions: int = Field(ge=0)
    threads: int = Field(ge=1, le=256)
    query_prefix: str
    document_prefix: str
    exact_search_below: int = Field(ge=0)


class RerankerSettings(Value):
    """Which model scores pairs, and how many pairs it may cost."""

    enabled: bool
    model: str = Field(min_length=1)
    threads: int = Field(ge=1, le=256)
    pairs: int = Field(ge=1, le=1000)


class RetrieveSettings(Value):
    """How many chunks reach a section or an answer."""

    candidates: int = Field(ge=1, le=1000)
    lexical_weight: Fraction
    rerank_weight: Fraction
    evidence: int = Field(ge=1, le=1000)


class ComposeSettings(Value):
    """How evidence is chosen for sections."""

    hits_per_topic: int = Field(ge=1, le=1000)
    min_cosine: Fraction


class AskSettings(Value):
    """How questions are answered."""

    claims: int = Field(ge=1, le=100)
    min_score: float = Field(allow_inf_nan=False)
    min_cosine: Fraction


class VerifySettings(Value):
    """How claims are held against their passages."""

    support: Annotated[str, AfterValidator(check_scorer)]
    min_support: float = Field(ge=0, le=1)
    min_support_named: float = Field(ge=0, le=1)
    judge_pairs: int = Field(ge=1, le=16)


class BedrockSettings(_Retrying):
    """How models on Amazon Bedrock are called. Empty: as the AWS configuration resolves it."""

    region: str
    profile: str
    endpoint_url: _Address
    agent_endpoint_url: _Address
    connect_timeout_s: float = Field(gt=0, le=600)
    read_timeout_s: float = Field(gt=0, le=3600)
    throttled_attempts: int = Field(ge=1, le=100)
    cache: bool
    max_concurrency: int = Field(ge=1, le=64)
    max_input_tokens: int = Field(ge=1000)
    max_output_tokens: int = Field(ge=100)


class LocalSettings(Value):
    """How models in GGUF files are run."""

    threads: int = Field(ge=1, le=256)
    context_tokens: int = Field(ge=1024)
    output_tokens: int = Field(ge=100)
    reuse_prompt: bool

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.output_tokens > self.context_tokens // 2:
            msg = "output_tokens is at most half of context_tokens: prompt and reply share it"
            raise ValueError(msg)
        return self


class LlamaIndexSettings(_Retrying):
    """How models of LlamaIndex's classes are called."""

    structure: Literal["json", "tool", "schema"]
    system: bool
    stream: bool
    context_tokens: int = Field(ge=1000)
    output_tokens: int = Field(ge=100)
    embedder_tokens: int = Field(ge=16)
    timeout_s: float = Field(gt=0, le=86400)
    model: dict[str, Any]
    """Keyword arguments of the class that `model` names."""
    embedder: dict[str, Any]
    """Keyword arguments of the class that `embedder.model` names."""


class S3Settings(Value):
    """Where `s3://` is. Empty: as the AWS configuration resolves it."""

    region: str
    profile: str
    endpoint_url: _Address
    max_objects: int = Field(ge=1, le=10_000)


class Settings(Value):
    """`config/rag.toml`."""

    model: Annotated[str, AfterValidator(check_writer)]
    fetch: FetchSettings
    parse: ParseSettings
    chunk: ChunkSettings
    embedder: EmbedderSettings
    reranker: RerankerSettings
    retrieve: RetrieveSettings
    compose: ComposeSettings
    ask: AskSettings
    verify: VerifySettings
    bedrock: BedrockSettings
    local: LocalSettings
    llama_index: LlamaIndexSettings
    s3: S3Settings
    prices: dict[str, Price]
    """By model, as it is named behind `bedrock/`; any other by its whole name."""


class Config(Value):
    """All that is configured."""

    settings: Settings
    outline: Outline
    taxonomy: Taxonomy
