"""Replies of models, kept so that the same request need not be paid twice.

They stand in a file of their own: they are no part of the truth, and whoever deletes the file loses
nothing but money.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from rag.adapters.store.editions import now
from rag.errors import PrerequisiteError

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS reply (
    request TEXT PRIMARY KEY, prompt TEXT NOT NULL, text TEXT NOT NULL, stop TEXT NOT NULL,
    at TEXT NOT NULL
)
"""
_PATIENCE_S = 60.0
"""Seconds to wait for another process, as `rag ask` beside `rag compose`."""


class Replies:
    """Replies by what was asked, in one SQLite file; from any thread.

    Args:
        path: the file; made if absent.

    Raises:
        PrerequisiteError: the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_S
        )
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(_TABLE)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            if isinstance(error, sqlite3.OperationalError):
                raise  # a full disk, a lock: not the file's fault
            raise PrerequisiteError(
                f"{path} is damaged ({error})", advice="delete it; it holds copies of replies alone"
            ) from error

    def get(self, request: str) -> tuple[str, str] | None:
        """Return the reply to a request, by its digest: the text and why it stopped."""
        with self._lock:
            row = self._connection.execute(
                "SELECT text, stop FROM reply WHERE request = ?", (request,)
            ).fetchone()
        return (row[0], row[1]) if row else None

    def put(self, request: str, prompt: str, text: str, stop: str) -> None:
        """Keep a reply.

        Args:
            request: digest of all that matters.
            prompt: checksum of the prompt, by which it can be forgotten.
            text: the reply.
            stop: why the model stopped.
        """
        with self._lock:
            self._connection.execute(
                "INSERT OR REPLACE INTO reply VALUES (?, ?, ?, ?, ?)",
                (request, prompt, text, stop, now()),
            )

    def forget(self, prompt: str) -> None:
        """Forget the replies to a prompt, by its checksum: they turned out to be no good."""
        with self._lock:
            self._connection.execute("DELETE FROM reply WHERE prompt = ?", (prompt,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
