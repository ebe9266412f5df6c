"""Interrupts (Ctrl-C, SIGTERM) that wait until what is under way can be kept."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_holds: list[_Hold] = []


@contextmanager
def held() -> Iterator[None]:
    """Hold an interrupt back until the block has ended; a second one is heard at once.

    Only the main thread is interrupted: in another one this does nothing.
    """
    if current_thread() is not main_thread():
        yield
        return
    hold = _Hold()
    _holds.append(hold)
    hold.begin()
    try:
        yield
    finally:
        hold.end()
        _holds.remove(hold)
    hold.hear()


@contextmanager
def heard() -> Iterator[None]:
    """Hear interrupts within a block that holds them, also one that came before: it may take long.

    What the block was to bring is not there yet, so that nothing is lost.
    """
    if not _holds or current_thread() is not main_thread():
        yield
        return
    hold = _holds[-1]
    hold.end()
    try:
        hold.hear()
        yield
    finally:
        hold.begin()


class _Hold:
    """Stands in for the handlers of the signals that interrupt; what is ignored is left alone."""

    def __init__(self) -> None:
        self._handlers: dict[int, Any] = {}
        self._waiting: int | None = None

    def begin(self) -> None:
        """Hold signals back from now on."""
        found = {number: signal.getsignal(number) for number in _SIGNALS}
        self._handlers = {number: item for number, item in found.items() if callable(item)}
        for number in self._handlers:
            signal.signal(number, self._note)

    def end(self) -> None:
        """Hold none back from now on."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def hear(self) -> None:
        """Do what the signal that was held back asks for, if there was one."""
        if self._waiting is not None:
            number, self._waiting = self._waiting, None
            self._handlers[number](number, None)

    def _note(self, number: int, frame: object) -> None:
        if self._waiting is None:
            self._waiting = number
            return
        self._waiting = None
        self._handlers[number](number, frame)
