"""Work behind the caller's back: in order, each fault at its place, and nobody kept waiting."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from rag.background import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_stream_goes_on_before_it_is_read() -> None:
    """The items are there when somebody comes for them, in their order."""
    done = threading.Event()

    def items() -> Iterator[int]:
        yield from range(5)
        done.set()

    stream = Stream(items)
    assert done.wait(20)
    assert list(stream) == [0, 1, 2, 3, 4]


def test_a_fault_comes_after_the_items_before_it() -> None:
    """It keeps its type, also where the iterator cannot even be made."""

    def items() -> Iterator[int]:
        yield 1
        raise KeyError("two")

    found = []
    with pytest.raises(KeyError, match="two"):
        found += list(_told(Stream(items), found))
    assert found == [1]

    def none() -> Iterator[int]:
        raise ValueError("no model")

    with pytest.raises(ValueError, match="no model"):
        list(Stream(none))


def _told(stream: Stream[int], found: list[int]) -> Iterator[int]:
    for item in stream:
        found.append(item)
        yield item


def test_a_closed_stream_asks_for_no_more() -> None:
    """The iterator is closed in its own thread, after the item under way."""
    asked, closed, go_on = [], threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        try:
            for number in range(100):
                asked.append(number)
                yield number
                go_on.wait(20)
        finally:
            closed.set()

    stream = Stream(items)
    assert next(iter(stream)) == 0
    stream.close()
    go_on.set()
    assert closed.wait(20)
    assert len(asked) <= 2
