"""Evidence → answer: the sentences that answer a question, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.extractive.candidates import Candidate, candidates
from rag.adapters.extractive.passages import passages
from rag.adapters.extractive.relevance import Ranked, ranked
from rag.adapters.extractive.repetition import contradicts
from rag.text.quantities import missing
from rag.types import Block, Draft, ProposedCitation, ProposedClaim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.ports import PairScorer
    from rag.settings import AskSettings
    from rag.types import QuestionTask, Rejected

_SCORED = 16
"""How many of the best the scorer is shown."""
_PER_SCORE = 0.05
"""What a point of the scorer is worth beside shared words."""
_SAME_WORDS = 0.7
"""Share of the shorter one's words from which two claims say the same."""
_CLOSE = 0.35
"""How far behind the best an answer may be and still be shown."""


class Answering:
    """Answers questions with sentences, rows and passages of the evidence.

    Args:
        settings: how many claims an answer may have, and what the scorer must give each.
        scorer: says how well words answer a question; without one, shared words alone do.
    """

    def __init__(self, settings: AskSettings, scorer: PairScorer | None) -> None:
        self._settings = settings
        self._scorer = scorer

    def answer(self, task: QuestionTask) -> Draft:
        """Return the claims that answer best, the best first; none if nothing does."""
        claims = self._best(task)
        return Draft(blocks=(Block(form="bullets", claims=claims),) if claims else ())

    def instead(
        self, task: QuestionTask, rejected: Sequence[Rejected]
    ) -> list[ProposedClaim | None]:
        """Return, for each claim of an answer that fell, the best that was not proposed yet."""
        proposed = self._best(task)
        fallen = [item.claim for item in rejected]
        fresh = (item for item in self._best(task, without=fallen) if item not in proposed)
        return [next(fresh, None) for _ in fallen]

    def _best(
        self, task: QuestionTask, without: Sequence[ProposedClaim] = ()
    ) -> tuple[ProposedClaim, ...]:
        pool = (
            item
            for item in (*candidates(task.evidence), *passages(task.evidence))
            if _claim(item) not in without
        )
        found = self._scored(task.question, ranked(task, pool))
        chosen: list[Candidate] = []
        for candidate, merit in found:
            best = found[0].merit
            close = best - merit <= _CLOSE
            fresh = not any(_alike(candidate, other) for other in chosen)
            if len(chosen) < self._settings.claims and close and fresh:
                chosen.append(candidate)
        return tuple(map(_claim, chosen))

    def _scored(self, question: str, found: Sequence[Ranked]) -> Sequence[Ranked]:
        """Let the scorer order the first, and leave out what it takes for no answer."""
        if self._scorer is None or not found:
            return found
        first = found[:_SCORED]
        scores = self._scorer.score([(question, _with_heading(item.candidate)) for item in first])
        return sorted(
            (
                Ranked(item.candidate, item.merit + _PER_SCORE * score)
                for item, score in zip(first, scores, strict=True)
                if score >= self._settings.min_score
            ),
            key=Ranked.order,
        )


def _with_heading(candidate: Candidate) -> str:
    return "\n".join((*candidate.headings[-1:], _claim(candidate).text))


def _alike(one: Candidate, other: Candidate) -> bool:
    same = one.evidence.document.id == other.evidence.document.id
    if same and one.start < other.end and other.start < one.end:
        return True
    shorter = min(len(one.words), len(other.words)) or 1
    if len(one.words & other.words) / shorter < _SAME_WORDS:
        return False
    short, long = sorted((one, other), key=lambda item: len(item.words))
    # Another figure or a "not" in the same words is the other side of a contradiction.
    return not (missing(short.text, long.text) or contradicts(one, other))


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
