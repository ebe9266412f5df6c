"""A language model's reply → the draft that it spells, or what is wrong with it.

Adapters that have a model write use this one way to ask and to read. It stands below them, beside
`modelfiles`, since adapters know neither stages nor each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from rag.types import Draft, Skipped, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pydantic_core import ErrorDetails

T = TypeVar("T")
V = TypeVar("V", bound=Value)
MAX_CHARACTERS = 200_000
"""A longer reply is read no further: the longest section has a tenth of it."""
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(?P<json>.*)\n[ \t]*```", re.DOTALL)
_TOLD = 5
"""How many mistakes a message names: the model mends the rest with them."""
_WORDS = 120
"""Characters of a mistake."""


class Malformed(Value):
    """A reply that is no draft."""

    message: str
    """What is wrong with it, in words that may be sent back to the model; one line."""


def read_draft(reply: str) -> Draft | Malformed:
    """Return the draft that a reply spells. See `read_as`."""
    return read_as(Draft, reply)


def read_as(kind: type[V], reply: str) -> V | Malformed:
    """Return the value that a reply spells as JSON, alone or fenced as a block of code.

    Nothing is guessed: no half of an object is completed, no words around it are cut off, no value
    is turned into one of another type, and a field that the value does not have is a mistake.
    """
    if len(reply) > MAX_CHARACTERS:
        return Malformed(message=f"it has {len(reply):,} characters, of {MAX_CHARACTERS:,} at most")
    text = reply.strip()
    fenced = _FENCED.fullmatch(text)
    try:
        return kind.model_validate_json(fenced["json"] if fenced else text, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    told = _told(found, _names(kind.model_json_schema()))
    more = [f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
    return Malformed(message="; ".join([*told[:_TOLD], *more]))


def ask_for_draft(ask: Callable[[str], str]) -> Draft | Skipped:
    """Return the draft that a model replies with, asked once more if its reply is none.

    Args:
        ask: what is to be said of the last reply, nothing at first → the model's reply.
    """
    return ask_twice(ask, read_draft)


def ask_twice(
    ask: Callable[[str], str | Malformed],
    read: Callable[[str], T | Malformed],
    *,
    who: str = "the writer",
    what: str = "draft",
) -> T | Skipped:
    """Return what a model replies with, asked once more if its reply cannot be read.

    Args:
        ask: what is to be said of the last reply, nothing at first → the model's reply; or what is
            wrong with it, where that was plain before it was read.
        read: reply → what it spells, or what is wrong with it.
        who: who is asked, for the user.
        what: what for, for both.

    Returns:
        What was read; `Skipped`, with no subject yet, if the second reply cannot be read either:
        the section then stays as it was, and the run says so.
    """
    first = _read(ask(""), read)
    if not isinstance(first, Malformed):
        return first
    second = _read(ask(_again(first, what)), read)
    if not isinstance(second, Malformed):
        return second
    reason = f"{who} was asked twice and its reply is no {what}: {second.message}"
    return Skipped(subject="", stage="draft", reason=reason)


def _read(reply: str | Malformed, read: Callable[[str], T | Malformed]) -> T | Malformed:
    return reply if isinstance(reply, Malformed) else read(reply)


def _again(wrong: Malformed, what: str) -> str:
    return (
        f"Your last reply cannot be read as a {what}: {wrong.message}. "
        f"Reply with the whole JSON object of the {what} and nothing else."
    )


def _told(errors: Iterable[ErrorDetails], names: Collection[str]) -> list[str]:
    """Return what is wrong, place by place, without a word that the model made up.

    A message goes back into a prompt outside of any data block. The name of a field that the form
    does not have may be anything, a passage's orders too: so such fields are counted, not named.
    """
    told: list[str] = []
    unknown: dict[str, int] = {}
    for error in errors:
        *above, name = error["loc"] or ("",)
        if error["type"] == "extra_forbidden" and name not in names:
            place = ".".join(map(str, above))
            unknown[place] = unknown.get(place, 0) + 1
        else:
            told.append(_at(".".join(map(str, error["loc"])), error["msg"]))
    counts = [(place, "unknown field" if n == 1 else "unknown fields", n)
              for place, n in unknown.items()]  # fmt: skip
    return [*told, *(_at(place, f"{n} {what}, not permitted") for place, what, n in counts)]


def _at(place: str, message: str) -> str:
    words = f"{place}: {message}" if place else message
    return words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"


def _names(schema: object) -> set[str]:
    """Return the names of all fields of a JSON schema."""
    parts = schema.values() if isinstance(schema, dict) else schema
    found = set(schema.get("properties", ())) if isinstance(schema, dict) else set()
    for part in parts if isinstance(parts, Iterable) else ():
        found |= _names(part) if isinstance(part, dict | list) else set()
    return found
