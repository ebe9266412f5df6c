"""A class path and keyword arguments of the configuration → an object of that class."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ValidationError

from rag.adapters.llama_index.errors import one_line
from rag.adapters.llama_index.naming import is_from_environment
from rag.errors import ConfigError, PrerequisiteError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


class Wanted(NamedTuple):
    """An object that the configuration asks for."""

    key: str
    """The key that names its class: `model`, `embedder.model`."""
    class_path: str
    table: str
    """The table with its arguments: `llama_index.model`."""
    arguments: Mapping[str, Any]
    defaults: Sequence[tuple[tuple[str, ...], object]] = ()
    """What to give where the class takes one of these arguments and none of them is configured."""


class Made(NamedTuple):
    """An object, and what must not be shown of how it was made."""

    instance: Any
    secrets: tuple[str, ...]


def make(wanted: Wanted, base: type, what: str) -> Made:
    """Return an object of the class that the configuration names.

    Args:
        wanted: the class and its arguments; `{ env = "NAME" }` stands for what the environment
            has under that name.
        base: what the class must be derived from.
        what: the base in words, with its article: `an LLM`.

    Raises:
        PrerequisiteError: its package or a variable of the environment is missing.
        ConfigError: there is no such class, it is of another kind, or refuses its arguments.
    """
    kind = _found(wanted, base, what)
    known, takes_others = _arguments(kind)
    if not takes_others:
        for name in wanted.arguments:
            _check_known(wanted, name, known)
    secrets: list[str] = []
    given = {
        name: _resolved(value, f"{wanted.table}.{name}", secrets)
        for name, value in wanted.arguments.items()
    }
    for names, value in wanted.defaults:
        taken = [name for name in names if name in known]
        if taken and not given.keys() & set(names):
            given[taken[0]] = value
    return Made(_called(wanted, kind, given, secrets), tuple(secrets))


def _found(wanted: Wanted, base: type, what: str) -> type:
    if not _PATH.fullmatch(wanted.class_path):
        raise ConfigError(
            f"{wanted.key} names {wanted.class_path!r}, which is no path of a class",
            advice="name module and class, as in llama_index.llms.ollama.Ollama",
        )
    module_name, _, name = wanted.class_path.rpartition(".")
    module = _imported(wanted, module_name)
    kind = getattr(module, name, None)
    if not (inspect.isclass(kind) and issubclass(kind, base)) or inspect.isabstract(kind):
        there = sorted(
            other
            for other, value in inspect.getmembers(module, inspect.isclass)
            if issubclass(value, base) and not inspect.isabstract(value)
        )
        lacks = f"{module_name} has no {name}" if kind is None else f"{name} is not {what}"
        advice = f"it has {', '.join(there)}" if there else f"name a class that is {what}"
        raise ConfigError(f"{wanted.key} names {wanted.class_path}: {lacks}", advice=advice)
    return kind


def _imported(wanted: Wanted, module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or module
        ours = module == missing or module.startswith(f"{missing}.")
        package = missing.replace(".", "-").replace("_", "-")
        advice = f"pip install {package}" if ours and "." in missing else "install it"
        raise PrerequisiteError(
            f"{wanted.key} names {wanted.class_path}, which needs the package {missing!r}",
            advice=advice,
        ) from error
    except Exception as error:
        raise PrerequisiteError(
            f"{wanted.key} names {wanted.class_path}, and {module} cannot be imported "
            f"({one_line(error)})",
            advice="see whether its versions fit together: pip check",
        ) from error


def _arguments(kind: type) -> tuple[set[str], bool]:
    """Return the names of arguments that a class takes, and whether it takes any others.

    LlamaIndex's classes are pydantic models, most with a constructor that hands `**kwargs` on to
    them: what is no field falls there without a word. Under another name (`**model_kwargs`) such
    arguments are meant for the model. The signature of a pydantic class has its fields.
    """
    names = {
        item.name
        for item in inspect.signature(kind).parameters.values()
        if item.kind in {item.POSITIONAL_OR_KEYWORD, item.KEYWORD_ONLY}
    }
    own = inspect.signature(kind.__init__).parameters.values()  # type: ignore[misc]
    others = {item.name for item in own if item.kind is item.VAR_KEYWORD}
    fallen = {"kwargs", "data"} if issubclass(kind, BaseModel) else set()
    return names, not others <= fallen


def _check_known(wanted: Wanted, name: str, known: set[str]) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else "delete it"
    kind = wanted.class_path.rpartition(".")[2]
    raise ConfigError(f"{wanted.table}.{name}: {kind} has no such argument", advice=advice)


def _resolved(value: Any, key: str, secrets: list[str]) -> Any:
    """Return a configured value with what the environment has in its place."""
    if is_from_environment(value):
        name = value["env"]
        found = os.environ.get(name, "")
        if not found:
            raise PrerequisiteError(
                f"the environment has no {name}, which {key} names", advice=f"export {name}=…"
            )
        secrets.append(found)
        return found
    if isinstance(value, dict):
        return {name: _resolved(item, f"{key}.{name}", secrets) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, key, secrets) for item in value]
    return value


def _called(wanted: Wanted, kind: type, given: dict[str, Any], secrets: list[str]) -> Any:
    try:
        return kind(**given)
    except ValidationError as error:  # its own words show what was given, secrets too
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join([wanted.table, *map(str, first["loc"])])
        raise ConfigError(f"{place}: {first['msg']}", advice="correct the value") from None
    except ImportError as error:
        raise PrerequisiteError(
            f"{wanted.class_path} cannot be made ({one_line(error, secrets)})",
            advice="install what it needs",
        ) from error
    except Exception as error:
        raise ConfigError(
            f"{wanted.class_path} cannot be made ({one_line(error, secrets)})",
            advice=f"correct [{wanted.table}]",
        ) from error
