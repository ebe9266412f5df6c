"""Affected sections → the next edition: drafted, merged with the user's edits, committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rag.flows.events import Composed, Composing, Kept, SetAside, Ticked
from rag.flows.publish import publish, read_report, set_aside
from rag.flows.sections import Composition, Shelf, compose_section
from rag.stages.merge import merge
from rag.stages.render import Cited, render_report
from rag.types import Section, Skipped

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence

    from rag.adapters.store import Edition, Outcome
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Citation, Reference, Rejected, SectionSpec

Event: TypeAlias = Composing | Composed | Skipped | Kept | SetAside | Ticked


class Desk(NamedTuple):
    """What one run works with."""

    project: Project
    tools: Tools
    references: tuple[Reference, ...]
    """The checklist, in order."""


class _Turn(NamedTuple):
    """What drafting came to."""

    sections: list[Section]
    rejected: list[tuple[str, Rejected]]
    failed: list[Skipped]
    """Sections that got no draft, by their ids."""


def in_use(desk: Desk, keys: Collection[str] = ()) -> list[Reference]:
    """Return the references whose evidence the report may use, by key.

    Besides `keys` they are those that the report has used, also when some sections still lack a
    draft. One that the user took off the checklist stays: its claims do.
    """
    store = desk.tools.store
    latest = store.latest()
    listed = {item.key: item for item in desk.references}
    used = store.used().keys() | {item.reference_key for item in _citations(_sections(latest))}
    used |= (store.undrafted().keys() & listed.keys()) | set(keys)
    known = store.ingested()
    return [_as_listed(listed, known[key].reference) for key in sorted(used) if key in known]


def write(
    desk: Desk,
    shelf: Shelf,
    affected: Sequence[SectionSpec],
    used: Sequence[Reference],
    key: str = "",
) -> Generator[Event, None, None]:
    """Draft the affected sections and those made of them, then commit and publish.

    Args:
        desk: what the run works with.
        shelf: where the evidence is.
        affected: the sections to draft.
        used: the references whose evidence they may use.
        key: the reference whose box is ticked with the edition; empty if none is.
    """
    before = _sections(desk.tools.store.latest())
    stale = _stale(desk, before)
    turn = yield from _draft(desk, shelf, {spec.id for spec in affected} | stale, used, key)
    lost = [item for item in turn.failed if item.subject in stale]
    # Its old claims stand in a text that is gone, so there is nothing to fall back on.
    if lost or (turn.failed and turn.sections == before):
        if key:
            desk.tools.store.save_undrafted([(key, item) for item in turn.failed])
        return
    yield from _commit(desk, turn, key)


def _draft(
    desk: Desk, shelf: Shelf, asked: Collection[str], used: Sequence[Reference], key: str
) -> Generator[Event, None, _Turn]:
    """Return the report's sections with those asked for, and those made of them, written anew."""
    outline = desk.tools.config.outline
    before = {item.id: item for item in _sections(desk.tools.store.latest())}
    sections = dict(before)
    rejected: list[tuple[str, Rejected]] = []
    failed: list[Skipped] = []
    for spec in sorted(outline.sections, key=_depth):
        if spec.id not in asked and (not spec.is_derived or sections == before):
            continue
        yield Composing(
            key=key, section=spec.id, evidence=sum(len(shelf.evidence(spec, x)) for x in used)
        )
        below = [item for item in outline.sections if _depth(item) < _depth(spec)]
        others = [sections[item.id] for item in below if item.id in sections]
        outcome = compose_section(desk.tools, shelf, spec, used, others)
        if not isinstance(outcome, Composition):
            failed.append(outcome)
            yield outcome
            continue
        sections[spec.id] = outcome.section
        rejected += [(spec.id, item) for item in outcome.rejected]
        yield Composed(
            key=key,
            section=spec.id,
            claims=len(outcome.section.claims),
            # A section without claims is not in the report, just as one that never was.
            changed=outcome.section.blocks != (before[spec.id].blocks if spec.id in before else ()),
            rejected=outcome.rejected,
        )
    ordered = [sections[spec.id] for spec in outline.sections if spec.id in sections]
    return _Turn([item for item in ordered if item.claims], rejected, failed)


def _depth(spec: SectionSpec) -> int:
    """Return how far a section is from the evidence: it is made of sections of lesser depth.

    So what it says depends on what they say now, never on what another one said before.
    """
    if spec.form == "summary":
        return 2
    return 1 if spec.is_derived else 0


def _commit(desk: Desk, turn: _Turn, key: str) -> Generator[Event, None, None]:
    store = desk.tools.store
    latest = store.latest()
    now = read_report(desk.project)
    report = render_report(desk.tools.config.outline, turn.sections, _cited(desk, turn.sections))
    text = report
    if latest and now is not None:
        merged = merge(latest.report, now, report)
        text = merged.text
        if merged.kept:
            yield Kept(lines=merged.kept)
    elif now and now.strip() and now != report:
        yield SetAside(path=str(set_aside(desk.project, now)))
    is_used = any(item.reference_key == key for item in _citations(turn.sections))
    outcome: Outcome = "used" if is_used else "no material change"
    ticks = bool(key) and not turn.failed
    edition = store.commit_edition(
        before=now,
        report=report,
        text=text,
        sections=turn.sections,
        outcomes={key: outcome} if ticks else {},
        rejected=turn.rejected,
        undrafted=[(key, item) for item in turn.failed if key],
    )
    publish(desk.project, desk.tools, edition)
    if ticks:
        old = {item.id: item for item in _sections(latest)}
        changed = tuple(item.id for item in turn.sections if old.get(item.id) != item)
        yield Ticked(key=key, outcome=outcome, edition=edition.number, sections=changed)


def _sections(edition: Edition | None) -> list[Section]:
    return list(edition.sections) if edition else []


def _citations(sections: Iterable[Section]) -> Iterator[Citation]:
    for section in sections:
        for claim in section.claims:
            yield from claim.citations


def _stale(desk: Desk, sections: Iterable[Section]) -> set[str]:
    """Return the sections that cite a document whose reference has another text by now."""
    known = desk.tools.store.ingested()
    return {
        section.id
        for section in sections
        for item in _citations([section])
        if item.document_id != known[item.reference_key].document_id
    }


def _cited(desk: Desk, sections: Iterable[Section]) -> dict[str, Cited]:
    """Return, by key, what the sections cite."""
    known = desk.tools.store.ingested()
    listed = {item.key: item for item in desk.references}
    found = {}
    for key in {item.reference_key for item in _citations(sections)}:
        item = known[key]
        reference = _as_listed(listed, item.reference)
        found[key] = Cited(
            reference=reference,
            document=desk.tools.store.document(item.document_id),
            read_on=item.source.read_on,
            location=item.reference.locator,
            listed=reference is listed.get(key),
        )
    return found


def _as_listed(listed: Mapping[str, Reference], reference: Reference) -> Reference:
    """Return the reference as the checklist has it now, if it still has it."""
    entry = listed.get(reference.key)
    return entry if entry and entry.locator == reference.locator else reference
