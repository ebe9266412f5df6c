"""What the user can set: `config/rag.toml`, `config/report.toml`, `config/taxonomy.toml`.

The package carries the three files with every default. A project's own files are laid over them
(`rag.toml` key by key; the other two whole, since an outline is not a mixture). An unknown key or
a bad value is refused with its name, file and line.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from rag.errors import ConfigError
from rag.types import Value

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

    adapter: Literal["onnx", "sentence-transformers"]
    model: str = Field(min_length=1)
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
    evidence: int = Field(ge=1, le=1000)


class ComposeSettings(Value):
    """How evidence is chosen for sections."""

    hits_per_topic: int = Field(ge=1, le=1000)
    min_cosine: Fraction


class AskSettings(Value):
    """How questions are answered."""

    claims: int = Field(ge=1, le=100)
    min_answer_score: float


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


class TopicSpec(Value):
    """A sub-heading of a section: what it must answer, and in which forms."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    heading: str = Field(min_length=1)
    questions: tuple[str, ...] = Field(min_length=1)
    terms: tuple[str, ...] = Field(min_length=1)
    """Words or taxonomy names that a sentence must share to be about the topic."""
    lead_in: str = ""
    words: int = Field(gt=0)
    """How long the topic may become, tables not counted."""
    rows: int = Field(default=12, ge=0)
    """How many rows its tables may have."""
    quotations: int = Field(default=0, ge=0)
    tables: tuple[tuple[str, ...], ...] = ()
    """Headers of tables whose rows belong here, wherever a reference has them."""


class SectionSpec(Value):
    """A section of the outline."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    form: Literal["topics", "summary", "rules"]
    """`topics`: sub-headings with claims. `summary`: the strongest claims of the other sections.
    `rules`: when, use, because."""
    lead_in: str = ""
    topics: tuple[TopicSpec, ...] = ()
    words: int = Field(default=0, ge=0)


class Outline(Value):
    """`config/report.toml`: the report's sections in order."""

    title: str = Field(min_length=1)
    subtitle: str = ""
    sections: tuple[SectionSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [section.id for section in self.sections]
        ids += [topic.id for section in self.sections for topic in section.topics]
        for name in ids:
            if ids.count(name) > 1:
                msg = f"the id {name!r} is given twice"
                raise ValueError(msg)
        return self


class Term(Value):
    """A name of the field with the other ways to write it."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()


class Taxonomy(Value):
    """`config/taxonomy.toml`: the elements of the field and the services that match them."""

    elements: tuple[Term, ...]
    services: tuple[Term, ...]


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
        both = isinstance(below, dict) and isinstance(value, dict)
        out[key] = _merged(below, value) if both else value
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
        raise ConfigError(
            f"{where}: {key} = {first['input']!r}: {first['msg']}", advice="correct the value"
        ) from error


def _line_of(path: Path, location: tuple[int | str, ...]) -> int | None:
    """Return the line on which the key stands; tomllib keeps no positions."""
    names = [item for item in location if isinstance(item, str)]
    if not names or not path.exists():
        return None
    table: list[str] = []
    found = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if heading := re.match(r"\s*\[\[?\s*([\w.\-\"]+)\s*\]", line):
            table = heading[1].replace('"', "").split(".")
            if names == table:
                found = number
        elif (key := re.match(r"\s*([\w\-\"]+)\s*=", line)) and [*table, key[1].strip('"')] == names:
            return number
    return found
