"""Works that ask a writer in between → their results, asked for at the same time, in order.

Only what is asked runs in other threads: everything else happens in the caller's, and so nothing
but the writer needs to be made for threads.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from rag.errors import RagError
from rag.interrupts import heard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

T = TypeVar("T")
Ask: TypeAlias = Callable[[], Any]
"""A question to a writer."""
Work: TypeAlias = Generator[Ask, Any, T]
"""Yields questions, takes their answers, returns what came of them."""


def alone(work: Work[T]) -> T:
    """Return what comes of a work, asking in this thread."""
    step = _advance(work, None)
    while not isinstance(step, _Done):
        with heard():
            answer = step()
        step = _advance(work, answer)
    found: T = step.result
    return found


def together(works: Sequence[Work[T]], at_once: int) -> Iterator[tuple[int, T]]:
    """Yield what comes of works, each with its place among them, in their order.

    Args:
        works: what is to be done.
        at_once: how many questions may be asked at the same time, at least 1.

    Raises:
        RagError: what an answer raised first, after all that is finished was yielded; what is under
            way is waited for: it is paid, and would be asked for again.
        Exception: the same of a fault of the program's, or an interrupt; nothing is waited for.
    """
    if at_once == 1:
        yield from enumerate(map(alone, works))
        return
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="asking")
    try:
        yield from _in_order(works, pool, at_once)
    finally:  # whoever interrupts a run does not wait for replies
        pool.shutdown(wait=False)


def _in_order(
    works: Sequence[Work[T]], pool: ThreadPoolExecutor, at_once: int
) -> Iterator[tuple[int, T]]:
    table = _Table(works)
    for at in range(len(works)):
        try:
            while at not in table.done and not table.failed:
                table.ask(pool, at_once)
                with heard():
                    answered = wait(table.asked, return_when=FIRST_COMPLETED).done
                table.hear(answered)
        except KeyboardInterrupt as interrupt:
            table.failed.append(interrupt)
        if table.failed:
            table.hear(_rest(table))
        if at in table.done:
            yield at, table.done[at]
    if table.failed:
        raise table.failed[0]


def _rest(table: _Table[Any]) -> set[Future[Any]]:
    """Return what is answered after a failure; of a service's, all that is asked: it is paid."""
    is_service = all(isinstance(error, RagError) for error in table.failed)
    try:
        with heard():
            return wait(table.asked, None if is_service else 0).done
    except KeyboardInterrupt as interrupt:
        table.failed.append(interrupt)
        return wait(table.asked, 0).done


class _Table(Generic[T]):
    """Works by their places: what waits to be asked, what is asked, what is done, what failed."""

    def __init__(self, works: Sequence[Work[T]]) -> None:
        self.asked: dict[Future[Any], int] = {}
        self.done: dict[int, T] = {}
        self.failed: list[BaseException] = []
        self._works = works
        self._waiting: list[tuple[int, Ask]] = []
        for at in range(len(works)):
            self._advance(at, None)

    def ask(self, pool: ThreadPoolExecutor, at_once: int) -> None:
        """Begin what may be asked. Only here: once something has failed, nothing more is begun."""
        while self._waiting and len(self.asked) < at_once:
            first = min(self._waiting, key=lambda item: item[0])
            self._waiting.remove(first)
            self.asked[pool.submit(first[1])] = first[0]

    def hear(self, answered: Iterable[Future[Any]]) -> None:
        """Go on with the works that have their answers."""
        for future in sorted(answered, key=self.asked.__getitem__):
            at, error = self.asked.pop(future), future.exception()
            if error is None:
                self._advance(at, future.result())
            else:
                self.failed.append(error)

    def _advance(self, at: int, answer: object) -> None:
        try:
            step = _advance(self._works[at], answer)
        except RagError as error:  # of whoever judges an answer: no other work's
            self.failed.append(error)
            return
        if isinstance(step, _Done):
            self.done[at] = step.result
        else:
            self._waiting.append((at, step))


class _Done:
    """A work is at its end."""

    def __init__(self, result: Any) -> None:
        self.result = result


def _advance(work: Work[Any], answer: object) -> Ask | _Done:
    try:
        return work.send(answer)
    except StopIteration as end:
        return _Done(end.value)
