"""Claims that a draft left alone stay where they stand; what it drafted joins them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from rag.types import CheckedBlock, Claim, Section, SectionSpec


class _Topic(NamedTuple):
    """What stands under a heading; under none, above the first."""

    heading: CheckedBlock | None
    blocks: list[CheckedBlock]


def woven(
    spec: SectionSpec,
    before: Section,
    drafted: Sequence[CheckedBlock],
    stays: Collection[str],
) -> Sequence[CheckedBlock]:
    """Return the drafted blocks among the claims that stay, which keep their blocks and order.

    A drafted block joins the one that a claim of it stood in, a row the table with its columns, a
    bullet the list that ends its topic; anything else comes at the end of its topic. A claim that
    stays and was drafted anew, too, stays where it is, on both grounds.

    Args:
        spec: the section's place in the outline.
        before: the section as it stands.
        drafted: claims of a draft.
        stays: ids of claims of the section; what repeats another section's claim never stays.
    """
    standing = {item.id for item in before.claims if item.id in stays and not item.repeats}
    if not standing:
        return drafted
    again = {item.id: item for block in drafted for item in block.claims if item.id in standing}
    frame = _kept(
        before.blocks,
        lambda item: _grounded(item, again.get(item.id)) if _is_of(item, standing) else None,
    )
    rest = _kept(drafted, lambda item: None if _is_of(item, standing) else item)
    topics = {name: topic for name, topic in _by_topic(frame).items() if topic.blocks}
    home = {claim.id: block for block in before.blocks for claim in block.claims}
    order = [claim.id for claim in before.claims]
    for name, topic in _by_topic(rest).items():
        mine = topics.setdefault(name, _Topic(topic.heading, []))
        _join(mine.blocks, topic.blocks, home, order)
    ordered = ["", *(topic.heading for topic in spec.topics)]
    ordered = [*ordered, *(name for name in topics if name not in ordered)]
    return [
        block
        for name in ordered
        if name in topics and topics[name].blocks
        for block in (*filter(None, [topics[name].heading]), *_led_in(topics[name].blocks))
    ]


def _is_of(claim: Claim, ids: Collection[str]) -> bool:
    return claim.id in ids and not claim.repeats


def _grounded(claim: Claim, again: Claim | None) -> Claim:
    labels = {item.label for item in claim.citations}
    more = [item for item in again.citations if item.label not in labels] if again else []
    return claim.model_copy(update={"citations": (*claim.citations, *more)}) if more else claim


def _kept(
    blocks: Iterable[CheckedBlock], choose: Callable[[Claim], Claim | None]
) -> list[CheckedBlock]:
    """Return the blocks with the claims that are chosen; headings of the outline stay."""
    found = []
    for block in blocks:
        claims = tuple(item for claim in block.claims if (item := choose(claim)) is not None)
        if claims or not block.claims:
            found.append(block.model_copy(update={"claims": claims}))
    return found


def _by_topic(blocks: Iterable[CheckedBlock]) -> dict[str, _Topic]:
    topics = {"": _Topic(None, [])}
    name = ""
    for block in blocks:
        if block.form == "heading" and block.text:
            name = block.text
            topics.setdefault(name, _Topic(block, []))
        else:
            topics[name].blocks.append(block)
    return topics


def _join(
    blocks: list[CheckedBlock],
    drafted: Iterable[CheckedBlock],
    home: dict[str, CheckedBlock],
    order: Sequence[str],
) -> None:
    """Put the drafted blocks of a topic among those that stand in it."""
    at = len(blocks)
    """Behind what was put in last: a heading of the draft's keeps what it has under it."""
    is_led = False
    for block in drafted:
        found = None if is_led else _home_of(block, blocks, home)
        if found is not None:
            blocks[found] = _grown(blocks[found], block, order)
        elif block.form == "finding" and any(item.form == "finding" for item in blocks):
            blocks.insert(at, block.model_copy(update={"form": "paragraph"}))
            at += 1
        elif block.form == "finding":
            blocks.insert(0, block)
            at += 1
        else:
            is_led = is_led or block.form == "heading"
            blocks.insert(at, block)
            at += 1


def _home_of(
    block: CheckedBlock, blocks: Sequence[CheckedBlock], home: dict[str, CheckedBlock]
) -> int | None:
    """Return the position of the block that a drafted one belongs to; None if it is its own."""
    alike = [
        at
        for at, item in enumerate(blocks)
        if (item.form, item.header) == (block.form, block.header)
    ]
    for claim in block.claims:
        old = {item.id for item in home[claim.id].claims} if claim.id in home else set()
        for at in alike:
            if any(item.id in old for item in blocks[at].claims):
                return at
    if block.form == "table" and alike:
        return alike[-1]
    if block.form == "bullets" and alike and alike[-1] == len(blocks) - 1:
        return alike[-1]
    return None


def _grown(block: CheckedBlock, drafted: CheckedBlock, order: Sequence[str]) -> CheckedBlock:
    """Return a block with drafted claims: those that it had where they stood, others behind."""
    claims = list(block.claims)
    last = -1
    for claim in drafted.claims:
        if claim.id in order:
            place = _place(claim.id, claims, order)
        else:
            place = last + 1 if last >= 0 else len(claims)
        claims.insert(place, claim)
        last = place
    return block.model_copy(update={"claims": tuple(claims)})


def _place(name: str, claims: Sequence[Claim], order: Sequence[str]) -> int:
    """Return where a claim that the section had belongs among others, by their order there."""
    before = set(order[: order.index(name)])
    behind = [at + 1 for at, item in enumerate(claims) if item.id in before]
    ahead = [at for at, item in enumerate(claims) if item.id in order and item.id not in before]
    return max(behind, default=min(ahead, default=len(claims)))


def _led_in(blocks: Sequence[CheckedBlock]) -> list[CheckedBlock]:
    """Return a topic's blocks with its lead-in, if one of them has it, before the first."""
    said = [block.text for block in blocks if block.text]
    if not said:
        return list(blocks)
    bare = [block.model_copy(update={"text": ""}) for block in blocks]
    is_heading = bare[0].form == "heading"
    return bare if is_heading else [bare[0].model_copy(update={"text": said[0]}), *bare[1:]]
