"""Read references into the store: fetch, parse, chunk, embed, index."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.flows.events import Embedding, Ingest, LeftOut, NothingToDo, Reading, Unchanged
from rag.flows.questions import learn
from rag.flows.reading import Read, Reader, Unparsed, one_ahead
from rag.stages.chunk import CHUNKER_VERSION
from rag.stages.parse import PARSER_VERSION
from rag.types import Fetched, NotModified

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Sequence

    from rag.adapters.store import Ingested
    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.reading import Found
    from rag.flows.tools import Tools
    from rag.ports import Vector
    from rag.types import Chunk, Document, Reference


_SLAB = 64
"""How many vectors go to the index at once: enough to share its fixed cost."""
MEND = "rag ingest --rebuild"


def ingest(
    project: Project,
    tools: Tools,
    *,
    only: Collection[str] = (),
    refresh: bool = False,
    rebuild: bool = False,
) -> Iterator[Event]:
    """Read every reference that the store does not have, whatever its box.

    Args:
        project: where the checklist is.
        tools: the wired adapters.
        only: reference keys; the others are left alone. All if empty.
        refresh: read again what the store has, and take it if it changed.
        rebuild: forget all chunks and make them anew from the kept sources, with the models
            configured now.

    Yields:
        What happens, as it happens. A `Skipped` is a reference that could not be read, with the
        reason; the others go on.

    Raises:
        UsageError: `only` has a key that is not in the checklist, or given beside `rebuild`.
        PrerequisiteError: the store was made with another embedder or chunker.
    """
    _, reading = project.read_checklist()
    yield from reading.problems
    references = [item for item in reading.references if not only or item.key in only]
    for key in only:
        if all(key != item.key for item in references):
            raise unknown_reference(key, reading.references)
    if rebuild:
        _forget(tools, only)
    check_store(tools)
    remade = yield from remake(project, tools)
    known = tools.store.ingested()
    todo = [item for item in references if refresh or not is_ingested(item, known)]
    if not todo and not remade:
        yield NothingToDo(reason=f"all {len(references)} references are in the store")
    if todo:
        reader = Reader(project, tools)
        for reference, read in one_ahead(todo, lambda item: _read(reader, item, known)):
            yield from _ingest(tools, reference, known.get(reference.key), read)
    learn(tools, reading.references)


def _forget(tools: Tools, only: Collection[str]) -> None:
    """Forget all chunks, in the store first: the index never lacks what the store has."""
    if only:
        raise UsageError("--rebuild makes all chunks anew", advice="leave --reference out")
    tools.embedder.embed_query("Are you there?")  # what cannot embed must not cost the chunks
    documents = set(tools.store.chunk_counts())
    tools.store.forget_all_chunks()
    tools.index.remove(documents)


def remake(project: Project, tools: Tools) -> Generator[Event, None, int]:
    """Make the chunks of documents that have none, from the kept sources; return how many.

    They are those of a rebuild, also of one that was cut short.
    """
    made = 0
    without = [item for item in tools.store.ingested().values() if not item.chunks]
    reader = Reader(project, tools) if without else None
    for item in without:
        content = tools.store.source(item.source.sha256)
        if content is None or reader is None:  # it is fetched again as if it were new
            continue
        yield Reading(key=item.reference.key, title=item.reference.title)
        read = reader.parsed(item.reference, Fetched(source=item.source, content=content))
        if isinstance(read, Unparsed):
            yield read.skipped
            continue
        yield from _take_in(tools, item.reference, read)
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


def made_with(tools: Tools) -> dict[str, str]:
    """Return what the chunks of this configuration are made with, by name; loads no model."""
    limits = tools.config.settings.chunk
    cut = f"parser {PARSER_VERSION}, chunker {CHUNKER_VERSION}, {limits.max_tokens} tokens"
    cut += f", {limits.max_characters} characters"
    return {"embedder": tools.embedder_fingerprint, "chunker": cut}


def check_store(tools: Tools) -> None:
    """Refuse a store made with another embedder or chunker; rebuild indexes that are behind."""
    for name, value in made_with(tools).items():
        tools.store.check_made_with(name, value, mend=MEND)
    counts = tools.store.chunk_counts()
    if tools.index.count() < sum(counts.values()):
        for document_id in counts:
            tools.index.add(*tools.store.chunks(document_id))


def ingest_one(
    project: Project, tools: Tools, reference: Reference, known: Ingested | None
) -> Iterator[Event]:
    """Read one reference into the store; yield what happens, `Skipped` at the end if it failed."""
    before = {reference.key: known} if known else {}
    reader = Reader(project, tools)
    yield from _ingest(tools, reference, known, lambda: _read(reader, reference, before))


def _read(reader: Reader, reference: Reference, known: dict[str, Ingested]) -> Found:
    before = known[reference.key].source if is_ingested(reference, known) else None
    return reader.read(reference, before)


def _ingest(
    tools: Tools, reference: Reference, known: Ingested | None, wait: Callable[[], Found]
) -> Iterator[Event]:
    yield Reading(key=reference.key, title=reference.title)
    read = wait()
    if isinstance(read, NotModified):
        yield Unchanged(key=reference.key)
        return
    if isinstance(read, Read | Unparsed):
        tools.store.save_source(read.fetched.content)
    if not isinstance(read, Read):
        skipped = read.skipped if isinstance(read, Unparsed) else read
        tools.store.save_failed(reference.key, reference.locator, skipped.stage, skipped.reason)
        yield skipped.model_copy(update={"line": reference.line})
        return
    same_place = known if known and is_ingested(reference, {reference.key: known}) else None
    if same_place and read.document.id == same_place.document_id:
        chunks, vectors = tools.store.chunks(read.document.id)
        _save(tools, reference, read, chunks, vectors)
        yield Unchanged(key=reference.key)
        return
    yield from _take_in(tools, reference, read)


def _take_in(tools: Tools, reference: Reference, read: Read) -> Generator[Event, None, None]:
    """Embed and index a document, unless the store has it from another reference."""
    document = read.document
    chunks, vectors = tools.store.chunks(document.id)
    if not chunks:
        chunks = list(read.chunks)
        vectors = yield from _embed(tools, reference, chunks)
    elif not _is_shared(tools, reference, document):  # the same bytes at another place
        chunks = [item.model_copy(update={"locator": reference.locator}) for item in chunks]
        tools.index.add(chunks, vectors)
    _save(tools, reference, read, chunks, vectors)
    yield Ingest(key=reference.key, title=document.title, chunks=len(chunks))
    for what in document.left_out:
        yield LeftOut(key=reference.key, what=what)


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


def _save(
    tools: Tools,
    reference: Reference,
    read: Read,
    chunks: Sequence[Chunk],
    vectors: Sequence[Vector],
) -> None:
    unused = tools.store.save_ingested(
        reference=reference,
        source=read.fetched.source,
        document=read.document,
        chunks=chunks,
        vectors=vectors,
    )
    if unused:
        tools.index.remove([unused])
