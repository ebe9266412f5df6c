"""The next unchecked reference → the report rewritten, its box ticked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rag.errors import RagError, UsageError
from rag.flows.events import (
    Composed,
    Composing,
    Embedding,
    Ingest,
    Kept,
    NothingToDo,
    Planned,
    Reading,
    Recovered,
    Ticked,
    Unchanged,
)
from rag.flows.ingest import check_store, ingest_one, is_ingested
from rag.flows.publish import publish, read_report, recover
from rag.flows.sections import Composition, Shelf, compose_section
from rag.stages.merge import merge
from rag.stages.render import Cited, render_report
from rag.types import Section, Skipped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from rag.adapters.store import Outcome
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Reference, Rejected, SectionSpec

Event: TypeAlias = (
    Reading
    | Embedding
    | Ingest
    | Unchanged
    | Skipped
    | Composing
    | Composed
    | Planned
    | Kept
    | Ticked
    | Recovered
    | NothingToDo
)


class _Desk(NamedTuple):
    """What one run works with."""

    project: Project
    tools: Tools
    references: tuple[Reference, ...]
    """The checklist, in order."""


def compose(
    project: Project,
    tools: Tools,
    *,
    every: bool = False,
    section: str | None = None,
    dry_run: bool = False,
) -> Iterator[Event]:
    """Rewrite the report with the next unchecked reference, then tick its box.

    A reference that cannot be read stays unchecked and the run takes the next one.

    Args:
        project: where the files are.
        tools: the wired adapters.
        every: go on until no box is left.
        section: recompose only this section, from all evidence used so far.
        dry_run: draft and write nothing: say which sections would change, from how much evidence.

    Yields:
        What happens, as it happens.

    Raises:
        UsageError: `section` is no section of the outline; report.md is not of rag's making.
    """
    yield from recover(project, tools)
    _, reading = project.read_checklist()
    yield from reading.problems
    check_store(tools)
    desk = _Desk(project, tools, reading.references)
    if section is not None:
        yield from _recompose(desk, section)
        return
    waiting = [item for item in reading.references if not item.checked]
    if not waiting:
        yield NothingToDo(reason=f"none of {len(reading.references)} references is unchecked")
        return
    adopted = yield from _adopt(desk)
    for reference in waiting:
        done = yield from _take(desk, reference, adopted, dry_run=dry_run)
        if done and not every:
            return


def _take(
    desk: _Desk, reference: Reference, adopted: frozenset[str], *, dry_run: bool
) -> Generator[Event, None, bool]:
    """Take one reference in; return whether it could be read."""
    known = desk.tools.store.ingested()
    again = reference.key in desk.tools.store.used()  # the user took the tick away
    if again or not is_ingested(reference, known):
        for event in ingest_one(desk.project, desk.tools, reference, known.get(reference.key)):
            yield event
            if isinstance(event, Skipped):
                return False
    used = _in_use(desk, adopted | {reference.key})
    shelf = Shelf(desk.tools)
    affected = _affected(desk, shelf, reference)
    if dry_run:
        for spec in affected:
            count = len(shelf.evidence(spec, reference))
            yield Planned(key=reference.key, section=spec.id, evidence=count)
        return True
    yield from _write(desk, shelf, reference.key, affected, used)
    return True


def _affected(desk: _Desk, shelf: Shelf, reference: Reference) -> list[SectionSpec]:
    """Return the sections for which the reference brings evidence and that still lack it."""
    outline = desk.tools.config.outline
    missing = desk.tools.store.undrafted(reference.key)
    return [
        spec
        for spec in outline.sections
        if shelf.evidence(spec, reference) and (not missing or spec.id in missing)
    ]


def _in_use(desk: _Desk, keys: frozenset[str]) -> list[Reference]:
    """Return the references whose evidence the report may use, by key.

    One that the user took off the checklist stays in use: its claims stay in the report.
    """
    listed = {item.key: item for item in desk.references}
    used = desk.tools.store.used().keys() | keys
    known = desk.tools.store.ingested()
    return [listed.get(key, known[key].reference) for key in sorted(used) if key in known]


def _write(
    desk: _Desk,
    shelf: Shelf,
    key: str,
    affected: Sequence[SectionSpec],
    used: Sequence[Reference],
    *,
    ticks: bool = True,
) -> Generator[Event, None, None]:
    """Draft the affected sections and those made of them, then commit and publish."""
    outline = desk.tools.config.outline
    latest = desk.tools.store.latest()
    before = {item.id: item for item in latest.sections} if latest else {}
    sections = dict(before)
    rejected: list[tuple[str, Rejected]] = []
    failed: list[Skipped] = []
    plain = [spec for spec in affected if not spec.is_derived]
    derived = [spec for spec in outline.sections if spec.is_derived]
    for spec in (*plain, *_inner_first(derived)):
        if spec.is_derived and spec not in affected and sections == before:
            continue
        evidence = sum(len(shelf.evidence(spec, item)) for item in used)
        yield Composing(key=key, section=spec.id, evidence=evidence)
        others = [
            sections[item.id]
            for item in outline.sections
            if item.id in sections and item.id != spec.id and item.form != "summary"
        ]
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
            changed=outcome.section != before.get(spec.id),
            rejected=outcome.rejected,
        )
    ordered = [sections[spec.id] for spec in outline.sections if spec.id in sections]
    ordered = [item for item in ordered if item.claims]
    yield from _commit(desk, key, ordered, rejected, failed, ticks=ticks)


def _inner_first(derived: Sequence[SectionSpec]) -> list[SectionSpec]:
    """Return derived sections so that a summary comes after what it sums up."""
    return sorted(derived, key=lambda spec: spec.form == "summary")


def _commit(  # noqa: PLR0913 - one edition, whole
    desk: _Desk,
    key: str,
    sections: Sequence[Section],
    rejected: Sequence[tuple[str, Rejected]],
    failed: Sequence[Skipped],
    *,
    ticks: bool,
) -> Generator[Event, None, None]:
    store = desk.tools.store
    latest = store.latest()
    report = render_report(desk.tools.config.outline, sections, _cited(desk, sections))
    now = read_report(desk.project)
    merged = merge(latest.report, now, report) if latest and now is not None else None
    text = merged.text if merged else report
    if merged and merged.kept:
        yield Kept(lines=merged.kept)
    if failed and latest and report == latest.report:
        return  # nothing was written and nothing is done
    is_used = any(
        citation.reference_key == key
        for section in sections
        for claim in section.claims
        for citation in claim.citations
    )
    outcome: Outcome = "used" if is_used else "no material change"
    edition = store.commit_edition(
        before=now,
        report=report,
        text=text,
        sections=sections,
        outcomes={key: outcome} if ticks and not failed else {},
        rejected=rejected,
        undrafted=[(key, item) for item in failed],
    )
    publish(desk.project, desk.tools, edition)
    if ticks and not failed:
        old = {item.id: item for item in latest.sections} if latest else {}
        changed = tuple(item.id for item in sections if old.get(item.id) != item)
        yield Ticked(key=key, outcome=outcome, edition=edition.number, sections=changed)


def _cited(desk: _Desk, sections: Sequence[Section]) -> dict[str, Cited]:
    known = desk.tools.store.ingested()
    listed = {item.key: item for item in desk.references}
    keys = {
        citation.reference_key
        for section in sections
        for claim in section.claims
        for citation in claim.citations
    }
    return {
        key: Cited(
            reference=listed.get(key, known[key].reference),
            document=desk.tools.store.document(known[key].document_id),
            read_on=known[key].source.read_on,
            location=known[key].reference.locator,
            listed=key in listed,
        )
        for key in keys
    }


def _adopt(desk: _Desk) -> Generator[Event, None, frozenset[str]]:
    """Return the references that a report without a store already cites, read into the store.

    A clone has report.md but no store: what the report stands on stays in it.

    Raises:
        UsageError: report.md cites none of the checklist's references.
        RagError: a reference that the report stands on cannot be read.
    """
    text = read_report(desk.project)
    if desk.tools.store.latest() is not None or text is None or not text.strip():
        return frozenset()
    cited = {
        match[1] for match in re.finditer(r"^\[\^([\w.-]+)-[0-9a-f]{6}\]:", text, re.MULTILINE)
    }
    adopted = [item for item in desk.references if item.key in cited]
    if not adopted:
        raise UsageError(
            f"{desk.project.report} was not written by rag",
            advice="move it away: rag writes its own report.md",
        )
    for reference in adopted:
        known = desk.tools.store.ingested()
        if is_ingested(reference, known):
            continue
        for event in ingest_one(desk.project, desk.tools, reference, known.get(reference.key)):
            yield event
            if isinstance(event, Skipped):
                raise RagError(
                    f"report.md stands on {reference.key}, which cannot be read: {event.reason}",
                    advice="mend its locator, or delete report.md to write it without",
                )
    return frozenset(item.key for item in adopted)


def _recompose(desk: _Desk, section: str) -> Generator[Event, None, None]:
    specs = {spec.id: spec for spec in desk.tools.config.outline.sections}
    if section not in specs:
        raise UsageError(
            f"the outline has no section {section!r}",
            advice=f"the sections are: {', '.join(specs)}",
        )
    used = _in_use(desk, frozenset())
    if not used:
        yield NothingToDo(reason="no reference has been used yet; run `rag compose`")
        return
    shelf = Shelf(desk.tools)
    yield from _write(desk, shelf, "", [specs[section]], used, ticks=False)
