"""Work in threads that nobody has to wait for."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")


def begin(work: Callable[[], Result]) -> Future[Result]:
    """Return the future of work that begins now, in a thread of its own.

    The program may end before the work does: a page or a service that does not answer must not
    keep an interrupted run.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def longest_first(
    texts: Sequence[str],
    work: Callable[[str], Result],
    threads: int,
    *,
    ready: Callable[[], None] | None = None,
) -> Iterator[tuple[int, Result]]:
    """Yield what comes of each text with its place: longest first, so that threads end together.

    Whoever stops listening (Ctrl-C) does not wait for texts still in the queue.

    Args:
        texts: what is worked on.
        work: called with one text, in one of the threads; in the caller's if there is but one.
        threads: how many texts are worked on at the same time.
        ready: called once in each thread before its first text: then one thread is one, too.
    """
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
    ordered = (texts[index] for index in order)
    if threads == 1 and ready is None:
        yield from zip(order, map(work, ordered), strict=True)
        return
    pool = ThreadPoolExecutor(threads, initializer=ready)
    try:
        yield from zip(order, pool.map(work, ordered), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


class _End(NamedTuple):
    """Nothing more comes: all is done, or something failed."""

    error: BaseException | None


class Stream(Generic[Item]):
    """What an iterator yields, asked for from now on in a thread that nobody waits for.

    What the iterator raises is raised where its next item would have come.

    Args:
        items: makes the iterator; called in that thread.
    """

    def __init__(self, items: Callable[[], Iterator[Item]]) -> None:
        self._items = items
        self._ready: SimpleQueue[Item | _End] = SimpleQueue()
        self._is_closed = Event()
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            for item in self._items():
                if self._is_closed.is_set():
                    break
                self._ready.put(item)
            self._ready.put(_End(None))
        except BaseException as error:  # noqa: BLE001 - raised again where the item is waited for
            self._ready.put(_End(error))

    def __iter__(self) -> Iterator[Item]:
        """Yield each item as it comes; may be done once."""
        while not isinstance(item := self._ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def close(self) -> None:
        """Ask for no more. The item under way is not waited for."""
        self._is_closed.set()
