"""One writer at a time: a lock on the store that says who holds it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def exclusive(store: Path, *, command: str, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the store's lock; the system frees it when the process ends, however it ends.

    Args:
        store: the project's `store/`.
        command: what is running, for whoever finds the lock taken.
        wait_s: how long to wait for another run to end, in seconds.

    Raises:
        LockedError: another run holds the lock; names its command, process and host.
    """
    lock = FileLock(store / "lock")
    holder = store / "lock.json"
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise LockedError(
            f"{_holder(holder)} is at work on this project",
            advice="wait for it to end, or give --wait SECONDS",
        ) from None
    try:
        who = {"command": command, "process": os.getpid(), "host": socket.gethostname()}
        holder.write_text(json.dumps(who), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(path: Path) -> str:
    try:
        who = json.loads(path.read_text(encoding="utf-8"))
        return f"`{who['command']}` (process {who['process']} on {who['host']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"  # it has just begun, is just ending, or was torn
