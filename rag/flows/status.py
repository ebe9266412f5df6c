"""What the project holds: references with their states, sections with their claims, models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rag.flows.ingest import is_ingested
from rag.flows.presence import absence
from rag.flows.standing import staleness
from rag.types import Value

if TYPE_CHECKING:
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Reference

State = Literal["unread", "ingested", "used", "no material change", "failed"]


class ReferenceStatus(Value):
    """One reference and how far it has come."""

    key: str
    title: str
    locator: str
    checked: bool
    listed: bool
    """Whether the checklist still has it."""
    state: State
    reason: str = ""
    """Why it failed."""
    chunks: int = 0
    claims: int = 0
    ingested_at: str = ""
    used_at: str = ""
    document_date: str = ""


class SectionStatus(Value):
    """One section of the report as it stands."""

    id: str
    title: str
    claims: int
    references: tuple[str, ...]


class Status(Value):
    """The whole project."""

    project: str
    references: tuple[ReferenceStatus, ...]
    problems: tuple[str, ...]
    """What cannot be read in the checklist, why report.md does not show the last edition, and which
    claims are stale."""
    sections: tuple[SectionStatus, ...]
    edition: int
    """Number of the last edition; 0 if there is none."""
    writer: str
    embedder: str
    reranker: str


def status(project: Project, tools: Tools) -> Status:
    """Return what the project holds; changes nothing and loads no model."""
    _, reading = project.read_checklist()
    known = tools.store.ingested()
    listed = {item.key: item for item in reading.references}
    gone = [item.reference for key, item in known.items() if key not in listed]
    latest = tools.store.latest()
    settings = tools.config.settings
    sections = latest.sections if latest else ()
    lost = [str(found)] if (found := absence(project, tools)) else []
    lost += [stale] if (stale := staleness(tools)) else []
    return Status(
        project=str(project.root),
        references=tuple(
            _reference(tools, item, listed=item.key in listed)
            for item in (*reading.references, *gone)
        ),
        problems=(*(f"{item.subject}: {item.reason}" for item in reading.problems), *lost),
        sections=tuple(
            SectionStatus(
                id=section.id,
                title=section.title,
                claims=len(section.claims),
                references=tuple(
                    sorted({c.reference_key for claim in section.claims for c in claim.citations})
                ),
            )
            for section in sections
        ),
        edition=latest.number if latest else 0,
        writer=settings.model,
        embedder=f"{settings.embedder.adapter}: {settings.embedder.model}",
        reranker=settings.reranker.model if settings.reranker.enabled else "none",
    )


def _reference(tools: Tools, reference: Reference, *, listed: bool) -> ReferenceStatus:
    store = tools.store
    known, used = store.ingested(), store.used().get(reference.key)
    failure = store.failed().get(reference.key)
    if failure and failure.locator != reference.locator:
        failure = None  # the user has corrected it since
    item = known.get(reference.key) if is_ingested(reference, known) else None
    state: State = "unread"
    if used and (reference.checked or not listed):
        state = used.outcome
    elif failure:
        state = "failed"
    elif item:
        state = "ingested"
    latest = store.latest()
    claims = {
        claim.id
        for section in (latest.sections if latest else ())
        for claim in section.claims
        if any(citation.reference_key == reference.key for citation in claim.citations)
    }
    return ReferenceStatus(
        key=reference.key,
        title=reference.title,
        locator=reference.locator,
        checked=reference.checked,
        listed=listed,
        state=state,
        reason=failure.reason if failure and state == "failed" else "",
        chunks=item.chunks if item else 0,
        claims=len(claims),
        ingested_at=item.at if item else "",
        used_at=used.at if used and state == used.outcome else "",
        document_date=store.document(item.document_id).date if item else "",
    )
