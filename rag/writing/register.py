"""The claims that a prompt names by ids: those of the section (C1 …), those of others (O1 …)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rag.types import CheckedBlock, Claim, Section, SectionTask


class Place(NamedTuple):
    """A claim and where it stands."""

    claim: Claim
    block: CheckedBlock
    section: Section
    topic: str
    """The heading above it; empty if there is none."""


class Register(NamedTuple):
    """The claims that there are, by the ids that the prompt gives them."""

    own: Mapping[str, Place]
    """Claims of the section: kept, or replaced with a reason."""
    others: Mapping[str, Place]
    """Sentences of other sections, for sections that are made of them."""


def register(task: SectionTask) -> Register:
    """Return the claims that a section's prompt names, in reading order.

    What repeats another section's claim is nobody's own: it is chosen anew.
    """
    sentences = {"finding", "paragraph", "bullets"}
    own = _numbered("C", _places([task.prior] if task.prior else []))
    others = [item for item in _places(task.others) if item.block.form in sentences]
    return Register(own, _numbered("O", others))


def _numbered(letter: str, places: Iterable[Place]) -> dict[str, Place]:
    return {f"{letter}{number}": item for number, item in enumerate(places, start=1)}


def _places(sections: Iterable[Section]) -> list[Place]:
    found = []
    for section in sections:
        heading = ""
        for block in section.blocks:
            if block.form == "heading" and block.text:
                heading = block.text
            found += [
                Place(claim, block, section, heading) for claim in block.claims if not claim.repeats
            ]
    return found
