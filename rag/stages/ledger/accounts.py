"""A section's claims before and after a draft → the claims of the next edition, each accounted for.

Nothing that was in the report leaves it without a reason: a claim of the last edition is kept,
merged, superseded or retired, and what a writer merely dropped is put back in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.stages.ledger.places import is_homeless, put_back, topic_of
from rag.stages.ledger.settling import covers, says_all, supersedes, words_of
from rag.stages.ledger.weaving import woven
from rag.text.figures import WORD
from rag.text.quantities import missing
from rag.types import Entry, Section

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rag.types import CheckedBlock, Claim, Fate, SectionSpec, Settled, TopicSpec


_NO_TOPIC = "its topic is no longer in the outline"


class Accounted(NamedTuple):
    """A section in which every prior claim is accounted for, and what became of them."""

    blocks: tuple[CheckedBlock, ...]
    entries: tuple[Entry, ...]


class Draftsman(NamedTuple):
    """What is to be known of who drafted."""

    settled: tuple[Settled, ...] = ()
    may_outrank: bool = False
    """Whether the writer's order of claims is exact, so that it may say what a full topic loses."""
    stays: frozenset[str] = frozenset()
    """Ids of prior claims that stay where they are."""


def account(
    spec: SectionSpec,
    before: Section | None,
    after: Sequence[CheckedBlock],
    draftsman: Draftsman,
    *,
    ever: Collection[str] = (),
) -> Accounted:
    """Return the section with every claim of the last edition kept or accounted for.

    Args:
        spec: the section's place in the outline.
        before: the section in the last edition.
        after: the draft's claims that hold.
        draftsman: what the writer says of claims it left out, and whether it may say so.
        ever: ids of claims that an earlier edition had.

    A settlement that does not hold is no settlement: the claim it was of is put back.
    """
    before = before or Section(id=spec.id, title=spec.title)
    prior = own_claims(before)
    after = woven(spec, before, after, draftsman.stays)
    # An exact writer has found all grounds of each claim itself, whatever the order of editions.
    blocks = list(after) if draftsman.may_outrank else _with_grounds(after, prior)
    present = {claim.id: claim for claim in _claims(blocks) if not claim.repeats}
    said = {item.claim: item for item in draftsman.settled}
    entries = []
    for claim in prior.values():
        if claim.id in present:
            continue
        if entry := _settled(spec, before, blocks, claim, said.get(claim.id), draftsman):
            entries.append(entry)
            blocks = blocks if draftsman.may_outrank else _merged(blocks, claim, entry)
        elif draftsman.may_outrank and is_homeless(spec, before.blocks, claim):
            # An exact writer has chosen for every topic there is; another one may have forgotten.
            entries.append(_entry(spec, "retired", claim, reason=_NO_TOPIC))
        else:
            blocks = put_back(spec, before.blocks, blocks, claim)
            entries.append(_entry(spec, "restored", claim, reason="the draft dropped it"))
    for claim in present.values():
        if claim.id not in prior:
            fate: Fate = "returned" if claim.id in ever else "added"
            entries.append(_entry(spec, fate, claim))
    return Accounted(tuple(blocks), tuple(entries))


