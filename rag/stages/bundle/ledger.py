"""A history → what in it does not add up, or does not lead to a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.stages.bundle.values import Problem
from rag.text.labels import footnote_label
from rag.types import claim_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from rag.types import Claim, History, PastEdition, Section

_IN = frozenset({"added", "returned"})
_OUT = frozenset({"merged", "superseded", "retired"})


def check_history(history: History, report: str, labels: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with a history: with each edition, and with where it leads.

    Every claim has the id and the footnotes of its words; every edition is the one before with what
    its entries add and, with a reason, take away; its text shows some of its claims. The report is
    the last edition's text, or that text edited by hand: then it still stands on some of what that
    edition stood on, and on nothing that no edition did.

    Args:
        history: what a bundle carries; without an edition nothing is said of the report.
        report: the bundle's report.
        labels: of what its claims cite.
    """
    known = {claim.id for edition in history.editions for claim in _all(edition)}
    before: frozenset[str] = frozenset()
    for number, edition in enumerate(history.editions, start=1):
        if edition.number != number:
            yield Problem("history", str(number), f"it has edition {edition.number} instead")
        for claim in _all(edition):
            yield from _of_claim(number, claim)
        now = _own(edition.sections)
        yield from _accounted(edition, before, now, known)
        yield from _shown(edition)
        before = now
    if history.editions:
        yield from _leads(history, report, frozenset(labels))


def _all(edition: PastEdition) -> Iterator[Claim]:
    for section in edition.sections:
        yield from section.claims
    yield from (entry.claim for entry in edition.entries)


def _own(sections: Iterable[Section]) -> frozenset[str]:
    return frozenset(
        claim.id for section in sections for claim in section.claims if not claim.repeats
    )


def _of_claim(number: int, claim: Claim) -> Iterator[Problem]:
    if claim.id != claim_id(claim.text, claim.cells):
        yield Problem("history", str(number), f"{claim.id} is not the id of {claim.text!r}")
    if not claim.citations:
        yield Problem("history", str(number), f"nothing is cited for {claim.text!r}")
    for item in claim.citations:
        label = footnote_label(item.reference_key, item.quote)
        if item.label != label or item.end - item.start != len(item.quote):
            yield Problem("history", str(number), f"{item.label} is not the label of its words")


def _accounted(
    edition: PastEdition, before: frozenset[str], now: frozenset[str], known: Collection[str]
) -> Iterator[Problem]:
    came = {entry.claim.id for entry in edition.entries if entry.fate in _IN}
    went = {entry.claim.id: entry for entry in edition.entries if entry.fate in _OUT}
    for name in sorted(now - before - came):
        yield Problem("history", str(edition.number), f"nothing says how {name} came into it")
    for name in sorted(before - now):
        entry = went.get(name)
        if entry is None or not entry.reason:
            yield Problem("history", str(edition.number), f"nothing says why {name} left")
        elif entry.by and entry.by not in known:
            yield Problem("history", str(edition.number), f"{name} left for one that is unknown")


def _shown(edition: PastEdition) -> Iterator[Problem]:
    # Some, not all: what its user did to its footnotes was the user's right.
    labels = _labels(claim for section in edition.sections for claim in section.claims)
    if labels and not any(f"[^{label}]" in edition.text for label in labels):
        yield Problem("history", str(edition.number), "its text shows none of its claims")


def _leads(history: History, report: str, labels: frozenset[str]) -> Iterator[Problem]:
    last = history.editions[-1]
    if report == last.text:
        return
    ever = _labels(claim for edition in history.editions for claim in _all(edition))
    mine = _labels(claim for section in last.sections for claim in section.claims)
    if labels - ever or (mine and not mine & labels):
        reason = "its last edition does not lead to the report"
        yield Problem("history", str(last.number), reason)


def _labels(claims: Iterable[Claim]) -> frozenset[str]:
    return frozenset(item.label for claim in claims for item in claim.citations)
