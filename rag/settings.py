"""What the user can set: `config/rag.toml`, `config/report.toml`, `config/taxonomy.toml`.

The package carries them with every default. A project's own files are laid over them
(`rag.toml` key by key; the other two whole, since an outline is not a mixture). An unknown key or
a bad value is refused with its name, file and line. A writer with a model also reads
`config/prompts/` (file by file) and `config/models/` (the project's entries come first).
"""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from rag.errors import ConfigError
from rag.types import Abilities, EmbeddingModel, Outline, Price, Prompts, Taxonomy, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T", bound=Value)
Fraction = Annotated[float, Field(ge=0, le=1)]


class FetchSettings(Value):
    """How references are fetched."""

    connect_timeout_s: float = Field(gt=0, le=600)
    read_timeout_s: float = Field(gt=0, le=3600)
    total_timeout_s: float = Field(gt=0, le=86400)
    max_bytes: int = Field(gt=0)
    max_redirects: int = Field(ge=0, le=50)
    attempts: int = Field(ge=1, le=20)
    backoff_s: float = Field(ge=0, le=600)
    max_backoff_s: float = Field(ge=0, le=3600)
    user_agent: str = Field(min_length=1)


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
    min_score: float
    min_cosine: Fraction


class VerifySettings(Value):
    """How claims are held against their passages."""

    support: str = Field(min_length=1)
    min_support: float = Field(ge=0, le=1)
    min_support_named: float = Field(ge=0, le=1)
    judge_pairs: int = Field(ge=1, le=16)


class BedrockSettings(Value):
    """How models on Amazon Bedrock are called. Empty: as the AWS configuration resolves it."""

    region: str
    profile: str
    endpoint_url: str = Field(pattern=r"^(https?://\S+)?$")
    agent_endpoint_url: str = Field(pattern=r"^(https?://\S+)?$")
    connect_timeout_s: float = Field(gt=0, le=600)
    read_timeout_s: float = Field(gt=0, le=3600)
    attempts: int = Field(ge=1, le=20)
    throttled_attempts: int = Field(ge=1, le=100)
    backoff_s: float = Field(ge=0, le=600)
    max_backoff_s: float = Field(ge=0, le=3600)
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


class LlamaIndexSettings(Value):
    """How models of LlamaIndex's classes are called."""

    structure: Literal["json", "tool", "schema"]
    system: bool
    stream: bool
    context_tokens: int = Field(ge=1000)
    output_tokens: int = Field(ge=100)
    embedder_tokens: int = Field(ge=16)
    timeout_s: float = Field(gt=0, le=86400)
    attempts: int = Field(ge=1, le=20)
    backoff_s: float = Field(ge=0, le=600)
    max_backoff_s: float = Field(ge=0, le=3600)
    model: dict[str, Any]
    """Keyword arguments of the class that `model` names."""
    embedder: dict[str, Any]
    """Keyword arguments of the class that `embedder.model` names."""


class S3Settings(Value):
    """Where `s3://` is. Empty: as the AWS configuration resolves it."""

    region: str
    profile: str
    endpoint_url: str = Field(pattern=r"^(https?://\S+)?$")
    max_objects: int = Field(ge=1, le=10_000)


class _Models(Value):
    """`config/models/bedrock.toml`."""

    models: tuple[Abilities, ...] = ()
    embedders: tuple[EmbeddingModel, ...] = ()


class Settings(Value):
    """`config/rag.toml`."""

    model: str = Field(min_length=1)
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


def packaged_config() -> Path:
    """Return the folder of the default configuration: in the wheel, or beside the source."""
    here = Path(__file__).parent
    inside = here / "_config"
    return inside if inside.is_dir() else here.parent / "config"


def load_config(project: Path) -> Config:
    """Return the project's configuration laid over the defaults.

    Raises:
        ConfigError: a file is not TOML, a key is unknown or a value is bad; names file, line, key.
    """
    defaults, own = packaged_config(), project / "config"
    settings = _merged(_read(defaults / "rag.toml"), _read(own / "rag.toml"))
    return Config(
        settings=_validated(Settings, settings, own / "rag.toml"),
        outline=_whole(Outline, own / "report.toml", defaults / "report.toml"),
        taxonomy=_whole(Taxonomy, own / "taxonomy.toml", defaults / "taxonomy.toml"),
    )


