"""Calls of a model: the part of the store that says what was asked, and what it took."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from rag.adapters.store.editions import LARGEST, now
from rag.files import transaction
from rag.types import Call, RecordedCall

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_S = 60.0
"""Seconds to wait for the run's own transaction."""


class Calls:
    """Calls over the store's connection; made whole by `Store`.

    Calls end in any thread, and what is kept of them must stand beside whatever transaction the
    run is in: so they are written over a connection of their own.
    """

    folder: Path
    _connection: sqlite3.Connection

    def __init__(self) -> None:
        self._writing = threading.Lock()
        self._calls: sqlite3.Connection | None = None
        self._run: int | None = None

    def save_call(self, call: Call) -> None:
        """Keep a call as one of this run; it stands at once, whatever becomes of the run."""
        with self._writing:
            if self._calls is None:
                self._calls = sqlite3.connect(
                    self.folder / "rag.db",
                    isolation_level=None,
                    check_same_thread=False,
                    timeout=_PATIENCE_S,
                )
            with transaction(self._calls) as execute:
                if self._run is None:
                    last = execute("SELECT coalesce(max(run), 0) FROM call").fetchone()[0]
                    self._run = int(last) + 1
                execute(
                    "INSERT INTO call (run, at, json) VALUES (?, ?, ?)",
                    (self._run, now(), call.model_dump_json()),
                )

    def close_calls(self) -> None:
        """Close the connection, if there is one."""
        with self._writing:
            if self._calls is not None:
                self._calls.close()
                self._calls = None

    def calls(self, runs: int) -> list[RecordedCall]:
        """Return the calls of the last runs that made any, oldest first.

        Args:
            runs: of how many runs, at least 1.
        """
        rows = self._connection.execute(
            "SELECT run, at, json FROM call WHERE run > (SELECT max(run) FROM call) - ? "
            "ORDER BY id",
            (min(runs, LARGEST),),
        )
        return [
            RecordedCall(run=row[0], at=row[1], **dict(Call.model_validate_json(row[2])))
            for row in rows
        ]
