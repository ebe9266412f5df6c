"""The claims that a prompt names by ids: those of the section (C1 …), those of others (O1 …).

Named are those that new evidence may touch; the others stay as they are, unseen.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rag.types import Block, Draft, proposed_again
from rag.writing.nearness import near

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from rag.types import CheckedBlock, Claim, Evidence, Section, SectionTask


class Place(NamedTuple):
    """A claim and where it stands."""

    claim: Claim
    block: CheckedBlock
    section: Section
    topic: str
    """The heading above it; empty if there is none."""
    row: tuple[str, ...] = ()
    """The row that repeats it in the section as it stands, if it is a claim of another one."""


class Register(NamedTuple):
    """The claims that there are, by the ids that the prompt gives them."""

    own: Mapping[str, Place]
    """Claims of the section: kept, or replaced with a reason."""
    others: Mapping[str, Place]
    """Sentences of other sections, for sections that are made of them."""
    waiting: Mapping[str, Place] = MappingProxyType({})
    """More of them, for which there is no room. One that the section repeats, it goes on to."""
    unseen: tuple[Place, ...] = ()
    """The section's other claims."""
    evidence: tuple[Evidence, ...] = ()
    """What the prompt has of the new evidence."""
    unread: tuple[Evidence, ...] = ()
    """What is left for another prompt."""
    left_out: int = 0
    """How many passages are longer than any prompt has room for."""


def register(task: SectionTask, evidence: Sequence[Evidence] | None = None) -> Register:
    """Return the claims that a section's prompt names, in reading order.

    What repeats another section's claim is nobody's own: it is chosen anew.

    Args:
        task: with the section as it stands.
        evidence: what the prompt has of the new evidence; all of it if None.
    """
    own = _places([task.prior] if task.prior else [])
    given = new_evidence(task) if evidence is None else evidence
    shown = _near(own, given)
    others = [item for item in _places(task.others) if item.block.form in _SENTENCES]
    return Register(
        _numbered("C", (item for at, item in enumerate(own) if at in shown)),
        _numbered("O", _to_choose_from(task, others)),
        unseen=tuple(item for at, item in enumerate(own) if at not in shown),
        evidence=tuple(given),
    )


_SENTENCES = {"finding", "paragraph", "bullets"}


def new_evidence(task: SectionTask) -> list[Evidence]:
    """Return the evidence that no draft of the section was made from yet."""
    return [item for item in task.evidence if item.key not in task.seen]


def has_new(task: SectionTask, known: Register) -> bool:
    """Whether other sections have claims to choose from that the section does not repeat."""
    chosen = repeated(task)
    return any(item.claim.id not in chosen for item in known.others.values())


def shown(known: Register) -> frozenset[str]:
    """Return the ids of the other sections' claims that a prompt shows."""
    return frozenset(item.claim.id for item in known.others.values())


def untold(task: SectionTask, known: Register) -> frozenset[str]:
    """Return the ids of the other sections' claims that wait to be shown for the first time."""
    return frozenset(item.claim.id for item in known.waiting.values()) - repeated(task)


def as_it_was(task: SectionTask) -> Draft:
    """Return the draft of a section that has nothing to be written from: as it stands.

    What it repeats of other sections it repeats, as far as they still have it.
    """
    prior = task.prior.blocks if task.prior else ()
    there = {claim.id for section in task.others for claim in section.claims}
    blocks = []
    for block in prior:
        kept = [item for item in block.claims if item.repeats in there]
        again = [(item, proposed_again(item, task)) for item in kept]
        claims = tuple(
            claim.model_copy(update={"repeats": old.repeats}) for old, claim in again if claim
        )
        if claims or (block.form == "heading" and block.text):
            blocks.append(
                Block(form=block.form, text=block.text, header=block.header, claims=claims)
            )
    stays = frozenset(item.id for block in prior for item in block.claims if not item.repeats)
    return Draft(blocks=tuple(blocks) if any(item.claims for item in blocks) else (), stays=stays)


def _near(own: Sequence[Place], evidence: Sequence[Evidence]) -> Collection[int]:
    """Return the positions of claims that evidence may touch. What a section finds always may."""
    texts = [" ".join((item.claim.text, *item.claim.cells)) for item in own]
    found = near(texts, [item.chunk.text for item in evidence])
    findings = {at for at, item in enumerate(own) if item.block.form == "finding"}
    return found | findings if evidence else found


def _to_choose_from(task: SectionTask, others: Sequence[Place]) -> list[Place]:
    """Return the claims of other sections that may be repeated: those that are, and new ones.

    One that was shown and not chosen is not shown again: so what is sent goes with what is new.
    """
    closed = task.told - repeated(task)
    rows = {item.repeats: item.cells for item in task.prior.claims} if task.prior else {}
    return [
        item._replace(row=rows.get(item.claim.id, ()))
        for item in others
        if item.claim.id not in closed
    ]


def repeated(task: SectionTask) -> frozenset[str]:
    """Return the ids of the other sections' claims that the section repeats as it stands."""
    claims = task.prior.claims if task.prior else ()
    return frozenset(item.repeats for item in claims if item.repeats)


def _numbered(letter: str, places: Iterable[Place]) -> dict[str, Place]:
    return {f"{letter}{number}": item for number, item in enumerate(places, start=1)}


def _places(sections: Iterable[Section]) -> list[Place]:
    found = []
    for section in sections:
        for heading, block in under_headings(section.blocks):
            found += [
                Place(claim, block, section, heading) for claim in block.claims if not claim.repeats
            ]
    return found


def under_headings(blocks: Iterable[CheckedBlock]) -> Iterator[tuple[str, CheckedBlock]]:
    """Yield blocks with the heading of the outline's above each; empty if there is none."""
    heading = ""
    for block in blocks:
        if block.form == "heading" and block.text:
            heading = block.text
        yield heading, block
