"""The sections asked for, and those made of them → the sections of the next edition."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from rag.errors import CapError, RagError, StoppedError
from rag.flows.desk import sections_of
from rag.flows.disagreements import disagreements
from rag.flows.events import Composed, Composing
from rag.flows.sections import Standing, compose_section
from rag.flows.together import together
from rag.interrupts import heard
from rag.types import Capped, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence

    from rag.flows.desk import Desk, Turn
    from rag.flows.events import Event
    from rag.flows.sections import Composition, Shelf
    from rag.flows.standing import Stand
    from rag.flows.together import Work
    from rag.types import Reference, Section, SectionSpec

AsItWas: TypeAlias = "Callable[[frozenset[str]], Stand]"
"""Returns how the sections stand if those of these ids keep their stale claims."""
_STOPPED = "interrupted"
_GOES_ON = "`rag refresh` goes on"


def draft(  # noqa: PLR0913 - one turn, whole
    desk: Desk,
    shelf: Shelf,
    start: Turn,
    asked: Collection[str],
    used: Sequence[Reference],
    *,
    as_it_was: AsItWas,
    key: str = "",
    stale: Collection[str] = (),
    settled: frozenset[str] = frozenset(),
) -> Generator[Event, None, Turn]:
    """Return the report's sections with those asked for, and those made of them, written anew.

    Args:
        desk: what the run works with.
        shelf: where the evidence is.
        start: the sections as they stand, and what has happened to them in this turn.
        asked: ids of the sections to draft.
        used: the references whose evidence they may use.
        as_it_was: returns what `start` is if sections of these ids keep the stale claims that they
            lost: a section that gets no draft does, and nothing is made of its loss.
        key: the reference whose turn it is: what sections asked for have not read yet. If there is
            none, they are read for with all evidence.
        stale: ids of sections that are read for with all evidence even so: they lost claims.
        settled: names of conflicts that this edition settles.
    """
    outline = desk.tools.config.outline
    before = {item.id: item for item in sections_of(desk.tools.store.latest())}
    sections = {item.id: item for item in start.sections}
    turn = start
    for _, level in groupby(sorted(outline.sections, key=depth), key=depth):
        now = {item.id: item for item in _left(desk, start, turn, sections, as_it_was).sections}
        changed = _gist(now) != _gist(before)
        wanted = [spec for spec in level if spec.id in asked or (spec.is_derived and changed)]
        standings = {spec.id: standing_of(desk, turn, spec, sections) for spec in wanted}
        for spec in wanted:
            if spec.id not in stale and (key or spec.id not in asked):
                standings[spec.id] = having_read(desk, standings[spec.id], spec, used, key)
        drafts = _most_drafts(shelf, wanted, used, standings)
        if isinstance(drafts, RagError):
            turn = _unasked(turn, wanted, drafts)
            continue
        at_once = desk.tools.writer.at_once(drafts)
        # None is made of another of its depth: what is written does not depend on the groups.
        for specs in [wanted] if at_once > 1 else [[spec] for spec in wanted]:
            for spec in specs if turn.ended is None else ():
                evidence = sum(len(shelf.evidence(spec, item)) for item in used)
                yield Composing(key=key, section=spec.id, evidence=evidence)
            works = [_work(desk, shelf, spec, used, standings[spec.id], settled) for spec in specs]
            for spec, outcome in _outcomes(specs, works, at_once, turn.ended):
                if isinstance(outcome, RagError):
                    turn = _ended(turn, spec, outcome)
                    continue
                if isinstance(outcome, Skipped):
                    turn = turn._replace(failed=(*turn.failed, outcome))
                    yield outcome
                    continue
                sections[spec.id] = outcome.section
                turn = _grown(turn, spec, outcome)
                yield _composed(key, outcome, before.get(spec.id))
    return _left(desk, start, turn, sections, as_it_was)


def _left(
    desk: Desk, start: Turn, turn: Turn, sections: Mapping[str, Section], as_it_was: AsItWas
) -> Turn:
    """Return the turn with the sections: those without a draft as they were, stale claims and all.

    A claim leaves when its section is written anew; until then it is what it is, stale, and the
    next run drafts its section. What repeats it stays with it.
    """
    lost = frozenset(item.subject for item in turn.failed) - turn.drafted
    if lost:
        drafted = {name: item for name, item in sections.items() if name in turn.drafted}
        stand = as_it_was(lost)
        sections = {item.id: item for item in stand.sections} | drafted
        turn = turn._replace(entries=(*stand.entries, *turn.entries[len(start.entries) :]))
    ordered = [
        sections[spec.id] for spec in desk.tools.config.outline.sections if spec.id in sections
    ]
    return turn._replace(sections=tuple(item for item in ordered if item.claims))


def _outcomes(
    specs: Sequence[SectionSpec],
    works: Sequence[Work[Composition | Skipped]],
    at_once: int,
    ended: RagError | None,
) -> Iterator[tuple[SectionSpec, Composition | Skipped | RagError]]:
    """Yield what comes of sections; after an error nobody is asked, and it is that of the rest."""
    left = dict(enumerate(specs))
    try:
        for at, outcome in together(works, at_once) if ended is None else ():
            yield left.pop(at), outcome
    except RagError as error:
        ended = error
    except KeyboardInterrupt:  # once: what is drafted is kept; whoever insists ends that, too
        ended = StoppedError(_STOPPED)
    if ended is not None:
        yield from ((spec, ended) for spec in left.values())


def _ended(turn: Turn, spec: SectionSpec, error: RagError) -> Turn:
    """Return the turn with one more section that an error kept from its draft."""
    failed = Skipped(subject=spec.id, stage="draft", reason=error.message)
    return turn._replace(failed=(*turn.failed, failed), ended=turn.ended or error)


def _work(  # noqa: PLR0913, PLR0917 - all that a section is made of
    desk: Desk,
    shelf: Shelf,
    spec: SectionSpec,
    used: Sequence[Reference],
    standing: Standing,
    settled: frozenset[str],
) -> Work[Composition | Skipped]:
    if spec.form == "conflicts":
        return disagreements(desk.tools, spec, standing.others, settled)
    return (yield from compose_section(desk.tools, shelf, spec, used, standing))


def _composed(key: str, outcome: Composition, before: Section | None) -> Composed:
    return Composed(
        key=key,
        section=outcome.section.id,
        claims=len(outcome.section.claims),
        # A section without claims is not in the report, just as one that never was.
        changed=outcome.section.blocks != (before.blocks if before else ()),
        rejected=outcome.rejected,
        untold=outcome.untold,
    )


def _gist(sections: Mapping[str, Section]) -> object:
    """Return what a reader sees of sections: a passage that moved changes nothing of it."""
    return {
        name: [
            (block.form, block.text, block.header, claim.id, claim.cells, claim.references)
            for block in section.blocks
            for claim in block.claims
        ]
        for name, section in sections.items()
    }


def standing_of(
    desk: Desk, turn: Turn, spec: SectionSpec, sections: Mapping[str, Section]
) -> Standing:
    """Return what a section stands on, of the sections as they are now."""
    store = desk.tools.store
    below = [item for item in desk.tools.config.outline.sections if depth(item) < depth(spec)]
    others = [sections[item.id] for item in below if item.id in sections]
    entries = [*(entry for _, entry in store.entries()), *turn.entries]
    refused = store.refused() | turn.refused
    words = {entry.claim.id: entry.claim.text for entry in entries if entry.claim.id in refused}
    ever = frozenset(entry.claim.id for _, entry in store.entries())
    return Standing(sections.get(spec.id), others, refused, tuple(words.values()), ever)


def having_read(
    desk: Desk, standing: Standing, spec: SectionSpec, used: Sequence[Reference], key: str
) -> Standing:
    """Return what a section stands on with what earlier drafts of it have read.

    That is all but the reference whose turn it is, and those for which it got no draft.
    """
    latest = desk.tools.store.latest()
    if latest is None:
        return standing
    missing = {name for name, ids in desk.tools.store.undrafted().items() if spec.id in ids}
    told = desk.tools.store.told(latest.number).get(spec.id, frozenset())
    return standing._replace(
        read=frozenset(item.key for item in used) - missing - {key},
        told=told - _open_again(latest.sections, standing.others, spec),
    )


def _open_again(
    before: Sequence[Section], others: Sequence[Section], spec: SectionSpec
) -> frozenset[str]:
    """Return the ids of claims to choose from again: one beside them that was chosen has left."""
    chosen = {
        item.repeats for section in before if section.id == spec.id for item in section.claims
    }
    there = {claim.id for section in others for claim in section.claims}
    homes = {
        section.id
        for section in before
        if any(claim.id in chosen - there and not claim.repeats for claim in section.claims)
    }
    return frozenset(
        claim.id for section in others if section.id in homes for claim in section.claims
    )


def _unasked(turn: Turn, specs: Sequence[SectionSpec], error: RagError) -> Turn:
    """Return the turn with sections for which nobody could look for evidence."""
    if isinstance(error, CapError):
        capped = [Capped(subject=item.id, stage="draft", reason=error.message) for item in specs]
        return turn._replace(failed=(*turn.failed, *capped))
    for spec in specs:
        turn = _ended(turn, spec, error)
    return turn


def _most_drafts(
    shelf: Shelf,
    specs: Sequence[SectionSpec],
    used: Sequence[Reference],
    standings: Mapping[str, Standing],
) -> int | RagError:
    """Return how many drafts sections can take: each pass reads one passage at least.

    Or what kept their evidence from being looked up: what is drafted before stands.
    """

    def most(spec: SectionSpec) -> int:
        new = [item for item in used if item.key not in standings[spec.id].read]
        return max(1, sum(len(shelf.evidence(spec, item)) for item in new))

    try:
        with heard():
            return sum(map(most, specs))
    except RagError as error:  # of an embedder
        return error
    except KeyboardInterrupt:
        return StoppedError(_STOPPED)


def _grown(turn: Turn, spec: SectionSpec, outcome: Composition) -> Turn:
    return turn._replace(
        entries=(*turn.entries, *outcome.entries),
        rejected=(*turn.rejected, *((spec.id, item) for item in outcome.rejected)),
        failed=(*turn.failed, outcome.capped) if outcome.capped else turn.failed,
        calls=turn.calls + outcome.calls,
        told=(*turn.told, (spec.id, outcome.told)),
    )


def stop_at_end(turn: Turn, key: str = "", *, is_committed: bool = True) -> None:
    """End the run if an error or a cap kept a section of the turn from being drafted.

    Args:
        turn: what was done, and kept.
        key: the reference whose turn it was; empty if it was none's.
        is_committed: whether what was done is an edition.

    Raises:
        RagError: what ended drafting, or `CapError`; with what is not drafted yet.
        KeyboardInterrupt: the user did, before anything was drafted or committed.
    """
    names = ", ".join(item.subject for item in turn.failed)
    if turn.ended is not None:
        if not turn.calls and not is_committed:
            if isinstance(turn.ended, StoppedError):
                raise KeyboardInterrupt from turn.ended
            raise turn.ended
        of = f" of {key}, whose box stays open" if key else ""
        stands = "the rest is committed" if is_committed else "nothing of it is committed"
        stands += f"; {_GOES_ON}" if is_committed and not key else ""
        said = f"{turn.ended.message}; not drafted: {names}{of}; {stands}"
        raise type(turn.ended)(said, advice=turn.ended.advice) from turn.ended
    capped = [item for item in turn.failed if isinstance(item, Capped)]
    if capped:
        names = ", ".join(item.subject for item in capped)
        of = f" of {key}" if key else ""
        advice = "its box stays open; run again for the rest" if key else "run again with more"
        if is_committed and not key:
            advice = f"{_GOES_ON} with the rest"
        raise CapError(f"{capped[0].reason}; not drafted: {names}{of}", advice=advice)


def depth(spec: SectionSpec) -> int:
    """Return how far a section is from the evidence: it is made of sections of lesser depth.

    So what it says depends on what they say now, never on what another one said before.
    """
    depths = {"summary": 3, "conflicts": 2}
    return depths.get(spec.form, 1 if spec.is_derived else 0)
