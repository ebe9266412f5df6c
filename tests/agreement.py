"""Whether report, boxes, ledger and index of a project agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chromadb
from chromadb.config import Settings
from hostile.audit import Audit
from killing import open_tools

from rag.adapters.chroma import COLLECTION
from rag.flows.compose import compose
from rag.flows.publish import recover

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from projects import FakeTools


def start(root: Path) -> FakeTools:
    """Return the tools of a project that was started again: what was half done is finished."""
    tools = open_tools(root)
    list(recover(tools.project, tools))
    list(compose(tools.project, tools, dry_run=True))
    return tools


def faults(tools: FakeTools) -> Iterator[str]:
    """Yield what does not agree.

    Args:
        tools: of a project that was started again.
    """
    store, project = tools.store, tools.project
    latest = store.latest()
    yield from (f"edition {item.number} is not published" for item in store.pending())
    text = project.report.read_text(encoding="utf-8") if project.report.exists() else None
    if text != (latest.text if latest else None):
        yield "report.md is not the last edition"
    yield from _ledger(tools)
    cited = {
        item.reference_key
        for section in (latest.sections if latest else ())
        for claim in section.claims
        for item in claim.citations
    }
    used, retracted = store.used(), store.retracted()
    for reference in project.read_checklist()[1].references:
        key = reference.key
        if reference.checked and key not in used and key not in retracted:
            yield f"{key} is ticked and was never used"
        if not reference.checked and key in used:
            yield f"{key} is used and not ticked"
        if key in used and used[key].outcome == "used" and key not in cited:
            yield f"{key} is used and the report does not hold it"
    if cited & retracted:
        yield f"the report stands on {cited & retracted}, which was retracted"
    yield from _index(tools)


def _ledger(tools: FakeTools) -> Iterator[str]:
    """Yield what is wrong with any edition, but what the extractive writer may do."""
    audit = Audit(tools.store, tools.config.outline)
    before = None
    every = {spec.id for spec in tools.config.outline.sections}
    for edition in tools.store.editions():
        known = {item.document_id for item in tools.store.ingested().values()}
        cited = {
            item.document_id
            for section in edition.sections
            for claim in section.claims
            for item in claim.citations
        }
        if cited <= known:  # an earlier edition may stand on a text that was read anew since
            audit.edition(edition, before, every)
        before = edition
    allowed = {"prior claims outranked"}
    if any(count for kind, count in audit.wrong.items() if kind not in allowed):
        yield from audit.examples


def _index(tools: FakeTools) -> Iterator[str]:
    """Yield references whose chunks are not all in the index, and chunks that are nobody's."""
    counts = tools.store.chunk_counts()
    for key, item in tools.store.ingested().items():
        chunks, vectors = tools.store.chunks(item.document_id)
        found = tools.index.search_dense(vectors[0], 10_000, frozenset({item.document_id}))
        if {hit.chunk.id for hit in found} != {chunk.id for chunk in chunks}:
            yield f"the index lacks chunks of {key}"
    if tools.index.count() < sum(counts.values()):
        yield "the index lacks chunks"


def in_chroma(store: Path) -> set[str]:
    """Return the ids of the chunks that another program finds in a project's `store/`."""
    settings = Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(store / "chroma"), settings=settings)
    try:
        return set(client.get_or_create_collection(COLLECTION).get(include=[])["ids"])
    finally:
        client.close()
