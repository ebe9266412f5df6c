"""What is known of models on Bedrock: `config/models/bedrock.toml`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from rag.settings.files import packaged_config, read_toml, validated
from rag.types import Abilities, EmbeddingModel, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


M = TypeVar("M", Abilities, EmbeddingModel)


class _Models(Value):
    """`config/models/bedrock.toml`."""

    models: tuple[Abilities, ...] = ()
    embedders: tuple[EmbeddingModel, ...] = ()


def abilities_of(model: str, project: Path) -> Abilities:
    """Return what a model can do: by the project's own table, the packaged one, or the least.

    Args:
        model: its id, inference profile or ARN.
        project: the project's folder.

    Raises:
        ConfigError: a table is wrong; names file, line, key.
    """
    return _known(model, project, lambda table: table.models) or Abilities(match="*")


def embedding_model_of(model: str, project: Path) -> EmbeddingModel | None:
    """Return what an embedding model takes and gives; None if no table knows it.

    Args:
        model: its id, inference profile or ARN.
        project: the project's folder.

    Raises:
        ConfigError: a table is wrong; names file, line, key.
    """
    return _known(model, project, lambda table: table.embedders)


def _known(model: str, project: Path, entries: Callable[[_Models], Sequence[M]]) -> M | None:
    """Return the first entry that fits: of the project's own table, then of the packaged one."""
    for folder in (project / "config", packaged_config()):
        path = folder / "models" / "bedrock.toml"
        if path.exists():
            for entry in entries(validated(_Models, read_toml(path), path)):
                if fnmatchcase(model, entry.match):
                    return entry
    return None
