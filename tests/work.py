"""Work counted in function calls: the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LINEAR = 2.5
"""Less than this is a growth with the size: its square would be 4."""


def calls(action: Callable[[], object]) -> int:
    """Return how many functions an action calls, in Python and in C, in this thread."""
    count = 0

    def watch(_frame: object, event: str, _: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def growth(action: Callable[[int], object], size: int) -> float:
    """Return how many times the calls are that twice the size takes: about 2 if they grow with it.

    The action runs once before, so that nothing is imported while it is watched, and what is kept
    from one time to the next is there both times.
    """
    action(2 * size)
    once = calls(lambda: action(size))
    return calls(lambda: action(2 * size)) / once
