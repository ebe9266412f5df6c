"""Reading is one reference ahead of what is stored, and never in its way."""

from __future__ import annotations

import threading

import pytest

from rag.flows.reading import one_ahead


def test_results_come_in_order() -> None:
    """Each item is worked on once, and its result waited for by whoever asks."""
    asked: list[int] = []

    def work(item: int) -> int:
        asked.append(item)
        return item * item

    assert [wait() for _, wait, _ in one_ahead([1, 2, 3], work)] == [1, 4, 9]
    assert asked == [1, 2, 3]


def test_the_next_is_begun_while_the_present_one_is_used() -> None:
    """After the first result the second is under way; the third waits for the second's."""
    begun = {item: threading.Event() for item in "abc"}

    def work(item: str) -> str:
        begun[item].set()
        return item

    items = one_ahead("abc", work)
    _, wait, _ = next(items)
    assert not begun["a"].is_set()
    assert wait() == "a"
    assert begun["b"].wait(10)
    assert not begun["c"].is_set()


def test_what_nobody_waits_for_any_more_keeps_nobody() -> None:
    """A page that does not answer is left behind when the run is cut short."""
    release = threading.Event()

    def work(item: str) -> str:
        if item == "slow":
            release.wait(60)
        return item

    items = one_ahead(["fast", "slow"], work)
    assert next(items)[1]() == "fast"
    items.close()
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.endswith("(run)"))
    release.set()


def test_a_fault_is_raised_where_the_result_is_asked_for() -> None:
    """A bug in the work keeps its type."""

    def work(item: str) -> str:
        raise KeyError(item)

    ((_, wait, _),) = one_ahead(["a"], work)
    with pytest.raises(KeyError, match="a"):
        wait()


def test_what_follows_is_there_once_it_is_read() -> None:
    """Nobody waits to see it, and its fault is kept for its own turn."""
    release = threading.Event()

    def work(item: str) -> str:
        if item != "first":
            release.wait(20)
        if item == "broken":
            raise KeyError(item)
        return item.upper()

    items = one_ahead(["first", "second", "broken"], work)
    _, wait, following = next(items)
    assert following() is None
    wait()
    assert following() is None
    release.set()
    _, second, after = next(items)
    assert second() == "SECOND"
    _, broken, _ = next(items)
    with pytest.raises(KeyError, match="broken"):
        broken()
    assert after() is None
