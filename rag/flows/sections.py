"""One section from all evidence that may enter it: shortlist, draft, verify."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import CapError
from rag.flows.checking import checking, rules_of
from rag.flows.questions import Questions, questions_of
from rag.stages.ledger import Draftsman, account, netted
from rag.stages.shortlist import shortlist
from rag.text.again import says_again
from rag.types import Capped, Evidence, Section, SectionTask, Skipped
from rag.writing import UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.flows.together import Work
    from rag.flows.tools import Tools
    from rag.ports import Vector
    from rag.types import (
        CheckedBlock,
        Chunk,
        Document,
        Entry,
        Reference,
        Rejected,
        SectionSpec,
    )


class Composition(NamedTuple):
    """A section as it stands after drafting, with what fell on the way."""

    section: Section
    rejected: tuple[Rejected, ...]
    entries: tuple[Entry, ...]
    calls: int
    """How often the writer was asked."""
    capped: Capped | None = None
    """Why what fell did not go back to the writer, if a cap forbade it."""
    told: frozenset[str] = frozenset()
    """Ids of the other sections' claims that the writer has been shown, by now."""
    untold: int = 0
    """How many more it was to be shown and had no room for."""


class Shelf:
    """The evidence of the references in use, found once a run.

    Args:
        tools: the wired adapters; every reference is in the store.
        is_free: whether nothing may be asked that may cost.
    """

    def __init__(self, tools: Tools, *, is_free: bool = False) -> None:
        self._tools = tools
        self._questions = Questions(tools, is_free=is_free)
        self._books: dict[str, tuple[Document, list[Chunk], list[Vector]]] = {}
        self._found: dict[tuple[str, str], list[Evidence]] = {}

    def evidence(self, spec: SectionSpec, reference: Reference) -> list[Evidence]:
        """Return what one reference brings to a section, in document order, not yet keyed."""
        at = spec.id, reference.key
        if at not in self._found:
            document, chunks, vectors = self._book(reference)
            settings = self._tools.config.settings.compose
            found: dict[str, Chunk] = {}
            for topic in spec.topics:
                if topic.form == "matches":
                    continue
                picked = shortlist(
                    chunks,
                    vectors,
                    topic,
                    [self._questions.vector(it) for it in questions_of(topic, reference)],
                    limit=settings.hits_per_topic,
                    min_cosine=settings.min_cosine,
                )
                found.update((chunk.id, chunk) for chunk in picked)
            self._found[at] = [
                _evidence(chunk, document, reference)
                for chunk in sorted(found.values(), key=lambda chunk: chunk.start)
            ]
        return self._found[at]

    def passages(
        self, sections: Iterable[Section], references: Sequence[Reference]
    ) -> list[Evidence]:
        """Return the chunks in which the sections' cited passages stand, not yet keyed."""
        spans = {
            (citation.reference_key, citation.start, citation.end)
            for section in sections
            for claim in section.claims
            for citation in claim.citations
        }
        out = []
        for reference in references:
            document, chunks, _ = self._book(reference)
            mine = [(start, end) for key, start, end in spans if key == reference.key]
            out += [
                _evidence(chunk, document, reference)
                for chunk in chunks
                if any(chunk.start <= start and end <= chunk.end for start, end in mine)
            ]
        return out

    def _book(self, reference: Reference) -> tuple[Document, list[Chunk], list[Vector]]:
        if reference.key not in self._books:
            store = self._tools.store
            name = store.ingested()[reference.key].document_id
            self._books[reference.key] = (store.document(name), *store.chunks(name))
        return self._books[reference.key]


class Standing(NamedTuple):
    """What a section is written on top of."""

    prior: Section | None
    """The section as it stands."""
    others: Sequence[Section]
    """The other sections, for one that is made of their claims."""
    refused: frozenset[str]
    """Ids of claims that the user deleted."""
    refused_words: tuple[str, ...]
    """Their words."""
    ever: frozenset[str]
    """Ids of claims that an earlier edition had."""
    read: frozenset[str] = frozenset()
    """Keys of references whose evidence the section was drafted from before."""
    told: frozenset[str] = frozenset()
    """Ids of the other sections' claims that its writer was shown before."""


def compose_section(
    tools: Tools,
    shelf: Shelf,
    spec: SectionSpec,
    references: Sequence[Reference],
    standing: Standing,
) -> Work[Composition | Skipped]:
    """Return the section written anew from all references in use, or why it got no draft.

    What the writer is to be asked is yielded: see `rag.flows.together`. A writer may read the
    evidence in passes; each draft is checked and accounted for, and is what the next one is
    written on top of. If one of them fails, the section stays as it was.

    Args:
        tools: the wired adapters.
        shelf: where the evidence is.
        spec: what the section must answer.
        references: those in use, by key.
        standing: what it is written on top of.
    """
    task = section_task(shelf, spec, references, standing)
    done: list[Composition] = []
    left = len(task.evidence) + 1
    while left:
        outcome = yield from _pass(tools, task, standing)
        if isinstance(outcome, Skipped):
            return outcome
        composition, unread = outcome
        done.append(composition)
        unread &= {item.key for item in task.evidence} - task.seen
        # A writer that gets nowhere is not asked for ever, nor one that a cap keeps from answering.
        goes_on = len(unread) < left and composition.capped is None
        left = len(unread) if goes_on else 0
        task = task.model_copy(
            update={
                "prior": composition.section,
                "seen": frozenset(item.key for item in task.evidence if item.key not in unread),
                "told": composition.told,
            }
        )
    return done[0] if len(done) == 1 else _joined(done, standing)