def abilities_of(model: str, project: Path) -> Abilities:
    """Return what a model can do: by the project's own table, the packaged one, or the least.

    Args:
        model: its id, inference profile or ARN.
        project: the project's folder.

    Raises:
        ConfigError: a table is wrong; names file, line, key.
    """
    tables = _tables_of_models(project)
    known = (item for table in tables for item in table.models if fnmatchcase(model, item.match))
    return next(known, Abilities(match="*"))


def embedding_model_of(model: str, project: Path) -> EmbeddingModel | None:
    """Return what an embedding model takes and gives; None if no table knows it.

    Args:
        model: its id, inference profile or ARN.
        project: the project's folder.

    Raises:
        ConfigError: a table is wrong; names file, line, key.
    """
    tables = _tables_of_models(project)
    known = (x for table in tables for x in table.embedders if fnmatchcase(model, x.match))
    return next(known, None)


def _tables_of_models(project: Path) -> Iterator[_Models]:
    """Yield the project's own table of models, if there is one, then the packaged one."""
    for folder in (project / "config", packaged_config()):
        path = folder / "models" / "bedrock.toml"
        if path.exists():
            yield _validated(_Models, _read(path), path)


def load_prompts(project: Path) -> Prompts:
    """Return the prompts: the project's own file of a name takes the place of the packaged one.

    Raises:
        ConfigError: a file is not text, or is empty.
    """
    return Prompts(**{name: _prompt(project, f"{name}.md") for name in Prompts.model_fields})


def _prompt(project: Path, name: str) -> str:
    own = project / "config" / "prompts" / name
    path = own if own.exists() else packaged_config() / "prompts" / name
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error})", advice="mend or delete it") from error
    if not text:
        raise ConfigError(f"{path} is empty", advice="write a prompt, or delete it")
    return text


def _whole(kind: type[T], own: Path, default: Path) -> T:
    path = own if own.exists() else default
    return _validated(kind, _read(path), path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error})", advice="mend or delete it") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}", advice="mend that line") from error


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            out[key] = _merged(below, value)
        else:
            out[key] = value
    return out


def _validated(kind: type[T], data: dict[str, Any], path: Path) -> T:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(item) for item in first["loc"]) or "(whole file)"
        line = _line_of(path, first["loc"])
        where = f"{path}, line {line}" if line else str(path)
        if first["type"] == "extra_forbidden":
            raise ConfigError(
                f"{where}: unknown key {key!r}", advice="delete it or correct its name"
            ) from error
        if first["type"] == "missing":
            raise ConfigError(f"{where}: {key} is missing", advice="add it") from error
        raise ConfigError(
            f"{where}: {key} = {first['input']!r}: {first['msg']}", advice="correct the value"
        ) from error


def _line_of(path: Path, location: tuple[int | str, ...]) -> int | None:
    """Return the line on which the key, or what it belongs to, stands; tomllib keeps no lines."""
    if not path.exists():
        return None
    found, longest = None, 0
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if heading := re.match(r"\s*(\[\[?)\s*([\w.\-\"]+)\s*\]", line):
            place = table = _table(heading[2], counts, is_item=heading[1] == "[[")
        elif key := re.match(r"\s*([\w.\-\"]+)\s*=", line):
            place = (*table, *key[1].replace('"', "").split("."))
        else:
            continue
        if len(place) > longest and location[: len(place)] == place:
            found, longest = number, len(place)
    return found


def _table(
    heading: str, counts: dict[tuple[int | str, ...], int], *, is_item: bool
) -> tuple[int | str, ...]:
    """Return where a table's heading leads; `counts` has the last item of each list so far."""
    place: tuple[int | str, ...] = ()
    names = heading.replace('"', "").split(".")
    for depth, name in enumerate(names, start=1):
        place = (*place, name)
        if is_item and depth == len(names):
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place
