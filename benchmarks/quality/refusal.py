"""Does `rag ask` say that the references do not answer, when they do not?

Two figures: the judgement that nothing found answers (`Answer.answerable`), and what a reader sees
(`Answer.refused`): the extractive writer may also find no sentence that can be quoted alone.
"""

from __future__ import annotations

from statistics import mean
from typing import TYPE_CHECKING

from benchmarks.common import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.quality.questions import Question
    from benchmarks.quality.systems import Rag
    from rag.flows.ask import Answer

OWN_AT_MOST = 0.10
OTHERS_AT_LEAST = 0.80
_ASKED = 120
"""How many questions a set are put to what does not answer them."""


def report(
    rags: Mapping[str, Rag],
    questions: Mapping[str, Sequence[Question]],
    own: Mapping[str, Sequence[Answer]],
) -> bool:
    """Print the shares refused; return whether both goals are met.

    Args:
        rags: a `rag` a set.
        questions: those of each set.
        own: what the corpus that answers them said to them.
    """
    rows = [["own corpus", name, name, *_shares(answers)] for name, answers in own.items()]
    others: list[Answer] = []
    for name, asked in questions.items():
        some = asked[:: max(1, len(asked) // _ASKED)]
        for other in rags:
            if other == name:
                continue
            answers = [rags[other].ask(question.text) for question in some]
            others += answers
            rows.append(["other corpus", name, other, *_shares(answers)])
        rows.append(["other file", name, name, *_shares(_other_file(rags[name], some))])
    mine = [answer for answers in own.values() for answer in answers]
    rows.append(["own, all", "", "", *_shares(mine)])
    rows.append(["other corpus, all", "", "", *_shares(others)])
    print("\n## Refusal: share of questions that `rag ask` does not answer\n")
    header = ["asked of", "questions of", "put to", "questions", "judged unanswerable", "refused"]
    print(table(header, rows))
    print(f"\nGoals: own at most {OWN_AT_MOST:.0%}, other corpus at least {OTHERS_AT_LEAST:.0%}.")
    return _refused(mine) <= OWN_AT_MOST and _refused(others) >= OTHERS_AT_LEAST


def _other_file(rag: Rag, questions: Sequence[Question]) -> list[Answer]:
    """Ask one file what another answers; files of one corpus may share a subject."""
    files = sorted(rag.texts)
    middle = len(files) // 2
    return [
        rag.ask(question.text, files[(files.index(question.file) + middle) % len(files)])
        for question in questions
    ]


def _refused(answers: Sequence[Answer]) -> float:
    return mean(answer.refused for answer in answers)


def _shares(answers: Sequence[Answer]) -> tuple[str, str, str]:
    judged = mean(not answer.answerable for answer in answers)
    return str(len(answers)), f"{judged:.1%}", f"{_refused(answers):.1%}"
