"""Read references into the store: fetch, parse, chunk, embed, index."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.flows.events import NothingToDo, Reading, Unchanged
from rag.flows.intake import Intake
from rag.flows.questions import learn
from rag.flows.reading import Read, Reader, Unparsed, one_ahead
from rag.stages.chunk import CHUNKER_VERSION
from rag.stages.parse import PARSER_VERSION
from rag.types import Fetched, NotModified

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence

    from rag.adapters.store import Ingested
    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.flows.reading import Awaited, Found
    from rag.flows.tools import Tools
    from rag.types import Reference

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
        count = len(references)
        are = "the reference is" if count == 1 else f"all {count} references are"
        yield NothingToDo(reason=f"{are} in the store")
    if todo:
        yield from _read_in(project, tools, todo, known)
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
    without = [item for item in tools.store.ingested().values() if not item.chunks]
    made = (yield from _made(Reader(project, tools), tools, without)) if without else 0
    tools.index.settle()
    return made


def _made(reader: Reader, tools: Tools, without: Sequence[Ingested]) -> Generator[Event, None, int]:
    def kept(item: Ingested) -> Read | Unparsed | None:
        content = tools.store.source(item.source.sha256)
        if content is None:
            return None
        return reader.parsed(item.reference, Fetched(source=item.source, content=content))

    made = 0
    with closing(Intake(tools)) as intake:
        for awaited in one_ahead(without, kept):
            reference = awaited.item.reference
            read = awaited.result()
            if read is None:  # it is fetched again as if it were new
                continue
            yield Reading(key=reference.key, title=reference.title)
            if isinstance(read, Unparsed):
                yield read.skipped
                continue
            yield from intake.take_in(reference, read, awaited.following)
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
        tools.index.settle()


def ingest_one(
    project: Project, tools: Tools, reference: Reference, known: Ingested | None
) -> Iterator[Event]:
    """Read one reference into the store; yield what happens, `Skipped` at the end if it failed."""
    yield from _read_in(project, tools, [reference], {reference.key: known} if known else {})


def _read_in(
    project: Project, tools: Tools, references: Sequence[Reference], known: dict[str, Ingested]
) -> Iterator[Event]:
    reader = Reader(project, tools)
    with closing(Intake(tools)) as intake:
        for awaited in one_ahead(references, lambda item: _read(reader, item, known)):
            yield from _ingest(tools, intake, awaited, known.get(awaited.item.key))
    tools.index.settle()


def _read(reader: Reader, reference: Reference, known: dict[str, Ingested]) -> Found:
    before = known[reference.key].source if is_ingested(reference, known) else None
    return reader.read(reference, before)


def _ingest(
    tools: Tools, intake: Intake, awaited: Awaited[Reference, Found], known: Ingested | None
) -> Iterator[Event]:
    reference = awaited.item
    yield Reading(key=reference.key, title=reference.title)
    read = awaited.result()
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
        intake.save(reference, read, *tools.store.chunks(read.document.id))
        yield Unchanged(key=reference.key)
        return
    yield from intake.take_in(reference, read, awaited.following)
