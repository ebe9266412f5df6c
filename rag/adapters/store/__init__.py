"""The store: SQLite holds the truth of a project."""

from rag.adapters.store.database import Store
from rag.adapters.store.records import (
    RESTORE,
    Commit,
    Edition,
    Failed,
    Ingested,
)
from rag.adapters.store.replies import Replies
from rag.adapters.store.schema import SCHEMA_VERSION

__all__ = [
    "RESTORE",
    "SCHEMA_VERSION",
    "Commit",
    "Edition",
    "Failed",
    "Ingested",
    "Replies",
    "Store",
]
