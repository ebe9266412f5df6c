"""Where a claim stands in a section, and how it is put back there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import CheckedBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Claim, SectionSpec, TopicSpec


def topic_of(spec: SectionSpec, blocks: Sequence[CheckedBlock], claim: Claim) -> TopicSpec | None:
    """Return the topic under whose heading a claim stands; None above the first heading."""
    by_heading = {topic.heading: topic for topic in spec.topics}
    for heading, block in _under_headings(blocks):
        if any(item.id == claim.id for item in block.claims):
            return by_heading.get(heading)
    return None


def is_homeless(spec: SectionSpec, blocks: Sequence[CheckedBlock], claim: Claim) -> bool:
    """Whether a claim stands under a heading that the section has no topic for any more."""
    known = {"", *(topic.heading for topic in spec.topics)}
    return any(
        heading not in known and any(item.id == claim.id for item in block.claims)
        for heading, block in _under_headings(blocks)
    )


def put_back(
    spec: SectionSpec, before: Sequence[CheckedBlock], blocks: Sequence[CheckedBlock], claim: Claim
) -> list[CheckedBlock]:
    """Return the blocks with a claim of the last edition where it stood.

    Beside the neighbours it had, if one of them is there; else at the end of its topic.
    """
    heading, home = next(
        (heading, block)
        for heading, block in _under_headings(before)
        if any(item.id == claim.id for item in block.claims)
    )
    if home.form != "finding":
        beside = _beside(home, blocks, claim)
        if beside:
            return beside
    form = home.form
    if form == "finding" and any(block.form == "finding" for block in blocks):
        form = "paragraph"  # a section has one headline
    alone = home.model_copy(update={"form": form, "claims": (claim,), "text": ""})
    return _at_end_of(heading, spec, blocks, alone)


def _under_headings(blocks: Sequence[CheckedBlock]) -> Iterator[tuple[str, CheckedBlock]]:
    heading = ""
    for block in blocks:
        if block.form == "heading":
            heading = block.text or heading  # one that is a claim stands inside its topic
        yield heading, block


def _beside(home: CheckedBlock, blocks: Sequence[CheckedBlock], claim: Claim) -> list[CheckedBlock]:
    """Return the blocks with the claim next to one it stood beside; nothing if none is there."""
    ids = [item.id for item in home.claims]
    at = ids.index(claim.id)
    for neighbour, offset in (
        *((name, 1) for name in reversed(ids[:at])),
        *((name, 0) for name in ids[at + 1 :]),
    ):
        for number, block in enumerate(blocks):
            names = [item.id for item in block.claims]
            alike = block.form == home.form and block.header == home.header
            if alike and neighbour in names:
                place = names.index(neighbour) + offset
                claims = (*block.claims[:place], claim, *block.claims[place:])
                grown = block.model_copy(update={"claims": claims})
                return [*blocks[:number], grown, *blocks[number + 1 :]]
    return []


def _at_end_of(
    heading: str, spec: SectionSpec, blocks: Sequence[CheckedBlock], block: CheckedBlock
) -> list[CheckedBlock]:
    """Return the blocks with one more at the end of a topic; its heading comes back with it."""
    if not heading:
        return [block, *blocks] if block.form == "finding" else _after_finding(blocks, block)
    headings = [name for name, _ in _under_headings(blocks)]
    if heading in headings:
        end = len(headings) - headings[::-1].index(heading)
        return [*blocks[:end], block, *blocks[end:]]
    order = [topic.heading for topic in spec.topics]
    later = order[order.index(heading) + 1 :] if heading in order else []
    at = next((number for number, name in enumerate(headings) if name in later), len(blocks))
    return [*blocks[:at], CheckedBlock(form="heading", text=heading), block, *blocks[at:]]


def _after_finding(blocks: Sequence[CheckedBlock], block: CheckedBlock) -> list[CheckedBlock]:
    end = next((n for n, item in enumerate(blocks) if item.form != "finding"), len(blocks))
    return [*blocks[:end], block, *blocks[end:]]
