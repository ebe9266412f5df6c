"""Does `rag ask` say that the references do not answer, when they do not?"""

from __future__ import annotations

from statistics import mean
from typing import TYPE_CHECKING

from benchmarks.common import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.quality.questions import Question
    from benchmarks.quality.systems import Rag

OWN_AT_MOST = 0.10
OTHERS_AT_LEAST = 0.80


def report(
    rags: Mapping[str, Rag],
    questions: Mapping[str, Sequence[Question]],
    own: Mapping[str, Sequence[bool]],
) -> bool:
    """Print the shares refused; return whether both goals are met.

    Args:
        rags: a `rag` a set.
        questions: those of each set.
        own: whether each question was refused by the corpus that answers it.
    """
    rows = [["own corpus", name, name, *_share(refused)] for name, refused in own.items()]
    others: list[bool] = []
    for name, asked in questions.items():
        for other in rags:
            if other == name:
                continue
            refused = [rags[other].ask(question.text).is_refusal for question in asked]
            others += refused
            rows.append(["other corpus", name, other, *_share(refused)])
    for name, asked in questions.items():
        refused = _other_file(rags[name], asked)
        rows.append(["other file", name, name, *_share(refused)])
    mine = [refused for values in own.values() for refused in values]
    rows.append(["own, all", "", "", *_share(mine)])
    rows.append(["other corpus, all", "", "", *_share(others)])
    print("\n## Refusal: share of questions that `rag ask` does not answer\n")
    print(table(["asked of", "questions of", "put to", "questions", "refused"], rows))
    print(f"\nGoals: own at most {OWN_AT_MOST:.0%}, other corpus at least {OTHERS_AT_LEAST:.0%}.")
    return mean(mine) <= OWN_AT_MOST and mean(others) >= OTHERS_AT_LEAST


def _other_file(rag: Rag, questions: Sequence[Question]) -> list[bool]:
    """Ask one file what the next one answers; files of one corpus may share a subject."""
    files = sorted(rag.texts)
    refused = []
    for question in questions:
        other = files[(files.index(question.file) + 1) % len(files)]
        refused.append(rag.ask(question.text, other).is_refusal)
    return refused


def _share(refused: Sequence[bool]) -> tuple[str, str]:
    return str(len(refused)), f"{mean(refused):.1%}"