def netted(before: Section | None, after: Section, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return what became of claims over several drafts of one edition, as if it had been one.

    What came and went in between never was in an edition, and whoever has the place of a claim is
    in the report.

    Args:
        before: the section in the last edition.
        after: the section as the last of the drafts leaves it.
        entries: of all drafts, in their order.
    """
    prior, there = own_claims(before), own_claims(after)
    last = {entry.claim.id: entry for entry in entries}
    found = []
    for name, entry in last.items():
        if (name in there) == (name in prior):
            # Put back, it is told of; back by itself, it is as it was; else it only came and went.
            found += [entry] if name in there and entry.fate == "restored" else []
        elif name in there:
            found.append(entry)
        else:
            found.append(entry.model_copy(update={"by": _heir(entry, last, there)}))
    return tuple(found)


def _heir(entry: Entry, last: Mapping[str, Entry], there: Collection[str]) -> str:
    """Return the id of the claim in whose place another one's is now."""
    by, passed = entry.by, {entry.claim.id}
    while by and by not in there and by in last and by not in passed:
        passed.add(by)
        by = last[by].by
    return by


def own_claims(section: Section | None) -> dict[str, Claim]:
    """Return a section's claims by id, without those that repeat another section's."""
    claims = section.claims if section else ()
    return {claim.id: claim for claim in claims if not claim.repeats}


def _claims(blocks: Iterable[CheckedBlock]) -> list[Claim]:
    return [claim for block in blocks for claim in block.claims]


def _entry(spec: SectionSpec, fate: Fate, claim: Claim, *, by: str = "", reason: str = "") -> Entry:
    return Entry(section=spec.id, fate=fate, claim=claim, by=by, reason=reason)


def _with_grounds(blocks: Sequence[CheckedBlock], prior: Mapping[str, Claim]) -> list[CheckedBlock]:
    """Return the blocks in which a claim that was kept keeps its grounds and who said it."""
    return [
        block.model_copy(
            update={
                "claims": tuple(
                    _kept(claim, prior[claim.id])
                    if claim.id in prior and not claim.repeats
                    else claim
                    for claim in block.claims
                )
            }
        )
        for block in blocks
    ]


def _kept(claim: Claim, prior: Claim) -> Claim:
    """Return the claim with all that it had: what somebody said does not become plain fact."""
    said = {
        "attribution": prior.attribution or claim.attribution,
        "calculation": prior.calculation or claim.calculation,
    }
    return _joined(claim, prior).model_copy(update=said)


def _joined(claim: Claim, other: Claim) -> Claim:
    """Return the claim with the other one's grounds besides its own."""
    labels = {item.label for item in claim.citations}
    more = [item for item in other.citations if item.label not in labels]
    more.sort(key=lambda item: (item.reference_key, item.start))
    return claim.model_copy(update={"citations": (*claim.citations, *more)}) if more else claim


def _settled(  # noqa: PLR0913, PLR0917 - one claim and all that decides on it
    spec: SectionSpec,
    before: Section,
    blocks: Sequence[CheckedBlock],
    claim: Claim,
    word: Settled | None,
    draftsman: Draftsman,
) -> Entry | None:
    """Return what became of a claim by the writer's word, if that word holds."""
    found = [item for item in _claims(blocks) if word and item.id == word.by and not item.repeats]
    if word is None or not found:
        return None
    by = found[0]
    if word.fate == "outranked":
        holds = draftsman.may_outrank and _is_full(spec, before, blocks, claim, by)
        reason = f"outranked: {word.reason}"
        return _entry(spec, "retired", claim, by=by.id, reason=reason) if holds else None
    if word.fate == "superseded":
        holds = supersedes(by, claim)
    elif draftsman.may_outrank:
        # What a topic says in several claims only an exact writer is believed to have compared.
        holds = covers([by], claim) or covers(_claims(blocks), claim)
    else:
        holds = says_all(by, claim)
    return _entry(spec, word.fate, claim, by=by.id, reason=word.reason) if holds else None


def _merged(blocks: list[CheckedBlock], claim: Claim, entry: Entry) -> list[CheckedBlock]:
    """Return the blocks in which the claim that took another in stands on its grounds, too.

    Only if these grounds hold all of its own figures: else they hold a part of it.
    """
    if entry.fate != "merged":
        return blocks
    ground = " ".join(item.quote for item in claim.citations)

    def grown(item: Claim) -> Claim:
        own = item.id == entry.by and not item.repeats and not missing(words_of(item), ground)
        return _joined(item, claim) if own else item

    return [
        block.model_copy(update={"claims": tuple(grown(item) for item in block.claims)})
        for block in blocks
    ]


def _is_full(
    spec: SectionSpec,
    before: Section,
    blocks: Sequence[CheckedBlock],
    claim: Claim,
    by: Claim,
) -> bool:
    """Whether the claim's topic would be over its limit if the claim stood in it."""
    topic = topic_of(spec, before.blocks, claim) or topic_of(spec, blocks, by)
    topics = [topic] if topic else list(spec.topics)
    form = next(block.form for block in before.blocks if claim in block.claims)
    return any(_would_overflow(spec, item, blocks, claim, form) for item in topics)


def _would_overflow(
    spec: SectionSpec,
    topic: TopicSpec,
    blocks: Sequence[CheckedBlock],
    claim: Claim,
    form: str,
) -> bool:
    mine = [
        (block.form, item)
        for block in blocks
        for item in block.claims
        # The finding is taken from one of the topics, and counts in whichever is asked.
        if block.form == "finding" or topic_of(spec, blocks, item) == topic
    ]
    if form == "table":
        # A table has two rows at least, so one free place is none.
        return sum(kind == "table" for kind, _ in mine) + 2 > topic.rows
    if form == "quotation":
        return sum(kind == "quotation" for kind, _ in mine) >= topic.quotations
    prose = [item for kind, item in mine if kind not in {"table", "quotation"}]
    if claim.attribution and sum(bool(item.attribution) for item in prose) >= topic.spoken:
        return True
    words = sum(len(WORD.findall(item.text)) for item in prose)
    return words + len(WORD.findall(claim.text)) > topic.words
