"""What is known of models on Bedrock: `config/models/bedrock.toml`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rag.settings.files import packaged_config, read_toml, validated
from rag.types import Abilities, EmbeddingModel, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
            yield validated(_Models, read_toml(path), path)
