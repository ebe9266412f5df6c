"""Evidence → answer: the sentences that answer a question, best first."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.adapters.extractive.candidates import Candidate, candidates
from rag.adapters.extractive.passages import passages
from rag.text.figures import FIGURE, content_words
from rag.text.quantities import missing
from rag.text.questions import asked_about
from rag.types import Block, Draft, ProposedCitation, ProposedClaim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Evidence, QuestionTask, Rejected

_LEANS = 0.15
"""What a passage must share more of the question than a sentence that stands alone."""
_MEASURED = 0.25
"""What a figure is worth to a question that asks how much: more than leaning costs."""
_ANSWERED = 0.4
"""What standing under the question itself, as in a list of questions and answers, is worth."""
_SAME_QUESTION = 0.75
_JOINED = re.compile(r"(?<=\w)[./:](?=\w)")
_MANY = ("how many", "how much", "how long", "how fast", "how large", "what price", "cost", "when")


def answer(task: QuestionTask, *, limit: int) -> Draft:
    """Return up to `limit` claims that share most with the question, the best first.

    Words of the question weigh by how rare they are in the evidence; a question that asks how
    much wants a figure; earlier evidence answers better.
    """
    claims = _best(task, limit)
    return Draft(blocks=(Block(form="bullets", claims=claims),) if claims else ())


def instead(
    task: QuestionTask, rejected: Sequence[Rejected], *, limit: int
) -> list[ProposedClaim | None]:
    """Return, for each claim of an answer that fell, the best that was not proposed yet."""
    proposed = _best(task, limit)
    fallen = [item.claim for item in rejected]
    fresh = (item for item in _best(task, limit, without=fallen) if item not in proposed)
    return [next(fresh, None) for _ in fallen]


def _best(
    task: QuestionTask, limit: int, without: Sequence[ProposedClaim] = ()
) -> tuple[ProposedClaim, ...]:
    pool = [
        item
        for item in (*candidates(task.evidence), *passages(task.evidence))
        if _claim(item) not in without
    ]
    if not pool:
        return ()
    wanted = asked_about(task.words or task.question)
    weights = _weights(wanted, task.evidence)
    ranks = {item.key: rank for rank, item in enumerate(task.evidence)}
    measured = any(phrase in task.question.lower() for phrase in _MANY)

    def merit(candidate: Candidate) -> float:
        shared = sum(weights[word] for word in wanted & _seen(candidate))
        bonus = _MEASURED if measured and FIGURE.search(candidate.text) else 0.0
        bonus -= _LEANS if candidate.kind == "passage" else 0.0
        bonus += _ANSWERED if _is_asked_above(candidate, wanted) else 0.0
        return shared + bonus - 0.04 * ranks[candidate.evidence.key]

    ranked = sorted(pool, key=lambda item: (-merit(item), item.place))
    best = merit(ranked[0])
    chosen: list[Candidate] = []
    for candidate in ranked:
        close = best - merit(candidate) <= max(0.0, min(0.4 * best, 0.35))
        fresh = not any(_alike(candidate, other) for other in chosen)
        if len(chosen) < limit and close and fresh:
            chosen.append(candidate)
    return tuple(map(_claim, chosen))


def _is_asked_above(candidate: Candidate, wanted: frozenset[str]) -> bool:
    """Whether the candidate's heading asks the same question."""
    if not candidate.headings or not candidate.headings[-1].rstrip().endswith("?"):
        return False
    above = asked_about(candidate.headings[-1])
    return len(above & wanted) / len(above | wanted or {""}) >= _SAME_QUESTION


def _seen(candidate: Candidate) -> frozenset[str]:
    """Return the words of a candidate with those that say what it is about.

    In rows and passages, a name is also the names that dots and slashes join in it: they have no
    words around them that would say the rest.
    """
    about = " ".join((*candidate.headings[-1:], *candidate.header))
    named = ""
    if candidate.kind in {"row", "passage"}:
        parts = _JOINED.sub(" ", candidate.text).split()
        named = " ".join(part for part in parts if any(map(str.isalpha, part)))
    return candidate.words | content_words(about) | content_words(named)


def _weights(wanted: frozenset[str], evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return each question word's share of the question's information."""
    counts: Counter[str] = Counter()
    for item in evidence:
        counts.update(content_words(item.chunk.text) & wanted)
    raw = {word: math.log(1 + len(evidence) / (0.5 + counts[word])) for word in wanted}
    total = sum(raw.values()) or 1.0
    return {word: weight / total for word, weight in raw.items()}


def _alike(one: Candidate, other: Candidate) -> bool:
    same = one.evidence.document.id == other.evidence.document.id
    if same and one.start < other.end and other.start < one.end:
        return True
    shorter = min(len(one.words), len(other.words)) or 1
    return len(one.words & other.words) / shorter >= 0.7  # noqa: PLR2004 - says the same


def _claim(candidate: Candidate) -> ProposedClaim:
    text = candidate.text
    # A figure that only the header has would be one without a passage.
    if candidate.kind == "row" and not missing(" ".join(candidate.header), candidate.text):
        pairs = zip(candidate.header, candidate.cells, strict=True)
        text = "; ".join(f"{name}: {cell}" for name, cell in pairs if cell)
    return ProposedClaim(
        text=text,
        attribution=candidate.attribution,
        citations=(ProposedCitation(evidence=candidate.evidence.key, quote=candidate.quote),),
    )
