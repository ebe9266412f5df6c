"""The user's own files of settings and prompts, laid over the packaged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import ConfigError
from rag.settings.files import packaged_config, read_toml, validated
from rag.settings.values import Config, Settings
from rag.types import Outline, Prompts, Taxonomy, Value

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T", bound=Value)


def load_config(project: Path) -> Config:
    """Return the project's configuration laid over the defaults.

    Raises:
        ConfigError: a file is not TOML, a key is unknown or a value is bad; names file, line, key.
    """
    defaults, own = packaged_config(), project / "config"
    settings = _merged(read_toml(defaults / "rag.toml"), read_toml(own / "rag.toml"))
    return Config(
        settings=validated(Settings, settings, own / "rag.toml"),
        outline=_whole(Outline, own / "report.toml", defaults / "report.toml"),
        taxonomy=_whole(Taxonomy, own / "taxonomy.toml", defaults / "taxonomy.toml"),
    )


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
    return validated(kind, read_toml(path), path)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            out[key] = _merged(below, value)
        else:
            out[key] = value
    return out
