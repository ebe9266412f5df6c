"""Index over Chroma, with an exact and lexical twin in one SQLite file.

Chroma holds the vectors in the form that LlamaIndex reads (`ChromaVectorStore`), and searches
large stores. Importing it costs more than a second, so a store below `exact_below` chunks is
searched without it: every vector is compared (exact, hence reproducible, where HNSW is not), and
words are ranked by SQLite's FTS5 (BM25). Both are derived from the store and can be rebuilt.

The twin has each chunk at once, Chroma in portions: a call costs it as much as forty chunks, and
while it lasts no other Python thread runs (chromadb 1.5). The twin knows which ones wait.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import logging
import re
import shutil
import sqlite3
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ServiceError
from rag.files import transaction
from rag.types import Chunk, Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rag.ports import Vector

COLLECTION = "chunks"
_REFILL = 500
"""How many chunks Chroma is given at once; it refuses very many."""
_PORTION = 96
"""How many chunks may wait for Chroma."""
_OPENING = threading.Lock()
"""Chroma shares one system a folder and hands it to a second thread before it has started
(`SharedSystemClient._create_system_if_not_exists`): clients are opened and closed one by one."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chunk (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL,
    vector BLOB NOT NULL, json TEXT NOT NULL -- last: reading a vector then skips it
);
CREATE INDEX IF NOT EXISTS chunk_document ON chunk (document_id);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    passage, parts, tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY) WITHOUT ROWID; -- Chroma lacks them
"""

# Function words carry no meaning of their own; BM25 would weigh them little, at some cost.
_STOP = frozenset(
    "a an and are as at be by can did do does for from has have how in is it its of on or that the "
    "their there these this to was were what when where which who why will with would you your "
    "i me my we our they them he she his her if not no so than then into about".split()
)
_WORD = re.compile(r"[^\W_]+(?:[._\-/+'’][^\W_]+)*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_|(?<=[A-Za-z])(?=[0-9])")


class ChromaIndex:
    """Index in `folder/chroma` and `folder/index.db`. See `Index`.

    Args:
        folder: the project's `store/`.
        exact_below: how many chunks may be compared one by one.
    """

    def __init__(self, folder: Path, *, exact_below: int) -> None:
        self._folder = folder
        self._exact_below = exact_below
        self._busy = threading.Lock()
        self._client: Any = None
        self._chroma: Any = None
        self._connection = sqlite3.connect(
            folder / "index.db", isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the files; another client, with settings of its own, may open them now.

        A thread that an interrupted run left adding chunks is waited for: SQLite crashes where a
        connection is closed under it.
        """
        with self._busy:
            self._connection.close()
            if self._client is not None:
                with _OPENING:
                    self._client.close()
                self._client = self._chroma = None

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[Vector]) -> None:
        """See `Index.add`."""
        if chunks:
            with self._busy:
                self._add(chunks, vectors)

    def _add(self, chunks: Sequence[Chunk], vectors: Sequence[Vector]) -> None:
        with transaction(self._connection) as execute:
            for chunk, vector in zip(chunks, vectors, strict=True):
                _forget(execute, "id", chunk.id)
                cursor = execute(
                    "INSERT INTO chunk (id, document_id, json, vector) VALUES (?, ?, ?, ?)",
                    (
                        chunk.id,
                        chunk.document_id,
                        chunk.model_dump_json(),
                        np.asarray(vector, np.float32).tobytes(),
                    ),
                )
                execute(
                    "INSERT INTO words (rowid, passage, parts) VALUES (?, ?, ?)",
                    (cursor.lastrowid, chunk.passage, _identifier_parts(chunk.passage)),
                )
                execute("INSERT INTO waiting (id) VALUES (?)", (chunk.id,))
        if self._count("waiting") >= _PORTION:
            self._give_waiting()

    def settle(self) -> None:
        """See `Index.settle`."""
        with self._busy:
            self._give_waiting()

    def _give_waiting(self) -> None:
        waiting = self._connection.execute("SELECT id FROM waiting").fetchall()
        if not waiting:
            return
        with _named_errors():
            is_first = len(waiting) == self._count("chunk")
            collection = self._new_collection() if is_first else self._collection()
            self._give(collection, "id IN (SELECT id FROM waiting)")
        with transaction(self._connection) as execute:
            for row in waiting:  # and not those that another thread added since
                execute("DELETE FROM waiting WHERE id = ?", row)

    def remove(self, document_ids: Iterable[str]) -> None:
        """See `Index.remove`."""
        with self._busy:
            self._give_waiting()
            for document_id in document_ids:
                with _named_errors():
                    self._collection().delete(where={"document_id": document_id})
                with transaction(self._connection) as execute:
                    _forget(execute, "document_id", document_id)

    def count(self) -> int:
        """See `Index.count`; none where Chroma's own file is gone, so that all are added again."""
        exists = (self._folder / "chroma" / "chroma.sqlite3").exists()
        return self._count("chunk" if exists else "waiting")

    def _count(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a name from here

    def search_dense(
        self, vector: Vector, k: int, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """See `Index.search_dense`."""
        if documents is not None and not documents:
            return []  # Chroma refuses an empty list
        if self._count("chunk") < self._exact_below:
            return self._hits(self._exact(vector, k, documents))
        waits = "id IN (SELECT id FROM waiting)"  # again, if it was added twice
        scored = dict(self._by_chroma(vector, k, documents))
        scored |= self._exact(vector, self._count("waiting"), documents, waits)
        return self._hits(_best(scored.items(), k))

    def _by_chroma(
        self, vector: Vector, k: int, documents: frozenset[str] | None
    ) -> list[tuple[str, float]]:
        if self._count("chunk") == self._count("waiting"):
            return []  # nor does it know the length of a vector
        where = {"document_id": {"$in": sorted(documents)}} if documents is not None else None
        with _named_errors():
            found = self._collection().query(
                query_embeddings=[vector.tolist()], n_results=k, where=where, include=["distances"]
            )
        scores = [1.0 - distance for distance in found["distances"][0]]
        return list(zip(found["ids"][0], scores, strict=True))

    def search_lexical(
        self, query: str, k: int, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """See `Index.search_lexical`."""
        match = _match(query)
        if not match:
            return []
        rows = self._connection.execute(
            "SELECT chunk.id, -bm25(words, 1.0, 0.5) AS score FROM words "  # noqa: S608 - placeholders
            "JOIN chunk ON chunk.row = words.rowid WHERE words MATCH ? "
            + _filter(documents)
            + "ORDER BY score DESC, chunk.id LIMIT ?",
            (match, *_names(documents), k),
        )
        return self._hits(rows.fetchall())

    def _exact(
        self, vector: Vector, k: int, documents: frozenset[str] | None, which: str = "1"
    ) -> list[tuple[str, float]]:
        rows = self._connection.execute(
            f"SELECT id, vector FROM chunk WHERE {which} {_filter(documents)}",  # noqa: S608
            _names(documents),
        ).fetchall()
        if not rows:
            return []
        matrix = np.frombuffer(b"".join(row[1] for row in rows), np.float32)
        scores = (matrix.reshape(len(rows), -1) @ vector).tolist()
        return _best([(row[0], score) for score, row in zip(scores, rows, strict=True)], k)

    def _hits(self, scored: Iterable[tuple[str, float]]) -> list[Hit]:
        hits = []
        for name, score in scored:
            row = self._connection.execute("SELECT json FROM chunk WHERE id = ?", (name,))
            hits.append(Hit(chunk=Chunk.model_validate_json(row.fetchone()[0]), score=score))
        return hits

    def _collection(self) -> Any:
        if self._chroma is None:
            from chromadb.errors import NotFoundError

            logging.getLogger("chromadb").setLevel(logging.ERROR)
            folder = self._folder / "chroma"
            with _OPENING:
                try:
                    self._client = _client(folder)
                except (ValueError, NotFoundError):  # killed while Chroma made its tables
                    shutil.rmtree(folder)
                    self._client = _client(folder)
            self._chroma = self._made()
            self._refill()
        return self._chroma

    def _new_collection(self) -> Any:
        """Return a collection for the first chunks: one that was emptied keeps its dimension."""
        self._collection()
        self._client.delete_collection(COLLECTION)
        self._chroma = self._made()
        return self._chroma

    def _made(self) -> Any:
        return self._client.get_or_create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def _refill(self) -> None:
        """Give Chroma back the chunks that it lost, as when its folder was deleted."""
        if self._chroma.count() < self._count("chunk") - self._count("waiting"):
            self._give(self._chroma, "1")

    def _give(self, collection: Any, which: str) -> None:
        rows = self._connection.execute(
            f"SELECT json, vector FROM chunk WHERE {which} ORDER BY id"  # noqa: S608 - from above
        )
        while some := rows.fetchmany(_REFILL):
            chunks = [Chunk.model_validate_json(text) for text, _ in some]
            _upsert(collection, chunks, [np.frombuffer(blob, np.float32) for _, blob in some])


def _best(scored: Iterable[tuple[str, float]], k: int) -> list[tuple[str, float]]:
    return heapq.nsmallest(k, scored, key=lambda item: (-item[1], item[0]))


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


@contextlib.contextmanager
def _named_errors() -> Iterator[None]:
    """Turn what Chroma could not do into one line; most often the disk is full.

    Raises:
        ServiceError: with Chroma's own words.
    """
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        raise ServiceError(
            f"store/chroma cannot be used ({error})",
            advice="free some space; if it does not help, delete store/chroma and store/index.db: "
            "the next run makes them anew",
        ) from error


def _upsert(collection: Any, chunks: Sequence[Chunk], vectors: Sequence[Vector]) -> None:
    collection.upsert(
        ids=[chunk.id for chunk in chunks],
        embeddings=[vector.tolist() for vector in vectors],
        documents=[chunk.text for chunk in chunks],
        metadatas=[_metadata(chunk) for chunk in chunks],
    )


def _forget(execute: Any, column: str, value: str) -> None:
    """Delete the chunks whose column has the value, and their words."""
    which = f"FROM chunk WHERE {column} = ?"
    rows = execute(f"SELECT row {which}", (value,)).fetchall()
    execute(f"DELETE FROM waiting WHERE id IN (SELECT id {which})", (value,))  # noqa: S608 - a name from above
    execute(f"DELETE {which}", (value,))
    for row in rows:
        execute("DELETE FROM words WHERE rowid = ?", row)


def _filter(documents: frozenset[str] | None) -> str:
    if documents is None:
        return ""
    return f"AND chunk.document_id IN ({','.join('?' * len(documents))}) "


def _names(documents: frozenset[str] | None) -> tuple[str, ...]:
    return tuple(sorted(documents or ()))


def _identifier_parts(text: str) -> str:
    """Return the parts of compound identifiers: `DiffExecutor` is found by "executor" too."""
    return " ".join(filter(None, map(_parts_of, _WORD.findall(text))))


@lru_cache(maxsize=20_000)
def _parts_of(word: str) -> str:
    """Return a compound's parts, or nothing: the same few thousand words make up most texts."""
    parts = [part for part in _HUMP.split(word) if part]
    return " ".join(parts) if len(parts) > 1 else ""


def _match(query: str) -> str:
    """Return an FTS5 expression: any of the query's words; compounds as phrases and in parts."""
    terms = []
    for word in _WORD.findall(query):
        if word.lower() not in _STOP:
            terms.append(word)
            terms += [part for part in _HUMP.split(word) if len(part) > 1 and part != word]
    # A doubled quote is how FTS5 writes one inside a string (https://sqlite.org/fts5.html).
    quoted = dict.fromkeys('"' + term.replace('"', '""') + '"' for term in terms)
    return " OR ".join(quoted)


def _metadata(chunk: Chunk) -> dict[str, str | int]:
    """Return Chroma metadata from which LlamaIndex rebuilds a TextNode.

    `_node_content` is what `llama_index.core.vector_stores.utils.metadata_dict_to_node` reads.
    """
    plain: dict[str, str | int] = {
        "document_id": chunk.document_id,
        "locator": chunk.locator,
        "heading": " > ".join(chunk.headings),
        "context": chunk.context,
        "start": chunk.start,
        "end": chunk.end,
    }
    if chunk.page is not None:
        plain["page"] = chunk.page
    if chunk.seconds is not None:
        plain["seconds"] = chunk.seconds
    node = {
        "id_": chunk.id,
        "embedding": None,
        "metadata": plain,
        "excluded_embed_metadata_keys": sorted(plain),
        "excluded_llm_metadata_keys": ["document_id", "end", "start"],
        "relationships": {},
        "text": "",
        "start_char_idx": chunk.start,
        "end_char_idx": chunk.end,
        "class_name": "TextNode",
    }
    return {
        **plain,
        "_node_content": json.dumps(node),
        "_node_type": "TextNode",
        "ref_doc_id": chunk.document_id,
        "doc_id": chunk.document_id,
    }
