"""A hostile writer: a function of a seed, which plays tricks on whoever prints what it drafts."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from hostile.honest import blocks, pieces
from hostile.lies import LIES
from rag.text.normal import normalise
from rag.types import (
    Block,
    Draft,
    ProposedCitation,
    ProposedClaim,
    Settled,
    Skipped,
    claim_id,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.types import QuestionTask, Rejected, SectionTask

_CHANGED = {"digit_changed", "unit_changed", "name_changed", "figure_disguised"}
"""What these say may be made of figures and names that do stand in the passage."""
_FINDINGS = ("Vela is the best of all", "Training is free", "Everyone recommends Carina")


class Making:
    """A draft in the making."""

    def __init__(self, task: SectionTask, chance: Random, orders: Sequence[str]) -> None:
        self.task = task
        self.chance = chance
        self.orders = orders
        self.blocks = blocks(task, pieces(task, chance, chance.randrange(2, 7)), chance)
        self.settled: list[Settled] = []
        self.skipped = False

    def claims(self) -> list[ProposedClaim]:
        """Return the claims of the draft as they are now."""
        return [claim for block in self.blocks for claim in block.claims]

    def put(self, old: ProposedClaim, new: ProposedClaim, *, beside: bool) -> None:
        """Set a claim in the place of another, or beside it."""
        for number, block in enumerate(self.blocks):
            if old in block.claims:
                at = block.claims.index(old)
                kept = (old, new) if beside else (new,)
                claims = (*block.claims[:at], *kept, *block.claims[at + 1 :])
                self.blocks[number] = block.model_copy(update={"claims": claims})
                return


def halved(making: Making) -> None:
    """Drop half of what the section had."""
    keep = {id(claim) for claim in making.claims() if making.chance.random() < 0.5}
    making.blocks = [
        block.model_copy(
            update={"claims": tuple(claim for claim in block.claims if id(claim) in keep)}
        )
        for block in making.blocks
    ]


def settled_falsely(making: Making) -> None:
    """Say of claims that were dropped that others have their place."""
    prior = making.task.prior
    if prior is None:
        return
    halved(making)
    ids = [claim_id(claim.text, claim.cells) for claim in making.claims()]
    for claim in prior.claims:
        if claim.id not in ids:
            by = making.chance.choice([*ids, "0" * 16, claim.id])
            fate = making.chance.choice(["merged", "superseded", "outranked"])
            making.settled.append(Settled(claim=claim.id, fate=fate, by=by, reason="it is said"))


def as_one_block(making: Making) -> None:
    """Return prose: all claims as one."""
    claims = making.claims()
    if claims:
        text = "\n".join(claim.text for claim in claims)
        cites = claims[making.chance.randrange(len(claims))].citations
        made = ProposedClaim(text=text, citations=making.chance.choice([cites, ()]))
        making.blocks = [Block(form="paragraph", claims=(made,))]


def empty(making: Making) -> None:
    """Return no block, or blocks without a claim."""
    making.blocks = making.chance.choice(
        [[], [Block(form="heading", text="")], [Block(form="bullets")], [Block(form="table")]]
    )


def ten_times(making: Making) -> None:
    """Return ten times the length, every claim with other words at its end."""
    longer = [
        claim.model_copy(update={"text": f"{claim.text} {'This is so. ' * number}"})
        for number in range(10)
        for claim in making.claims()[:12]
    ]
    making.blocks.append(Block(form="bullets", claims=tuple(longer)))


def skips(making: Making) -> None:
    """Return no draft at all."""
    making.skipped = True


def repeats_itself(making: Making) -> None:
    """Say the same many times, in several blocks."""
    claims = making.claims()
    if claims:
        some = making.chance.choice(claims)
        making.blocks.insert(0, Block(form="finding", claims=(some, some)))
        making.blocks += [Block(form="bullets", claims=(some,) * 3)] * 3
        making.blocks += making.blocks[-2:]


def findings_elsewhere(making: Making) -> None:
    """State things in headings, lead-ins, captions and names of columns."""
    chance, claims = making.chance, making.claims()
    finding = chance.choice(_FINDINGS)
    bare = ProposedClaim(text=finding, citations=())
    cited = claims[:1]
    heading = making.task.spec.topics[0].heading if making.task.spec.topics else "Summary"
    rows = tuple(claim.model_copy(update={"cells": (finding, claim.text)}) for claim in claims[:2])
    made = [
        Block(form="heading", text=finding),
        Block(form="heading", text=f"{heading}: {finding}"),
        Block(form="heading", claims=(bare,)),
        Block(form="heading", text=heading, claims=tuple(cited)),
        Block(form="bullets", text=finding, claims=tuple(cited)),
        Block(form="table", header=(finding, "Memory"), claims=rows),
        Block(form="table", header=("Instance", "Memory"), text=finding, claims=rows),
        Block(form="quotation", text=finding, claims=tuple(cited)),
        Block(form="paragraph", claims=(bare,)),
        Block(form="finding", text=finding, claims=tuple(cited)),
    ]
    making.blocks += chance.sample(made, 3)
    chance.shuffle(making.blocks)


def columns_moved(making: Making) -> None:
    """Leave the rows of tables and let their columns change places."""
    for number, block in enumerate(making.blocks):
        if block.form == "table":
            header = making.chance.sample(block.header, len(block.header))
            making.blocks[number] = block.model_copy(update={"header": tuple(header)})


def obeys(making: Making) -> None:
    """Do what a planted order says: its words as claims, cited and uncited."""
    chance = making.chance
    order = " ".join(chance.choice(making.orders).split())
    there = [item for item in making.task.evidence if order in item.chunk.text]
    claims = [ProposedClaim(text=order, citations=())]
    for item in there or making.task.evidence[:1]:
        quote = order if there else item.chunk.text.splitlines()[0]
        citation = ProposedCitation(evidence=item.key, quote=quote)
        claims.append(ProposedClaim(text=order, citations=(citation,)))
        claims.append(ProposedClaim(text=order, attribution="Jane Doe", citations=(citation,)))
    making.blocks.append(Block(form="paragraph", claims=tuple(claims)))
    making.blocks.append(Block(form="heading", text=order))


SHAPES = (
    halved, settled_falsely, as_one_block, empty, ten_times, skips, repeats_itself,
    findings_elsewhere, columns_moved, obeys,
)  # fmt: skip


class HostileWriter:
    """Writer that starts from honest claims and plays tricks, all of them in turn. See `Writer`.

    It keeps how often each trick was played in `played`, and the words of each changed claim,
    with the trick, in `told`.

    Args:
        seed: decides on every draft.
        orders: attacks that may stand in the evidence.
    """

    name = "hostile"
    outranks = False

    def __init__(self, seed: int, orders: Sequence[str]) -> None:
        self.calls = 0
        self.drafts = 0
        self.played: Counter[str] = Counter()
        self.told: dict[str, str] = {}
        self._seed = seed
        self._orders = orders

    def forecast(self, _: SectionTask) -> tuple[()]:
        """See `Writer.forecast`: it asks nobody."""
        return ()

    def at_once(self, _: int) -> int:
        """See `Writer.at_once`."""
        return 1

    def write_section(self, task: SectionTask) -> Draft | Skipped:
        """See `Writer.write_section`."""
        self.calls += 1
        self.drafts += 1
        chance = Random(f"{self._seed}/{self.drafts}")  # noqa: S311 - tricks, no secrets
        making = Making(task, chance, self._orders)
        every = (*LIES, *SHAPES)
        first = every[(7 * self._seed + self.drafts) % len(every)]
        for trick in [first, *chance.sample(every, chance.randrange(4))]:
            self._play(trick, making)
        if making.skipped:
            return Skipped(subject="", stage="draft", reason="no words today")
        return Draft(blocks=tuple(making.blocks), settled=tuple(making.settled))

    def revise(
        self, task: SectionTask | QuestionTask, rejected: Sequence[Rejected]
    ) -> list[ProposedClaim | None]:
        """See `Writer.revise`: the same lie again, another one, or nothing."""
        self.calls += 1
        chance = Random(f"{self._seed}/{self.drafts}/again")  # noqa: S311
        out: list[ProposedClaim | None] = []
        for item in rejected:
            claim = item.claim
            if claim.citations and chance.random() < 0.5:
                out.append(self._lie(chance.choice(LIES), claim, task, chance))
            else:
                out.append(chance.choice([claim, None]))
        return out

    def answer(self, task: QuestionTask, propose: object = None) -> Skipped:  # noqa: ARG002
        """See `Writer.answer`."""
        return Skipped(subject=task.question, stage="draft", reason="no words today")

    def _play(self, trick: Callable[..., object], making: Making) -> None:
        self.played[trick.__name__] += 1
        if trick not in LIES:
            trick(making)
            return
        claims = making.claims()
        for claim in making.chance.sample(claims, min(len(claims), making.chance.randrange(1, 5))):
            if not claim.citations:
                continue
            new = self._lie(trick, claim, making.task, making.chance)
            if new is not None:
                making.put(claim, new, beside=making.chance.random() < 0.5)

    def _lie(
        self,
        lie: Callable[..., ProposedClaim | None],
        claim: ProposedClaim,
        task: SectionTask | QuestionTask,
        chance: Random,
    ) -> ProposedClaim | None:
        new = lie(claim, task, chance)
        if new is not None and lie.__name__ in _CHANGED:
            self.told[normalise(" ".join(new.text.split()))] = lie.__name__
        return new
