"""The store: SQLite holds the truth, `sources/` the bytes it was read from.

A reference counts as ingested when its row commits, after the index has its chunks. An edition
commits in one transaction and is then published to the files; `pending()` finds one whose
publication was cut short.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING

from rag.adapters.store.calls import Calls
from rag.adapters.store.editions import now
from rag.adapters.store.histories import Histories
from rag.adapters.store.questions import Questions
from rag.adapters.store.records import Failed, Ingested
from rag.adapters.store.schema import CALLS, LEDGER, QUESTION, SCHEMA, SCHEMA_VERSION, STEPS, TOLD
from rag.adapters.store.vectors import packed, unpacked
from rag.errors import PrerequisiteError
from rag.files import replace_file, transaction
from rag.types import Chunk, Document, Reference, Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.ports import Vector


class Store(Histories, Calls, Questions):
    """The truth of one project, in `folder/rag.db` and `folder/sources/`.

    Args:
        folder: the project's `store/`; made if absent.

    Raises:
        PrerequisiteError: the store was made by a newer version, or is no store.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        (folder / "sources").mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            folder / "rag.db", isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._migrate()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # a full disk, a lock: not the file's fault
            raise PrerequisiteError(
                f"{folder / 'rag.db'} is not a store ({error})",
                advice="move it away; `rag ingest` makes a new one",
            ) from error

    def close(self) -> None:
        """Close the file."""
        self.close_calls()
        self._connection.close()

    def _migrate(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise PrerequisiteError(
                f"{self.folder / 'rag.db'} has schema {version}, this version of rag knows "
                f"{SCHEMA_VERSION}",
                advice="upgrade rag, or move the store away and run `rag ingest`",
            )
        if version < SCHEMA_VERSION:
            with transaction(self._connection) as execute:
                version = execute("PRAGMA user_version").fetchone()[0]  # another process may have
                whole = [*SCHEMA.split(";"), *LEDGER.split(";"), CALLS, TOLD, QUESTION]
                steps = whole if version == 0 else []
                for older in range(version or SCHEMA_VERSION, SCHEMA_VERSION):
                    steps += STEPS[older]
                for statement in steps:
                    execute(statement)
                if version == 1:
                    self._name_claims_anew(execute)
                execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    # --- what the indexes were made with ------------------------------------------------------

    def check_made_with(self, name: str, value: str, *, mend: str) -> None:
        """Record what the store is made with, or refuse if it was made with something else.

        Args:
            name: what is meant: "embedder", "chunker".
            value: its fingerprint now.
            mend: the command that mends a difference.

        Raises:
            PrerequisiteError: the store was made with another one.
        """
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        if row is None:
            self._connection.execute("INSERT INTO meta VALUES (?, ?)", (name, value))
        elif row[0] != value:
            raise PrerequisiteError(
                f"the store was made with the {name} {row[0]!r}, the configuration has {value!r}",
                advice=f"set it back, or run `{mend}`",
            )

    def made_with(self) -> dict[str, str]:
        """Return the fingerprints that `check_made_with` has recorded, by name."""
        return dict(self._connection.execute("SELECT name, value FROM meta"))

    def damage(self) -> str:
        """Return what SQLite finds wrong with the file, in one line; empty if it is sound."""
        rows = self._connection.execute("PRAGMA quick_check(3)").fetchall()
        said = "; ".join(str(row[0]) for row in rows)
        return "" if said == "ok" else " ".join(said.split())

    def forget_all_chunks(self) -> None:
        """Forget all chunks and what they were made with.

        Sources, documents and editions stay: they are what the chunks are made anew from, also
        of a reference that has left the checklist or the web.
        """
        with transaction(self._connection) as execute:
            execute("DELETE FROM chunk")
            execute("DELETE FROM question")
            execute("DELETE FROM meta")

    # --- references ---------------------------------------------------------------------------

    def save_source(self, content: bytes) -> str:
        """Keep the bytes of a source; return their sha256 (hex)."""
        name = hashlib.sha256(content).hexdigest()
        path = self.folder / "sources" / name
        if not path.exists():
            replace_file(path, content)
        return name

    def source(self, sha256: str) -> bytes | None:
        """Return the bytes of a source; None if they are no longer kept."""
        try:
            return (self.folder / "sources" / sha256).read_bytes()
        except FileNotFoundError:
            return None

    def save_ingested(
        self,
        *,
        reference: Reference,
        source: Source,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: Sequence[Vector],
    ) -> str | None:
        """Record a reference as ingested; return the id of a document that nobody uses any more.

        The caller has added the chunks to the index before.
        """
        key = reference.key
        with transaction(self._connection) as execute:
            execute(
                "INSERT OR REPLACE INTO document VALUES (?, ?)",
                (document.id, document.model_dump_json()),
            )
            for ordinal, (chunk, vector) in enumerate(zip(chunks, vectors, strict=True)):
                execute(
                    "INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?, ?)",
                    (
                        chunk.id,
                        document.id,
                        ordinal,
                        chunk.model_dump_json(),
                        packed(vector),
                    ),
                )
            old = execute("SELECT document_id FROM ingested WHERE key = ?", (key,)).fetchone()
            execute(
                "INSERT OR REPLACE INTO ingested VALUES (?, ?, ?, ?, ?, ?)",
                (
                    key,
                    reference.model_dump_json(),
                    document.title,
                    source.model_dump_json(),
                    document.id,
                    now(),
                ),
            )
            execute("DELETE FROM failed WHERE key = ?", (key,))
            if old is None or old[0] == document.id:
                return None
            # Which sections lack a draft was said of another text: all may draw on this one.
            execute("DELETE FROM undrafted WHERE key = ?", (key,))
            shared = execute("SELECT 1 FROM ingested WHERE document_id = ?", old).fetchone()
            if shared:
                return None
            execute("DELETE FROM document WHERE id = ?", old)
            return str(old[0])

    def save_failed(self, key: str, locator: str, stage: str, reason: str) -> None:
        """Record that a reference could not be read; what was ingested before stays."""
        self._connection.execute(
            "INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?, ?)",
            (key, locator, stage, reason, now()),
        )

    def ingested(self) -> dict[str, Ingested]:
        """Return all ingested references by key."""
        rows = self._connection.execute(
            "SELECT key, reference, title, source, document_id, at, "
            "(SELECT count(*) FROM chunk WHERE chunk.document_id = ingested.document_id) "
            "FROM ingested ORDER BY key"
        )
        return {
            row[0]: Ingested(
                reference=Reference.model_validate_json(row[1]),
                title=row[2],
                source=Source.model_validate_json(row[3]),
                document_id=row[4],
                at=row[5],
                chunks=row[6],
            )
            for row in rows
        }

    def failed(self) -> dict[str, Failed]:
        """Return the references that could not be read, by key."""
        rows = self._connection.execute("SELECT key, locator, stage, reason, at FROM failed")
        return {
            row[0]: Failed(key=row[0], locator=row[1], stage=row[2], reason=row[3], at=row[4])
            for row in rows
        }

    def document(self, document_id: str) -> Document:
        """Return a document by id; it must exist."""
        row = self._connection.execute(
            "SELECT json FROM document WHERE id = ?", (document_id,)
        ).fetchone()
        return Document.model_validate_json(row[0])

    def chunk_counts(self) -> dict[str, int]:
        """Return how many chunks each document has."""
        return dict(
            self._connection.execute("SELECT document_id, count(*) FROM chunk GROUP BY document_id")
        )

    def chunks(self, document_id: str) -> tuple[list[Chunk], list[Vector]]:
        """Return a document's chunks with their vectors, in order."""
        rows = self._connection.execute(
            "SELECT json, vector FROM chunk WHERE document_id = ? ORDER BY ordinal", (document_id,)
        ).fetchall()
        chunks = [Chunk.model_validate_json(row[0]) for row in rows]
        return chunks, [unpacked(row[1]) for row in rows]
