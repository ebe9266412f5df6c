"""Claims and evidence that repeats or contradicts one of them → how often that one is sent with it.

The pairs are those of `benchmarks.conflicts`: real sentences, and what a program made of them. Each
is put among other claims of real documents, and what was made of it among other sentences of one.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.conflicts.cases import cases
from benchmarks.conflicts.real import claims
from rag.writing.nearness import near

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CLAIMS = 100
"""In a section."""
SENTENCES = 9
"""In a passage."""
GOAL = 0.98


class Recall(NamedTuple):
    """How often the claim that evidence repeats or contradicts is sent with it."""

    kind: str
    all: int
    found: int
    sent: int
    """Claims sent, in all cases together."""


def recall(folders: Sequence[Path], seed: int = 7) -> list[Recall]:
    """Return what is found, by the kind of change; `same` is a light paraphrase."""
    told = [
        item for folder in folders for file in sorted(folder.glob("*.md")) for item in claims(file)
    ]
    random = Random(seed)
    counts: dict[str, Recall] = {}
    for case in cases(told, seed):
        if not (case.conflicts or case.kind == "same"):
            continue
        others = [item.text for item in random.sample(told, CLAIMS) if item.text != case.first.text]
        at = random.randrange(len(told) - SENTENCES)
        passage = [item.text for item in told[at : at + SENTENCES]]
        passage[random.randrange(SENTENCES)] = case.second.text
        found = near([case.first.text, *others[: CLAIMS - 1]], ["\n".join(passage)])
        old = counts.get(case.kind, Recall(case.kind, 0, 0, 0))
        counts[case.kind] = Recall(
            case.kind, old.all + 1, old.found + (0 in found), old.sent + len(found)
        )
    return list(counts.values())
