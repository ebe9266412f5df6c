"""The labelled questions of `retrieval/NAME/` and how much of a gold passage was found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rag.text.normal import find_quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

SETS = ("chunking-evaluation", "contextual-code")


class Place(NamedTuple):
    """A stretch of one file of a corpus."""

    file: str
    start: int
    end: int


@dataclass(frozen=True)
class Question:
    """A question with the passages that answer it."""

    text: str
    gold: tuple[tuple[str, str], ...]
    """(file name, verbatim passage)."""

    @property
    def file(self) -> str:
        """The file of the first gold passage."""
        return self.gold[0][0]


def load(folder: Path, sample: int) -> list[Question]:
    """Return the questions of a set; `sample` of them, evenly spread, if it is not 0."""
    found = []
    for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        item = json.loads(line)
        gold = tuple(
            (entry["reference"].removeprefix("corpus/"), entry["text"])
            for entry in item["relevant"]
            if entry.get("text")
        )
        if gold:
            found.append(Question(text=item["question"], gold=gold))
    if not 0 < sample < len(found):
        return found
    return [found[at * len(found) // sample] for at in range(sample)]


def gold_places(question: Question, texts: Mapping[str, str]) -> list[Place | int]:
    """Return where the gold passages stand in the texts; the length of one that does not."""
    places: list[Place | int] = []
    for file, passage in question.gold:
        span = find_quote(texts[file], passage)
        places.append(Place(file, *span) if span else len(passage))
    return places


def coverage(gold: Sequence[Place | int], found: Iterable[Place]) -> tuple[float, float]:
    """Return the share of gold characters found, and of gold passages found by half or more.

    A gold passage that is absent from the text searched counts as not found.
    """
    hits = list(found)
    wanted = got = passed = 0
    for place in gold:
        if isinstance(place, int):
            wanted += place
            continue
        covered: set[int] = set()
        for hit in hits:
            if hit.file == place.file:
                covered.update(range(max(hit.start, place.start), min(hit.end, place.end)))
        length = place.end - place.start
        wanted += length
        got += len(covered)
        passed += 2 * len(covered) >= length
    return got / wanted, passed / len(gold)


def within(found: Sequence[Place], characters: int) -> list[Place]:
    """Return the first places that together have at most so many characters; the last is cut."""
    out = []
    left = characters
    for place in found:
        size = min(place.end - place.start, left)
        out.append(place._replace(end=place.start + size))
        left -= size
        if not left:
            break
    return out
