"""Works that ask a writer in between → their results, asked for at the same time, in order.

Only what is asked runs in other threads: everything else happens in the caller's, and so nothing
but the writer needs to be made for threads.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")
Ask: TypeAlias = Callable[[], Any]
"""A question to a writer."""
Work: TypeAlias = Generator[Ask, Any, T]
"""Yields questions, takes their answers, returns what came of them."""


def alone(work: Work[T]) -> T:
    """Return what comes of a work, asking in this thread."""
    step = _advance(work, None)
    while not isinstance(step, _Done):
        step = _advance(work, step())
    found: T = step.result
    return found


def together(works: Sequence[Work[T]], at_once: int) -> Iterator[T]:
    """Yield what comes of works, in their order.

    Args:
        works: what is to be done.
        at_once: how many questions may be asked at the same time, at least 1.

    Raises:
        Exception: what an answer raised first; what is under way is then left to itself.
    """
    if at_once == 1:
        yield from map(alone, works)
        return
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="asking")
    try:
        yield from _in_order(works, pool, at_once)
    finally:  # whoever interrupts a run does not wait for replies
        pool.shutdown(wait=False)


def _in_order(works: Sequence[Work[T]], pool: ThreadPoolExecutor, at_once: int) -> Iterator[T]:
    waiting: list[tuple[int, Ask]] = []
    asked: dict[Future[Any], int] = {}
    done: dict[int, T] = {}

    def advance(at: int, answer: object) -> None:
        step = _advance(works[at], answer)
        if isinstance(step, _Done):
            done[at] = step.result
        else:
            waiting.append((at, step))

    for at in range(len(works)):
        advance(at, None)
    for at in range(len(works)):
        while at not in done:
            # Asked from here alone: once something has failed, nothing more is begun.
            while waiting and len(asked) < at_once:
                first = min(waiting, key=lambda item: item[0])
                waiting.remove(first)
                asked[pool.submit(first[1])] = first[0]
            answered = wait(asked, return_when=FIRST_COMPLETED).done
            for future in sorted(answered, key=asked.__getitem__):
                advance(asked.pop(future), future.result())
        yield done[at]


class _Done:
    """A work is at its end."""

    def __init__(self, result: Any) -> None:
        self.result = result


def _advance(work: Work[Any], answer: object) -> Ask | _Done:
    try:
        return work.send(answer)
    except StopIteration as end:
        return _Done(end.value)
