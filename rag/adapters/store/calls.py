"""Calls of a model: the part of the store that says what was asked, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.store.editions import now
from rag.files import transaction
from rag.types import Call, RecordedCall

if TYPE_CHECKING:
    import sqlite3


class Calls:
    """Calls over the store's connection; made whole by `Store`."""

    _connection: sqlite3.Connection
    _run: int | None = None

    def save_call(self, call: Call) -> None:
        """Keep a call as one of this run; it stands at once, whatever becomes of the run."""
        with transaction(self._connection) as execute:
            if self._run is None:
                last = execute("SELECT coalesce(max(run), 0) FROM call").fetchone()[0]
                self._run = int(last) + 1
            execute(
                "INSERT INTO call (run, at, json) VALUES (?, ?, ?)",
                (self._run, now(), call.model_dump_json()),
            )

    def calls(self, runs: int) -> list[RecordedCall]:
        """Return the calls of the last runs that made any, oldest first.

        Args:
            runs: of how many runs, at least 1.
        """
        rows = self._connection.execute(
            "SELECT run, at, json FROM call WHERE run > (SELECT max(run) FROM call) - ? "
            "ORDER BY id",
            (runs,),
        )
        return [
            RecordedCall(run=row[0], at=row[1], **dict(Call.model_validate_json(row[2])))
            for row in rows
        ]
