"""How much of a question the words of candidates answer, by the words that they share."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.extractive.wording import SOURCE_LINE
from rag.text.figures import FIGURE, INSTANCE, WORD, content_words
from rag.text.questions import (
    asked_about,
    has_subject,
    tells_of_another,
    tells_of_money,
    unheard_of,
    wants_money,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.adapters.extractive.candidates import Candidate
    from rag.types import Evidence, QuestionTask

_LEANS = 0.15
"""What a passage must share more of the question than a sentence that stands alone."""
_MEASURED = 0.25
"""What a figure is worth to a question that asks how much: more than leaning costs."""
_ANSWERED = 0.4
"""What standing under the question itself, as in a list of questions and answers, is worth."""
_DEFINED = 0.2
"""What beginning with the thing asked about is worth to a question that asks what it is."""
_POINTS = 0.3
"""What it costs to speak of figures and of the article itself: it is no news to who asks."""
_SAME_QUESTION = 0.75
_WHAT_IS = re.compile(
    r"\s*what(?:['’]s| is| are| was| were) (?:an? |the )?(?P<thing>.+?)[\s?.]*"
    r"|\s*what (?:does|do) (?P<term>.+?) (?:mean|stand for)[\s?.]*",
    re.IGNORECASE,
)
_LONGEST_THING = 4
"""Words beyond which a question asks for a fact about something, not for what it is."""
_DEFINES = re.compile(r"\b(?:is|are|was|were|means?|refers? to|stands? for|describes?)\b")
_SPEAKS_OF_ITSELF = re.compile(
    r"\bthis (?:article|section|chapter|post|paper|talk|document)\b", re.IGNORECASE
)
_YES_OR_NO = re.compile(r"(?:yes|no)\b[,.;:]", re.IGNORECASE)
"""How an answer begins to the very question that stands above it."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
"""Between two words: one writes mixture-of-experts, another mixture of experts."""
_JOINED = re.compile(r"(?<=\w)[./:](?=\w)")
_MANY = ("how many", "how much", "how long", "how fast", "how large", "what price", "cost", "when")


class Ranked(NamedTuple):
    """A candidate, and how much it is worth to a question."""

    candidate: Candidate
    merit: float

    def order(self) -> tuple[float, tuple[str, int]]:
        """The better first, then by place."""
        return -self.merit, self.candidate.place


def ranked(task: QuestionTask, pool: Iterable[Candidate]) -> list[Ranked]:
    """Return candidates by how much of the question they share, the best first.

    Words of the question weigh by how rare they are in the evidence; a question that asks how
    much wants a figure, one that asks what something is wants it said first; earlier evidence
    answers better. What tells of others than the question names is left out, and all is if the
    question has no subject, or names what no evidence names; to a question for a price, what says
    nothing of money.
    """
    if not has_subject(task.words or task.question):
        return []
    if unheard_of(task.question, "\n".join(map(_told, task.evidence))):
        return []
    wanted = asked_about(task.words or task.question)
    weights = _weights(wanted, task.evidence)
    ranks = {item.key: rank for rank, item in enumerate(task.evidence)}
    measured = any(phrase in task.question.lower() for phrase in _MANY)
    thing = _thing(task.question)

    def merit(candidate: Candidate) -> float:
        shared = sum(weights[word] for word in wanted & _seen(candidate))
        bonus = _MEASURED if measured and FIGURE.search(candidate.text) else 0.0
        bonus -= _LEANS if candidate.kind == "passage" else 0.0
        bonus += _ANSWERED if _is_asked_above(candidate, wanted) else 0.0
        bonus += _DEFINED * _defines(candidate, thing) if thing else 0.0
        bonus -= _POINTS if _points_elsewhere(candidate.text) else 0.0
        return shared + bonus - 0.04 * ranks[candidate.evidence.key]

    found = (
        item
        for item in pool
        if not _is_of_another(item, task.question)
        and (not _YES_OR_NO.match(item.text) or _is_asked_above(item, wanted))
    )
    if wants_money(task.question):
        found = (item for item in found if tells_of_money(" ".join((item.text, *item.header))))
    return sorted((Ranked(item, merit(item)) for item in found), key=Ranked.order)


def _told(item: Evidence) -> str:
    """Return the words of evidence, and what says what it is about."""
    return "\n".join((item.chunk.text, item.document.title, *item.chunk.headings))


def _is_of_another(candidate: Candidate, question: str) -> bool:
    """Whether it tells of other instances, or other generations, than the question names."""
    asked, told = set(INSTANCE.findall(question)), set(INSTANCE.findall(candidate.text))
    if asked and told and asked.isdisjoint(told):
        return True
    # A row says itself what it is of; a sentence may stand under it.
    above = (
        () if candidate.kind == "row" else (candidate.evidence.document.title, *candidate.headings)
    )
    return tells_of_another(question, "\n".join((candidate.text, *candidate.header, *above)))


def _thing(question: str) -> str:
    """Return what a question wants explained; nothing if it asks for something else."""
    found = _WHAT_IS.fullmatch(question)
    thing = (found["thing"] or found["term"]) if found else ""
    return thing if len(WORD.findall(thing)) <= _LONGEST_THING else ""


def _defines(candidate: Candidate, thing: str) -> float:
    """Return how much a candidate looks like it says what a thing is, from 0 to 1."""
    text, thing_apart = _HYPHEN.sub(" ", candidate.text), _HYPHEN.sub(" ", thing)
    words, wanted = WORD.findall(text), content_words(thing_apart)
    length = len(WORD.findall(thing_apart))
    if wanted and wanted <= content_words(" ".join(words[: length + 1])):
        rest = " ".join(words[: length + 4])
        return 1.0 if _DEFINES.search(rest) else 0.5
    return 0.75 if f"({thing})" in candidate.text else 0.0


def _points_elsewhere(text: str) -> bool:
    """Whether it is a caption, or speaks of the article that it stands in."""
    return bool(SOURCE_LINE.match(text) or _SPEAKS_OF_ITSELF.search(text))


def _is_asked_above(candidate: Candidate, wanted: frozenset[str]) -> bool:
    """Whether the candidate's heading asks the same question."""
    if not candidate.headings or not candidate.headings[-1].rstrip().endswith("?"):
        return False
    above = asked_about(candidate.headings[-1])
    return len(above & wanted) / len(above | wanted or {""}) >= _SAME_QUESTION


def _seen(candidate: Candidate) -> frozenset[str]:
    """Return the words of a candidate with those that say what it is about.

    In rows and passages, a name is also the names that dots and slashes join in it: they have no
    words around them that would say the rest. What hyphens join is also its words.
    """
    about = " ".join((*candidate.headings[-1:], *candidate.header))
    named = ""
    if candidate.kind in {"row", "passage"}:
        parts = _JOINED.sub(" ", candidate.text).split()
        named = " ".join(part for part in parts if any(map(str.isalpha, part)))
    apart = _HYPHEN.sub(" ", f"{candidate.text} {about}")
    return candidate.words | content_words(about) | content_words(named) | content_words(apart)


def _weights(wanted: frozenset[str], evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return each question word's share of the question's information."""
    counts: Counter[str] = Counter()
    for item in evidence:
        counts.update(content_words(item.chunk.text) & wanted)
    raw = {word: math.log(1 + len(evidence) / (0.5 + counts[word])) for word in wanted}
    total = sum(raw.values()) or 1.0
    return {word: weight / total for word, weight in raw.items()}
