"""Folders of documents → how well conflicts among their claims are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from benchmarks.conflicts.cases import Case, cases, texts
from benchmarks.conflicts.real import claims
from rag.stages.conflicts import Conflict, conflicts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RECALL_GOAL = 0.9
FALSE_PER_100_GOAL = 1.0


class Tally(NamedTuple):
    """How many there are, and how many of them were reported."""

    all: int
    found: int


class Measured(NamedTuple):
    """What came out."""

    by_kind: dict[str, tuple[Tally, Tally]]
    """Kind of change → near copies, paraphrases."""
    conflicts: int
    recall: float
    negatives: int
    false_alarms: int
    real: int
    """Unaltered sentences and rows with figures."""
    reported: tuple[Conflict, ...]
    """What is reported among them."""
    missed: tuple[Case, ...]
    false: tuple[Case, ...]

    @property
    def false_claims(self) -> int:
        """How many unaltered claims are in a reported pair."""
        return len({claim.id for pair in self.reported for claim in (pair.first, pair.second)})

    @property
    def meets_goals(self) -> bool:
        """Whether enough is found and little else."""
        per_100 = 100 * len(self.reported) / self.real
        return self.recall >= RECALL_GOAL and per_100 <= FALSE_PER_100_GOAL


def measure(folders: Sequence[Path], seed: int = 7) -> Measured:
    """Return what is found among the claims of the documents, unaltered and altered."""
    files = [file for folder in folders for file in sorted(folder.glob("*.md"))]
    told = [claim for file in files for claim in claims(file)]
    real = [claim for file in files for claim in claims(file, figures_only=True)]
    made = cases(told, seed)
    pairs = {
        frozenset((pair.first.id, pair.second.id)) for pair in conflicts([*told, *texts(made)])
    }
    hit = [frozenset((case.first.id, case.second.id)) in pairs for case in made]
    seeded = [found for case, found in zip(made, hit, strict=True) if case.conflicts]
    by_kind = {
        kind: (_tally(made, hit, kind, is_copy=True), _tally(made, hit, kind, is_copy=False))
        for kind in dict.fromkeys(case.kind for case in made)
    }
    return Measured(
        by_kind=by_kind,
        conflicts=len(seeded),
        recall=sum(seeded) / len(seeded),
        negatives=len(made) - len(seeded),
        false_alarms=sum(hit) - sum(seeded),
        real=len(real),
        reported=tuple(conflicts(real)),
        missed=tuple(c for c, found in zip(made, hit, strict=True) if c.conflicts and not found),
        false=tuple(c for c, found in zip(made, hit, strict=True) if found and not c.conflicts),
    )


def _tally(made: Sequence[Case], hit: Sequence[bool], kind: str, *, is_copy: bool) -> Tally:
    found = [h for c, h in zip(made, hit, strict=True) if c.kind == kind and c.is_copy == is_copy]
    return Tally(len(found), sum(found))
