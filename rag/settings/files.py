"""Files of settings: where the packaged ones lie, and what is wrong in one, by line and key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from rag.errors import ConfigError
from rag.types import Value

T = TypeVar("T", bound=Value)


def packaged_config() -> Path:
    """Return the folder of the default configuration: in the wheel, or beside the source."""
    here = Path(__file__).parents[1]
    inside = here / "_config"
    return inside if inside.is_dir() else here.parent / "config"


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a file says; nothing if there is none.

    Raises:
        ConfigError: it cannot be read, or is not TOML; names the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error})", advice="mend or delete it") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}", advice="mend that line") from error


def validated(kind: type[T], data: dict[str, Any], path: Path) -> T:
    """Return values of this kind.

    Args:
        kind: what they must be.
        data: what the user said, laid over the defaults.
        path: the user's file, to name the line of a mistake.

    Raises:
        ConfigError: a key is unknown or missing, or a value is bad; names file, line, key.
    """
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
        why = first["msg"].removeprefix("Value error, ")
        given = first["input"]
        # A whole table says nothing of where in it the mistake is; the reason does.
        shown = key if isinstance(given, dict | list) else f"{key} = {given!r}"
        raise ConfigError(f"{where}: {shown}: {why}", advice="correct the value") from error


def _line_of(path: Path, location: tuple[int | str, ...]) -> int | None:
    """Return the line on which the key, or what it belongs to, stands; tomllib keeps no lines."""
    if not path.exists():
        return None
    found, longest = None, 0
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
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
