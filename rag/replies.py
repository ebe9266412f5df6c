"""A language model's reply → the draft that it spells, or what is wrong with it.

Adapters that have a model write use this one way to ask and to read. It stands below them, beside
`modelfiles`, since adapters know neither stages nor each other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rag.types import Draft, Skipped, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import ErrorDetails

MAX_CHARACTERS = 200_000
"""A longer reply is read no further: the longest section has a tenth of it."""
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(?P<json>.*)\n[ \t]*```", re.DOTALL)
_TOLD = 5
"""How many mistakes a message names: the model mends the rest with them."""
_WORDS = 120
"""Characters of a mistake: names of unknown fields are the model's own words."""


class Malformed(Value):
    """A reply that is no draft."""

    message: str
    """What is wrong with it, in words that may be sent back to the model; one line."""


def read_draft(reply: str) -> Draft | Malformed:
    """Return the draft that a reply spells as JSON, alone or fenced as a block of code.

    Nothing is guessed: no half of an object is completed, no words around it are cut off, no value
    is turned into one of another type, and a field that a draft does not have is a mistake.
    """
    if len(reply) > MAX_CHARACTERS:
        return Malformed(message=f"it has {len(reply):,} characters, of {MAX_CHARACTERS:,} at most")
    text = reply.strip()
    fenced = _FENCED.fullmatch(text)
    try:
        return Draft.model_validate_json(fenced["json"] if fenced else text, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [_told(item) for item in found[:_TOLD]]
    more = [f"and {len(found) - _TOLD} more"] if len(found) > _TOLD else []
    return Malformed(message="; ".join([*told, *more]))


def ask_for_draft(ask: Callable[[str], str]) -> Draft | Skipped:
    """Return the draft that a model replies with, asked once more if its reply is none.

    Args:
        ask: what is to be said of the last reply, nothing at first → the model's reply.

    Returns:
        The draft; `Skipped`, with no subject yet, if the second reply is none either: the section
        then stays as it was, and the run says so.
    """
    first = read_draft(ask(""))
    if isinstance(first, Draft):
        return first
    second = read_draft(ask(_again(first)))
    if isinstance(second, Draft):
        return second
    reason = f"the writer was asked twice and its reply is no draft: {second.message}"
    return Skipped(subject="", stage="draft", reason=reason)


def _again(wrong: Malformed) -> str:
    return (
        f"Your last reply cannot be read as a draft: {wrong.message}. "
        "Reply with the whole JSON object of the draft and nothing else."
    )


def _told(error: ErrorDetails) -> str:
    place = ".".join(str(item) for item in error["loc"])
    words = f"{place}: {error['msg']}" if place else error["msg"]
    words = "".join(char if char.isprintable() else " " for char in words)
    return words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"
