"""Do the claims of an answer cite the passages that people marked as answering the question?"""

from __future__ import annotations

from statistics import mean
from typing import TYPE_CHECKING

from benchmarks.common import table
from benchmarks.quality.questions import Place, Question, gold_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.quality.systems import Rag
    from rag.types import Claim


def report(rags: Mapping[str, Rag], questions: Mapping[str, Sequence[Question]]) -> None:
    """Print, of the questions that are answered, how many are so with a gold passage.

    Args:
        rags: a `rag` a set; each is asked as a user asks it.
        questions: those of each set.
    """
    rows = []
    for name, rag in rags.items():
        answers = ((question, rag.ask(question.text, k=None)) for question in questions[name])
        hits = [
            [_cites(rag, claim, question) for claim in answer.claims]
            for question, answer in answers
            if answer.claims
        ]
        first, any_of_them = mean(some[0] for some in hits), mean(any(some) for some in hits)
        claims = mean(map(len, hits))
        rows.append([name, str(len(hits)), f"{first:.1%}", f"{any_of_them:.1%}", f"{claims:.2f}"])
    print("\n## Answers: share that cites a gold passage\n")
    print(table(["questions of", "answered", "first claim", "any claim", "claims"], rows))


def _cites(rag: Rag, claim: Claim, question: Question) -> bool:
    gold = [place for place in gold_places(question, rag.texts) if isinstance(place, Place)]
    return any(
        cited.file == place.file and cited.start < place.end and place.start < cited.end
        for cited in rag.cited(claim)
        for place in gold
    )
