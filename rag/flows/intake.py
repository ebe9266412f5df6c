"""Documents into the store: embed, index, save, with the models never waiting for the disk."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from rag.background import Stream
from rag.flows.events import Embedding, Ingest, LeftOut
from rag.flows.reading import Read

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from rag.flows.events import Event
    from rag.flows.tools import Tools
    from rag.ports import Vector
    from rag.types import Chunk, Document, Reference


_SLAB = 64
"""How many vectors go to the index at once: enough to share its fixed cost."""
_LAST = 2
"""How many texts are left when the next document's are begun: no processor then runs dry."""


class Intake:
    """Takes documents in, one after the other; close it at the end.

    While one is stored, the next one that is read already is being embedded: storing takes
    about a twentieth of an ingest, mostly waiting. Only what will be stored is embedded, so that
    nobody pays a service for it twice.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._begun: dict[str, Stream[tuple[int, Vector]]] = {}
        """By document: at most one, the next."""

    def close(self) -> None:
        """Embed no further what was begun and not taken in."""
        for stream in self._begun.values():
            stream.close()
        self._begun.clear()

    def take_in(
        self, reference: Reference, read: Read, following: Callable[[], object]
    ) -> Generator[Event, None, None]:
        """Embed and index a document, unless the store has it from another reference.

        Args:
            reference: what the document was read from.
            read: the document in chunks.
            following: returns what reading the next reference came to, if that is known yet.
        """
        document = read.document
        chunks, vectors = self._tools.store.chunks(document.id)
        if not chunks:
            chunks = list(read.chunks)
            vectors = yield from self._embed(reference, read, following)
        elif not self._is_shared(reference, document):  # the same bytes at another place
            chunks = [item.model_copy(update={"locator": reference.locator}) for item in chunks]
            self._tools.index.add(chunks, vectors)
        self.save(reference, read, chunks, vectors)
        yield Ingest(key=reference.key, title=document.title, chunks=len(chunks))
        for what in document.left_out:
            yield LeftOut(key=reference.key, what=what)

    def save(
        self,
        reference: Reference,
        read: Read,
        chunks: Sequence[Chunk],
        vectors: Sequence[Vector],
    ) -> None:
        """Put what was read in the store, and forget what it takes the place of."""
        unused = self._tools.store.save_ingested(
            reference=reference,
            source=read.fetched.source,
            document=read.document,
            chunks=chunks,
            vectors=vectors,
        )
        if unused:
            self._tools.index.remove([unused])

    def _is_shared(self, reference: Reference, document: Document) -> bool:
        known = self._tools.store.ingested().values()
        holders = {item.reference.key for item in known if item.document_id == document.id}
        return bool(holders - {reference.key})

    def _embed(
        self, reference: Reference, read: Read, following: Callable[[], object]
    ) -> Generator[Event, None, list[Vector]]:
        """Embed chunks and hand them to the index in slabs, behind the embedding of the next."""
        chunks, index = read.chunks, self._tools.index
        vectors: dict[int, Vector] = {}
        slab: list[int] = []
        stored: list[Future[None]] = []
        stream = self._begun.pop(read.document.id, None) or self._stream(chunks)
        with ThreadPoolExecutor(1) as background:
            try:
                for position, vector in stream:
                    vectors[position] = vector
                    slab.append(position)
                    if len(vectors) >= len(chunks) - _LAST:
                        self._begin(following(), read.document)
                    if len(slab) == _SLAB or len(vectors) == len(chunks):
                        some, theirs = [chunks[at] for at in slab], [vectors[at] for at in slab]
                        stored.append(background.submit(index.add, some, theirs))
                        slab = []
                    if len(vectors) % 10 == 0 or len(vectors) == len(chunks):
                        yield Embedding(key=reference.key, done=len(vectors), total=len(chunks))
            finally:
                if len(vectors) < len(chunks):  # cut short: what waits is not begun
                    stream.close()
                    background.shutdown(wait=False, cancel_futures=True)
        for future in stored:
            future.result()
        return [vectors[position] for position in range(len(chunks))]

    def _begin(self, found: object, present: Document) -> None:
        """Begin to embed what was read, if the store will not have it by its turn."""
        if self._begun or not isinstance(found, Read) or found.document.id == present.id:
            return
        if not self._tools.store.chunks(found.document.id)[0]:
            self._begun[found.document.id] = self._stream(found.chunks)

    def _stream(self, chunks: Sequence[Chunk]) -> Stream[tuple[int, Vector]]:
        texts = [item.passage for item in chunks]
        return Stream(lambda: self._tools.embedder.embed_documents(texts))
