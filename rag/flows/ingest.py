"""Read references into the store: fetch, parse, chunk, embed, index."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

from rag.errors import UsageError
from rag.flows.events import Embedding, Ingest, NothingToDo, Reading, Unchanged
from rag.stages.chunk import CHUNKER_VERSION, chunk
from rag.stages.parse import PARSER_VERSION, parse
from rag.types import Document, Fetched, NotModified, Skipped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from rag.adapters.store import Ingested
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.ports import Vector
    from rag.types import Chunk, Reference, Source

Event: TypeAlias = Reading | Embedding | Ingest | Unchanged | Skipped | NothingToDo

_SLAB = 64
"""How many vectors go to the index at once: enough to share its fixed cost."""
MEND = "rag ingest --rebuild"


def ingest(
    project: Project,
    tools: Tools,
    *,
    only: str | None = None,
    refresh: bool = False,
    rebuild: bool = False,
) -> Iterator[Event]:
    """Read every reference that the store does not have, whatever its box.

    Args:
        project: where the checklist is.
        tools: the wired adapters.
        only: a reference key; the others are left alone.
        refresh: read again what the store has, and take it if it changed.
        rebuild: forget all chunks and make them anew from the kept sources, with the models
            configured now.

    Yields:
        What happens, as it happens. A `Skipped` is a reference that could not be read, with the
        reason; the others go on.

    Raises:
        UsageError: `only` is no key of the checklist, or given beside `rebuild`.
        PrerequisiteError: the store was made with another embedder or chunker.
    """
    _, reading = project.read_checklist()
    yield from reading.problems
    references = [item for item in reading.references if only in (None, item.key)]
    if only is not None and not references:
        raise unknown_reference(only, reading.references)
    if rebuild:
        _forget(tools, only)
    check_store(tools)
    remade = yield from remake(tools)
    known = tools.store.ingested()
    todo = [item for item in references if refresh or not is_ingested(item, known)]
    if not todo and not remade:
        yield NothingToDo(reason=f"all {len(references)} references are in the store")
    for reference in todo:
        yield from ingest_one(project, tools, reference, known.get(reference.key))


def _forget(tools: Tools, only: str | None) -> None:
    """Forget all chunks, in the store first: the index never lacks what the store has."""
    if only is not None:
        raise UsageError("--rebuild makes all chunks anew", advice="leave --reference out")
    documents = set(tools.store.chunk_counts())
    tools.store.forget_all_chunks()
    tools.index.remove(documents)


def remake(tools: Tools) -> Generator[Event, None, int]:
    """Make the chunks of documents that have none, from the kept sources; return how many.

    They are those of a rebuild, also of one that was cut short.
    """
    made = 0
    for item in tools.store.ingested().values():
        content = tools.store.source(item.source.sha256) if not item.chunks else None
        if content is None:  # it has chunks, or is fetched again as if it were new
            continue
        yield Reading(key=item.reference.key, title=item.reference.title)
        document = _parsed(tools, item.reference, item.source, content)
        if isinstance(document, Skipped):
            yield document
            continue
        yield from _take_in(tools, item.reference, item.source, document)
        made += 1
    return made


def unknown_reference(key: str, references: Sequence[Reference]) -> UsageError:
    """Return the error for a key that no reference has, naming those that there are."""
    keys = ", ".join(item.key for item in references) or "none"
    return UsageError(f"no reference has the key {key!r}", advice=f"the keys are: {keys}")


def is_ingested(reference: Reference, known: dict[str, Ingested]) -> bool:
    """Whether the store has what the reference's locator says now."""
    item = known.get(reference.key)
    return item is not None and item.chunks > 0 and item.reference.locator == reference.locator


def check_store(tools: Tools) -> None:
    """Refuse a store made with another embedder or chunker; rebuild indexes that are behind."""
    limits = tools.config.settings.chunk
    cut = f"parser {PARSER_VERSION}, chunker {CHUNKER_VERSION}, {limits.max_tokens} tokens"
    cut += f", {limits.max_characters} characters"
    tools.store.check_made_with("embedder", tools.embedder_fingerprint, mend=MEND)
    tools.store.check_made_with("chunker", cut, mend=MEND)
    counts = tools.store.chunk_counts()
    if tools.index.count() < sum(counts.values()):
        for document_id in counts:
            tools.index.add(*tools.store.chunks(document_id))


