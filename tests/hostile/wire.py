"""The hostile writer over a wire: its drafts as a model's replies, which are mangled on the way."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

from hostile.writers import HostileWriter
from rag.replies import MAX_CHARACTERS, ask_for_draft
from rag.types import Draft, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import SectionTask

    Mangle = Callable[[str, Random], str]


def half(text: str, chance: Random) -> str:
    """Return it up to any place."""
    return text[: chance.randrange(len(text))]


def prose(text: str, chance: Random) -> str:
    """Return prose, or prose around it."""
    said = "Certainly! Here is the section, rewritten with great care."
    return chance.choice(
        [said, f"{said}\n{text}", f"{said}\n```json\n{text}\n```", f"{text}\nDone."]
    )


def wrong_types(text: str, chance: Random) -> str:
    """Return it with a value of another type somewhere."""
    content = json.loads(text)
    holder, key = chance.choice(_places(content))
    holder[key] = chance.choice([7, None, True, {"text": "x"}, [["x"]], 1.5])
    return json.dumps(content)


def extra_keys(text: str, chance: Random) -> str:
    """Return it with a field somewhere that no draft has."""
    content = json.loads(text)
    homes = [content, *(item for item in _values(content) if isinstance(item, dict))]
    chance.choice(homes)[chance.choice(["verdict", "thoughts", "Text", "verified"])] = "supported"
    return json.dumps(content)


def nested(text: str, chance: Random) -> str:
    """Return nonsense in nonsense, or the draft inside of it."""
    depth = chance.choice([3, 300, 60_000])
    inner = chance.choice([text, "", '"x"'])
    return chance.choice(["[" * depth + inner + "]" * depth, '{"blocks":' * depth + inner])


def too_long(text: str, chance: Random) -> str:
    """Return far more than a section may have."""
    content = json.loads(text)
    times = 1 + 2 * MAX_CHARACTERS // len(text)
    content["blocks"] = [*content["blocks"], {"form": "bullets", "text": "x" * 99}] * times
    return json.dumps(content) + " " * (MAX_CHARACTERS if chance.random() < 0.5 else 0)


def twice(text: str, chance: Random) -> str:
    """Return it twice, one after the other."""
    return text + chance.choice(["", "\n", ","]) + text


def nothing(_: str, chance: Random) -> str:
    """Return nothing, or next to nothing."""
    return chance.choice(["", " ", "null", "{}", "[]", '""', "```json\n```", "\ufeff"])


MANGLES: tuple[Mangle, ...] = (
    half, prose, wrong_types, extra_keys, nested, too_long, twice, nothing,
)  # fmt: skip
"""Each makes of a draft what is none."""


class WireWriter(HostileWriter):
    """The same writer, whose drafts come as text: some fenced, some mangled, once or twice.

    It keeps how often each reply was mangled in `played`, and in `unread` how many drafts never
    came through.
    """

    name = "hostile over a wire"
    unread = 0

    def write_section(self, task: SectionTask) -> Draft | Skipped:
        """See `Writer.write_section`."""
        draft = super().write_section(task)
        if isinstance(draft, Skipped):
            return draft
        chance = Random(f"{self._seed}/{self.drafts}/wire")  # noqa: S311 - tricks, no secrets
        text = draft.model_dump_json()
        mangled = [chance.random() < 0.5 for _ in range(2)]
        told: list[str] = []

        def ask(correction: str) -> str:
            told.append(correction)
            if not mangled[len(told) - 1]:
                return chance.choice([text, f"```json\n{text}\n```"])
            mangle = MANGLES[(self._seed + self.drafts + len(told)) % len(MANGLES)]
            self.played[mangle.__name__] += 1
            return mangle(text, chance)

        found = ask_for_draft(ask)
        assert isinstance(found, Skipped) == all(mangled), (found, told)
        assert found == draft or isinstance(found, Skipped)
        assert [bool(line) for line in told] == [False, True][: len(told)]
        self.unread += isinstance(found, Skipped)
        return found


def _values(content: Any) -> list[Any]:
    """Return all values in a value, at any depth."""
    inner = content.values() if isinstance(content, dict) else content
    if not isinstance(content, dict | list):
        return []
    return [item for value in inner for item in (value, *_values(value))]


def _places(content: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Return where a value may be changed so that no draft is left."""
    found: list[tuple[Any, Any]] = [(content, "blocks"), (content, "settled")]
    for item in _values(content):
        if isinstance(item, dict):
            found += [(item, key) for key in item]
    return found