def _joined(done: Sequence[Composition], standing: Standing) -> Composition:
    """Return what several passes made of a section, as if it had been one."""
    section = done[-1].section
    return Composition(
        section,
        tuple(fallen for item in done for fallen in item.rejected),
        netted(standing.prior, section, [entry for item in done for entry in item.entries]),
        sum(item.calls for item in done),
        done[-1].capped,
        done[-1].told,
        done[-1].untold,
    )


def _pass(
    tools: Tools, task: SectionTask, standing: Standing
) -> Work[tuple[Composition, frozenset[str]] | Skipped]:
    """Return the section with one more draft, and the keys of evidence that it had no room for."""
    spec = task.spec
    draft = yield partial(tools.writer.write_section, task)
    if isinstance(draft, Skipped):
        return draft.model_copy(update={"subject": spec.id})
    try:
        vetted = yield from checking(tools, task, draft, rules_of(tools.config, spec))
    except UnfinishedError as error:  # of a judge: what nobody judged neither stands nor falls
        return Skipped(subject=spec.id, stage="verify", reason=str(error))
    except CapError as error:  # the same
        return Capped(subject=spec.id, stage="verify", reason=error.message)
    accounted = account(
        spec,
        task.prior,
        _wanted(vetted.checked.blocks, standing),
        Draftsman(draft.settled, tools.writer.outranks, draft.stays),
        ever=standing.ever,
    )
    section = Section(id=spec.id, title=spec.title, blocks=accounted.blocks)
    capped = vetted.capped and vetted.capped.model_copy(update={"subject": spec.id})
    rejected, calls = vetted.checked.rejected, 1 + vetted.calls
    # A draft whose claims could not go back is made again: what it was shown is shown again.
    told = task.told if capped else task.told | draft.told
    untold = len(draft.untold)
    composition = Composition(section, rejected, accounted.entries, calls, capped, told, untold)
    return composition, draft.unread


def section_task(
    shelf: Shelf, spec: SectionSpec, references: Sequence[Reference], standing: Standing
) -> SectionTask:
    """Return what a writer is given for a section. See `compose_section` for the parameters."""
    found = [item for reference in references for item in shelf.evidence(spec, reference)]
    evidence = keyed(found)
    passages = shelf.passages(standing.others, references) if spec.is_derived else []
    return SectionTask(
        spec=spec,
        evidence=evidence,
        passages=keyed([*evidence, *passages])[len(evidence) :],
        others=tuple(standing.others) if spec.is_derived else (),
        prior=standing.prior,
        seen=frozenset(item.key for item in evidence if item.reference.key in standing.read),
        told=standing.told,
        refused=standing.refused,
        refused_words=standing.refused_words,
    )


def _wanted(blocks: Iterable[CheckedBlock], standing: Standing) -> list[CheckedBlock]:
    """Return the blocks without what the user deleted, each claim once.

    What is in the report as it stands is no new way to say what he deleted. A repetition of another
    section's claim repeats one that there is.
    """
    seen = set(standing.refused)
    prior = {claim.id for claim in standing.prior.claims} if standing.prior else set()
    others = {claim.id: claim for section in standing.others for claim in section.claims}
    kept = []
    for block in blocks:
        claims = [
            claim
            if claim.repeats in others and others[claim.repeats].text == claim.text
            else claim.model_copy(update={"repeats": ""})
            for claim in block.claims
        ]
        new = []
        for claim in claims:
            is_new = claim.id not in prior and not claim.repeats
            is_again = is_new and says_again(claim.text, standing.refused_words)
            if claim.id not in seen and claim.repeats not in standing.refused and not is_again:
                seen.add(claim.id)
                new.append(claim)
        if new or not block.claims:
            kept.append(block.model_copy(update={"claims": tuple(new)}))
    return [block for block, after in zip_longest(kept, kept[1:]) if _says_something(block, after)]


def _says_something(block: CheckedBlock, after: CheckedBlock | None) -> bool:
    """Whether a block is more than a heading with nothing under it."""
    if block.form != "heading" or block.claims:
        return True
    return after is not None and (after.form != "heading" or bool(after.claims))


def keyed(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return evidence, each chunk once, with the keys E1, E2 … in the order given."""
    once = {(item.reference.key, item.chunk.id): item for item in found}
    return tuple(
        item.model_copy(update={"key": f"E{number}"})
        for number, item in enumerate(once.values(), start=1)
    )


def _evidence(chunk: Chunk, document: Document, reference: Reference) -> Evidence:
    return Evidence(key="E0", chunk=chunk, document=document, reference=reference)