def ingest_one(
    project: Project, tools: Tools, reference: Reference, known: Ingested | None
) -> Iterator[Event]:
    """Read one reference into the store; yield what happens, `Skipped` at the end if it failed."""
    yield Reading(key=reference.key, title=reference.title)
    same_place = known if known and is_ingested(reference, {reference.key: known}) else None
    read = _read(project, tools, reference, same_place.source if same_place else None)
    if isinstance(read, NotModified):
        yield Unchanged(key=reference.key)
        return
    if isinstance(read, Skipped):
        tools.store.save_failed(reference.key, reference.locator, read.stage, read.reason)
        yield read
        return
    source, document = read
    if same_place and document.id == same_place.document_id:
        chunks, vectors = tools.store.chunks(document.id)
        _save(tools, reference, source, document, chunks, vectors)
        yield Unchanged(key=reference.key)
        return
    yield from _take_in(tools, reference, source, document)


def _read(
    project: Project, tools: Tools, reference: Reference, previous: Source | None
) -> tuple[Source, Document] | NotModified | Skipped:
    scheme, location = project.locate(reference)
    fetcher = tools.fetchers.get(scheme)
    if fetcher is None:
        known = ", ".join(sorted(tools.fetchers))
        reason = f"{scheme}: locators are not read; give a path or one of: {known}"
        return Skipped(subject=reference.key, stage="fetch", reason=reason)
    fetched = fetcher.fetch(reference.key, location, previous)
    if not isinstance(fetched, Fetched):
        return fetched
    tools.store.save_source(fetched.content)
    document = _parsed(tools, reference, fetched.source, fetched.content)
    return document if isinstance(document, Skipped) else (fetched.source, document)


def _parsed(
    tools: Tools, reference: Reference, source: Source, content: bytes
) -> Document | Skipped:
    return parse(reference.key, source, content, min_words=tools.config.settings.parse.min_words)


def _take_in(
    tools: Tools, reference: Reference, source: Source, document: Document
) -> Generator[Event, None, None]:
    """Chunk, embed and index a document, unless the store has it from another reference."""
    chunks, vectors = tools.store.chunks(document.id)
    if not chunks:
        chunks = chunk(
            document,
            tools.config.settings.chunk,
            tools.embedder.token_spans,
            locator=reference.locator,
        )
        vectors = yield from _embed(tools, reference, chunks)
    elif not _is_shared(tools, reference, document):  # the same bytes at another place
        chunks = [item.model_copy(update={"locator": reference.locator}) for item in chunks]
        tools.index.add(chunks, vectors)
    _save(tools, reference, source, document, chunks, vectors)
    yield Ingest(key=reference.key, title=document.title, chunks=len(chunks))


def _is_shared(tools: Tools, reference: Reference, document: Document) -> bool:
    known = tools.store.ingested().values()
    holders = {item.reference.key for item in known if item.document_id == document.id}
    return bool(holders - {reference.key})


def _embed(
    tools: Tools, reference: Reference, chunks: Sequence[Chunk]
) -> Generator[Event, None, list[Vector]]:
    """Embed chunks and hand them to the index in slabs, behind the embedding of the next ones."""
    vectors: dict[int, Vector] = {}
    slab: list[int] = []
    stored: list[Future[None]] = []
    index = tools.index
    with ThreadPoolExecutor(1) as background:
        try:
            for position, vector in tools.embedder.embed_documents([x.passage for x in chunks]):
                vectors[position] = vector
                slab.append(position)
                if len(slab) == _SLAB or len(vectors) == len(chunks):
                    some = [chunks[at] for at in slab]
                    stored.append(background.submit(index.add, some, [vectors[at] for at in slab]))
                    slab = []
                if len(vectors) % 10 == 0 or len(vectors) == len(chunks):
                    yield Embedding(key=reference.key, done=len(vectors), total=len(chunks))
        finally:
            if len(vectors) < len(chunks):  # cut short: what waits is not begun
                background.shutdown(wait=False, cancel_futures=True)
    for future in stored:
        future.result()
    return [vectors[position] for position in range(len(chunks))]


def _save(  # noqa: PLR0913, PLR0917 - one reference, whole
    tools: Tools,
    reference: Reference,
    source: Source,
    document: Document,
    chunks: Sequence[Chunk],
    vectors: Sequence[Vector],
) -> None:
    unused = tools.store.save_ingested(
        reference=reference,
        source=source,
        document=document,
        chunks=chunks,
        vectors=vectors,
    )
    if unused:
        tools.index.remove([unused])
