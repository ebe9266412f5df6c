"""What the user wrote in front of a claim, in its own paragraph, is no part of the claim."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rag.stages.readback.values import ReadBlock, ReadClaim, ReadReport

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")


def own_words_apart(report: ReadReport, known: Iterable[tuple[str, Iterable[str]]]) -> ReadReport:
    """Return a report in which sentences before the words of a known claim are uncited.

    A mark stands behind all words since the one before, so that a report alone does not tell. Words
    that do not end as a sentence ("It is wrong that") stay what they are: part of what is cited.

    Args:
        report: as it was read.
        known: the words of each claim of the last edition, as a reader sees them, and the labels
            of its footnotes.
    """
    words: dict[str, set[str]] = defaultdict(set)
    for text, labels in known:
        for label in labels:
            words[label].add(_spaced(text))

    def block(item: ReadBlock) -> ReadBlock:
        claims = [part for claim in item.claims for part in _parts(claim, words)]
        return item.model_copy(update={"claims": tuple(claims)})

    return report.model_copy(
        update={
            "loose": tuple(map(block, report.loose)),
            "sections": tuple(
                section.model_copy(update={"blocks": tuple(map(block, section.blocks))})
                for section in report.sections
            ),
        }
    )


def _parts(claim: ReadClaim, known: Mapping[str, set[str]]) -> Iterator[ReadClaim]:
    text = _spaced(claim.text)
    before = "" if claim.cells or claim.quoted else _before(text, claim.labels, known)
    if not before:
        yield claim
        return
    yield claim.model_copy(update={"text": before, "labels": (), "is_linked": False})
    yield claim.model_copy(update={"text": text[len(before) :].strip()})


def _before(text: str, labels: Iterable[str], known: Mapping[str, set[str]]) -> str:
    """Return the sentences before the longest known claim that a text ends with, if any."""
    shared = [known.get(label, set()) for label in labels]
    claims = set[str]().union(*shared) if shared else set()
    if text in claims:
        return ""
    for words in sorted(claims, key=len, reverse=True):
        before = text.removesuffix(words).rstrip()
        if words and text.endswith(words) and _SENTENCE_END.search(before):
            return before
    return ""


def _spaced(text: str) -> str:
    return " ".join(text.split())
