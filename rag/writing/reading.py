"""A model's reply → the `Draft` that it means, or what is wrong with it.

Only the form is looked at here. Whether a claim holds is for the gates, and a claim that was left
out is put back by the ledger.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.replies import Malformed, read_as
from rag.types import (
    RULE_COLUMNS,
    Block,
    Draft,
    ProposedCitation,
    ProposedClaim,
    Settled,
    claim_id,
    proposed_again,
)
from rag.writing.data import as_written
from rag.writing.register import repeated, under_headings
from rag.writing.wire import WireAnswer, WireRevision, WireSection, WireSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import BlockForm, Rejected, SectionTask
    from rag.writing.register import Place, Register
    from rag.writing.wire import WireBlock, WireItem, WireTopic, WireWords


_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")


class _WrongError(Exception):
    """The reply names something that there is not; the message goes back to the model."""


def read_section(task: SectionTask, known: Register, reply: str) -> Draft | Malformed:
    """Return the draft of a section.

    Args:
        task: what the section is written from.
        known: the claims that the prompt named.
        reply: what the model said.
    """
    wire = read_as(WireSection, reply)
    if isinstance(wire, Malformed):
        return wire
    try:
        return _Reading(task, known).draft(wire)
    except _WrongError as wrong:
        return Malformed(message=str(wrong))


def read_summary(task: SectionTask, known: Register, reply: str) -> Draft | Malformed:
    """Return the draft of a summary: other sections' claims under their sections' titles."""
    wire = read_as(WireSummary, reply)
    if isinstance(wire, Malformed):
        return wire
    if strange := [name for name in wire.claims if name not in known.others]:
        return Malformed(message=_no_claim(strange[0]))
    chosen = [known.others[name] for name in dict.fromkeys(wire.claims)]
    again = repeated(task)
    waiting = [item for item in known.waiting.values() if item.claim.id in again]
    blocks = []
    for section in task.others:
        mine = _all_repeated((x for x in chosen if x.section.id == section.id), task)
        # What it repeats and had no room in the prompt was not up for choice: it stays.
        stay = _all_repeated((x for x in waiting if x.section.id == section.id), task)
        claims = (*mine[: max(0, task.spec.claims - len(stay))], *stay)
        if claims:
            blocks.append(Block(form="bullets", text=section.title, claims=claims))
    return Draft(blocks=tuple(blocks))


def read_answer(limit: int, reply: str) -> Draft | Malformed:
    """Return the draft of an answer, of so many claims at most."""
    wire = read_as(WireAnswer, reply)
    if isinstance(wire, Malformed):
        return wire
    blocks = [block for item in wire.claims if (block := answer_block(item))]
    return Draft(blocks=tuple(blocks[:limit]))


def answer_block(item: WireWords) -> Block | None:
    """Return a claim of an answer, set as what it is; None for one without words."""
    if not item.text.strip():
        return None
    claim = _new(item)
    return Block(form="quotation" if claim.attribution else "bullets", claims=(claim,))


def read_revision(
    rejected: Sequence[Rejected], reply: str
) -> list[ProposedClaim | None] | Malformed:
    """Return, for each claim that fell, the one in its place; None where the model has none."""
    wire = read_as(WireRevision, reply)
    if isinstance(wire, Malformed):
        return wire
    found: list[ProposedClaim | None] = [None] * len(rejected)
    for item in wire.claims:
        if not 1 <= item.number <= len(rejected):
            return Malformed(message=f"no claim that fell has the number {item.number}")
        old = rejected[item.number - 1].claim
        if len(item.cells) == len(old.cells) and (item.cells or item.text.strip()):
            found[item.number - 1] = _new(item, table=bool(old.cells))
    return found


class _Reading:
    """One reply of a section, read against its task."""

    def __init__(self, task: SectionTask, known: Register) -> None:
        self._task = task
        self._known = known
        self._settled: list[Settled] = []
        self._stays = {item.claim.id for item in known.unseen}

    def draft(self, wire: WireSection) -> Draft:
        blocks = [
            Block(form="finding", claims=(claim,))
            for item in wire.finding
            if (claim := self._claim(item, "finding")) is not None
        ]
        topics: dict[str, WireTopic] = {}
        for topic in wire.topics:
            if topic.topic in topics:
                raise _WrongError(f"the topic {_short(topic.topic)} is there twice")
            topics[topic.topic] = topic
        specs = {spec.id: spec for spec in self._task.spec.topics}
        if strange := [name for name in topics if name not in specs]:
            raise _WrongError(
                f"no topic has the id {_short(strange[0])}; there are {', '.join(specs)}"
            )
        for name, spec in specs.items():
            body = [self._block(item) for item in topics[name].blocks] if name in topics else []
            body = self._with_unshown(spec.heading, [item for item in body if item.claims])
            if body and spec.lead_in and body[0].form != "heading":
                body[0] = body[0].model_copy(update={"text": spec.lead_in})
            blocks += [Block(form="heading", text=spec.heading), *body] if body else []
        return Draft(
            blocks=tuple(blocks), settled=tuple(self._settled), stays=frozenset(self._stays)
        )

    def _with_unshown(self, heading: str, body: Sequence[Block]) -> list[Block]:
        """Return a topic's blocks with what it repeats of other sections and the prompt lacked.

        The model had no choice about it, so it stays, in the order in which it stood.
        """
        blocks = list(body)
        places = {item.claim.id: item for item in self._known.waiting.values()}
        prior = self._task.prior.blocks if self._task.prior else ()
        order = [claim.repeats for block in prior for claim in block.claims]
        for above, block in under_headings(prior):
            waiting = [places[x.repeats] for x in block.claims if x.repeats in places]
            mine = _all_repeated(waiting, self._task) if above == heading else []
            if not mine:
                continue
            alike = [(item.form, item.header) == (block.form, block.header) for item in blocks]
            if not any(alike):
                blocks.append(Block(form=block.form, header=block.header))
            at = alike.index(True) if any(alike) else len(alike)
            claims = _in_order(order, blocks[at].claims, mine)
            blocks[at] = blocks[at].model_copy(update={"claims": claims})
        return blocks

    def _block(self, wire: WireBlock) -> Block:
        is_table = wire.form in {"table", "rules"}
        form: BlockForm = "table" if wire.form == "rules" else wire.form
        header = RULE_COLUMNS if wire.form == "rules" else wire.header if is_table else ()
        if is_table and not header:
            raise _WrongError("a table has a header")
        if form == "heading" and len(wire.items) > 1:
            raise _WrongError("a heading is one claim")
        claims = [self._claim(item, form, header) for item in wire.items]
        return Block(
            form=form, header=header, claims=tuple(item for item in claims if item is not None)
        )

    def _claim(
        self, item: WireItem, form: BlockForm, header: tuple[str, ...] = ()
    ) -> ProposedClaim | None:
        """Return a claim; None for one that is kept and cannot stand here: it stays where it is."""
        if item.keep and item.keep not in {**self._known.own, **self._known.others}:
            raise _WrongError(_no_claim(item.keep))
        if item.keep in self._known.own:
            claim = self._kept(self._known.own[item.keep], form, header)
            if claim is None:
                self._stays.add(self._known.own[item.keep].claim.id)
        else:
            cells = item.cells or self._row(item)
            if header and len(cells) != len(header):
                raise _WrongError(
                    f"a row has {len(header)} cells, as many as its table has columns"
                )
            claim = self._repeated(item) if item.keep else _new(item, table=bool(header))
        for word in item.replaces:
            if word.claim not in self._known.own:
                raise _WrongError(_no_claim(word.claim))
            old = self._known.own[word.claim].claim.id
            new = claim_id(claim.text, claim.cells) if claim else ""
            if claim is not None and new != old:
                self._settled.append(Settled(claim=old, fate=word.how, by=new, reason=word.reason))
        return claim

    def _kept(self, place: Place, form: BlockForm, header: tuple[str, ...]) -> ProposedClaim | None:
        """Return a claim as it stands, if the block is of a form that its words are fit for."""
        home = place.block
        set_apart = {"table", "quotation"}
        if (form in set_apart or home.form in set_apart) and (
            (form, header) != (home.form, home.header)
        ):
            return None
        return proposed_again(place.claim, self._task)

    def _repeated(self, item: WireItem) -> ProposedClaim | None:
        claim = _repeated(self._known.others[item.keep], self._task)
        return claim.model_copy(update={"cells": item.cells or self._row(item)}) if claim else None

    def _row(self, item: WireItem) -> tuple[str, ...]:
        """Return the row that repeats a claim of another section already, if it is to stay."""
        return self._known.others[item.keep].row if item.keep in self._known.others else ()


def _repeated(place: Place, task: SectionTask) -> ProposedClaim | None:
    claim = proposed_again(place.claim, task)
    return claim.model_copy(update={"repeats": place.claim.id}) if claim else None


def _all_repeated(places: Iterable[Place], task: SectionTask) -> list[ProposedClaim]:
    """Return claims of other sections, each with the row that repeats it already."""
    found = [(item.row, _repeated(item, task)) for item in places]
    return [claim.model_copy(update={"cells": row}) for row, claim in found if claim]


def _in_order(
    order: Sequence[str], claims: Sequence[ProposedClaim], more: Iterable[ProposedClaim]
) -> tuple[ProposedClaim, ...]:
    """Return claims with more among them, each before the first that it stood before."""
    found = list(claims)
    for claim in more:
        later = set(order[order.index(claim.repeats) + 1 :])
        at = next((at for at, item in enumerate(found) if item.repeats in later), len(found))
        found.insert(at, claim)
    return tuple(found)


def _new(item: WireWords, *, table: bool = False) -> ProposedClaim:
    """Return a claim in the model's words. A row's text is its cells, as it is read back later."""
    cells = tuple(map(as_written, item.cells)) if table else ()
    bars = " | ".join(cell.replace("|", "\\|") for cell in cells).strip("| \t")
    text = as_written(item.text)
    if cells:
        text = cells[-1] if item.said_by else bars
    return ProposedClaim(
        text=text,
        cells=cells,
        attribution=as_written(item.said_by),
        citations=tuple(
            ProposedCitation(evidence=cited.evidence, quote=as_written(cited.quote))
            for cited in item.citations
        ),
        calculation=as_written(item.calculation),
    )


def _no_claim(name: str) -> str:
    return f"no claim has the id {_short(name)}"


def _short(name: str) -> str:
    """Return a name of the model's for a message, if it is of the form that names have.

    Anything else is its own words, or a passage's: a message is no place for them.
    """
    return f"'{name}'" if _NAME.fullmatch(name) else "that was given: it is no id"
