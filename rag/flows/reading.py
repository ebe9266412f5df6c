"""A reference → its document in chunks: fetch, parse, chunk. Nothing is stored here.

So the next reference can be read, its page waited for, while the present one is embedded.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

from rag.background import begin
from rag.stages.chunk import chunk, fitting
from rag.stages.parse import parse
from rag.types import Fetched, NotModified, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Chunk, Document, Reference, Source

Item = TypeVar("Item")
Result = TypeVar("Result")


class Read(NamedTuple):
    """A reference's bytes and what they hold."""

    fetched: Fetched
    document: Document
    chunks: Sequence[Chunk]


class Unparsed(NamedTuple):
    """A reference's bytes, from which no document could be made."""

    fetched: Fetched
    skipped: Skipped


Found: TypeAlias = Read | Unparsed | NotModified | Skipped
"""What reading a reference may come to."""


class Reader:
    """Reads references; may be called from any thread.

    Args:
        project: says what a locator means.
        tools: the wired adapters; fetchers and embedder are made at once.
    """

    def __init__(self, project: Project, tools: Tools) -> None:
        self._project = project
        self._fetchers = tools.fetchers
        self._settings = tools.config.settings
        self._token_spans = tools.embedder.token_spans
        self._limits = fitting(self._settings.chunk, tools.embedder.max_tokens)

    def read(self, reference: Reference, previous: Source | None) -> Found:
        """Fetch a reference and parse it.

        Args:
            reference: what to read.
            previous: what was read at the same place last time.
        """
        scheme, location = self._project.locate(reference.locator)
        fetcher = self._fetchers.get(scheme)
        if fetcher is None:
            known = ", ".join(sorted(self._fetchers))
            reason = f"{scheme}: locators are not read; give a path or one of: {known}"
            return Skipped(subject=reference.key, stage="fetch", reason=reason)
        fetched = fetcher.fetch(reference.key, location, previous)
        return self.parsed(reference, fetched) if isinstance(fetched, Fetched) else fetched

    def parsed(self, reference: Reference, fetched: Fetched) -> Read | Unparsed:
        """Parse bytes that are at hand."""
        fewest = self._settings.parse.min_words
        found = parse(reference.key, fetched.source, fetched.content, min_words=fewest)
        if isinstance(found, Skipped):
            return Unparsed(fetched, found)
        limits, spans = self._limits, self._token_spans
        return Read(fetched, found, chunk(found, limits, spans, locator=reference.locator))


class Awaited(NamedTuple, Generic[Item, Result]):
    """An item, and how to come by what becomes of it."""

    item: Item
    result: Callable[[], Result]
    """Waits for the work on the item. When it returns, the work on the next one begins."""
    following: Callable[[], Result | None]
    """Returns the next item's result if it is there already, and waits for nothing."""


def one_ahead(
    items: Sequence[Item], work: Callable[[Item], Result]
) -> Iterator[Awaited[Item, Result]]:
    """Yield each item with a function that waits for the work on it.

    When that returns, the work on the next item begins, in a thread that nobody waits for at the
    end: a page that does not answer must not keep an interrupted run.
    """
    begun: dict[int, Future[Result]] = {}

    def result(at: int) -> Result:
        future = begun.pop(at, None) or begin(partial(work, items[at]))
        found = future.result()
        if at + 1 < len(items):
            begun[at + 1] = begin(partial(work, items[at + 1]))
        return found

    def following(at: int) -> Result | None:
        future = begun.get(at + 1)
        is_there = future is not None and future.done() and future.exception() is None
        return future.result() if future is not None and is_there else None

    for at, item in enumerate(items):
        yield Awaited(item, partial(result, at), partial(following, at))
