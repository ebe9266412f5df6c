"""How much of what answers a question is found: `rag`, plain BM25 and stock LlamaIndex."""

from __future__ import annotations

from collections import defaultdict
from statistics import mean
from typing import TYPE_CHECKING

from benchmarks.common import table
from benchmarks.quality.questions import coverage, gold_places, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.quality.questions import Place, Question
    from benchmarks.quality.systems import System

DEPTHS = (5, 10, 20)
BUDGET = 6000
"""Characters: five passages of 1,200, whatever the size of a system's chunks."""
Found = list[list["Place"]]
"""One list of places a question."""


def report(
    name: str, systems: Sequence[System], questions: Sequence[Question], known: Mapping[str, Found]
) -> bool:
    """Print how the systems do on one set; return whether `rag` is best in the first column.

    Args:
        name: of the set.
        systems: `rag` first.
        questions: what is asked.
        known: answers already at hand, by system name.
    """
    rows, firsts = [], []
    for system in systems:
        found = known.get(system.name) or [system.find(question.text) for question in questions]
        figures = _figures(system, questions, found)
        firsts.append(figures[0])
        rows.append([system.name, *(f"{figure:.3f}" for figure in figures)])
    header = ["system", f"{BUDGET:,} characters", *(f"k={k}" for k in DEPTHS)]
    header += [f"Pass@{k}" for k in DEPTHS]
    print(f"\n## Retrieval: {name}, {len(questions)} questions, share of gold characters found\n")
    print(table(header, rows))
    return firsts[0] == max(firsts)


def _figures(system: System, questions: Sequence[Question], found: Found) -> list[float]:
    shares: dict[int, list[float]] = defaultdict(list)
    passed: dict[int, list[float]] = defaultdict(list)
    for question, places in zip(questions, found, strict=True):
        gold = gold_places(question, system.texts)
        shares[BUDGET].append(coverage(gold, within(places, BUDGET))[0])
        for depth in DEPTHS:
            share, passages = coverage(gold, places[:depth])
            shares[depth].append(share)
            passed[depth].append(passages)
    columns = [shares[BUDGET], *(shares[k] for k in DEPTHS), *(passed[k] for k in DEPTHS)]
    return [mean(column) for column in columns]
