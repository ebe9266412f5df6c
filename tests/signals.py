"""Signals that interrupt a test as they interrupt the program."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM interrupt, as the program does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        assert signal.signal(signal.SIGTERM, before) is interrupt


def stop() -> None:
    """Send the signal to this process."""
    os.kill(os.getpid(), signal.SIGTERM)
