"""Vectors of the outline's questions: asked of an embedder on a service once, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.adapters.store.vectors import packed, unpacked

if TYPE_CHECKING:
    import sqlite3

    from rag.ports import Vector


class Questions:
    """Vectors by the name of what was embedded; made whole by `Store`."""

    _connection: sqlite3.Connection

    def question_vector(self, name: str) -> Vector | None:
        """Return what is kept under a name; None if nothing is."""
        row = self._connection.execute(
            "SELECT vector FROM question WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else unpacked(row[0])

    def save_question_vector(self, name: str, vector: Vector) -> None:
        """Keep a vector under a name."""
        self._connection.execute(
            "INSERT OR REPLACE INTO question VALUES (?, ?)",
            (name, packed(vector)),
        )
