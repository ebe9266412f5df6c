"""The user's checklist as references, and the ticking of one box.

The file is the user's: it is read as it stands and changed by one character at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.stages.checklist.entry import read_entry
from rag.stages.checklist.lines import box_at, boxes, visible_lines
from rag.stages.checklist.locator import checksum, key_of, same_place
from rag.types import Reference, Skipped, Value

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ChecklistReading", "key_of", "read_checklist", "same_place", "tick", "untick"]


class ChecklistReading(Value):
    """What a checklist says: its references in file order, and the entries that are none."""

    references: tuple[Reference, ...]
    problems: tuple[Skipped, ...]


def read_checklist(text: str, place_of: Callable[[str], str] = same_place) -> ChecklistReading:
    """Return the references of a checklist and what is wrong with its other boxes.

    Args:
        text: the whole file with its own line ends; any string.
        place_of: a form of a locator that two locators share when they name the same place.

    Returns:
        References in file order, their keys unique; a problem for each box without a locator,
        with one that cannot be, or with one that an earlier line has.
    """
    definitions: dict[str, Any] = {}
    references: dict[str, Reference] = {}
    problems: list[Skipped] = []
    places: dict[str, int] = {}
    for box in boxes(visible_lines(text, definitions)):
        found = read_entry(box, definitions)
        place = "" if isinstance(found, str) else place_of(found.locator)
        reason = found if isinstance(found, str) else _repetition(found, places.get(place))
        if isinstance(found, str) or reason:
            subject = f"line {box.line}"
            problems.append(Skipped(subject=subject, stage="checklist", reason=reason))
            continue
        places[place] = found.line
        key = _unique(found, references)
        references[key] = found.model_copy(update={"key": key})
    return ChecklistReading(references=tuple(references.values()), problems=tuple(problems))


def tick(text: str, line: int) -> str:
    """Return `text` with the box on `line` (from 1) checked, and nothing else changed.

    Raises:
        ValueError: no box stands on that line.
    """
    at = _box_at(text, line)
    return f"{text[:at]}x{text[at + 1 :]}" if text[at] == " " else text


def untick(text: str, line: int) -> str:
    """Return `text` with the box on `line` (from 1) unchecked, and nothing else changed.

    Raises:
        ValueError: no box stands on that line.
    """
    at = _box_at(text, line)
    return f"{text[:at]} {text[at + 1 :]}"


def _box_at(text: str, line: int) -> int:
    at = box_at(text, line)
    if at is None:
        raise ValueError(f"no box stands on line {line}")
    return at


def _repetition(found: Reference, first: int | None) -> str:
    """Return why the reference is one too many; empty if no `first` line has its place."""
    if first is None:
        return ""
    return f"{found.locator!r} is the same locator as on line {first}: delete one of the two"


def _unique(found: Reference, taken: dict[str, Reference]) -> str:
    """Return the reference's key; with as much of its checksum as tells it from those before."""
    if found.key not in taken:
        return found.key
    hexadecimal = checksum(found.locator)
    # No key made by `key_of` is as long as the whole checksum, so the search ends.
    keys = (f"{found.key}-{hexadecimal[:length]}" for length in range(4, len(hexadecimal) + 1))
    return next(key for key in keys if key not in taken)
