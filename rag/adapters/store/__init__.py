"""The store: SQLite holds the truth of a project."""

from rag.adapters.store.database import Store
from rag.adapters.store.records import Edition, Failed, Ingested, Outcome, Used
from rag.adapters.store.schema import SCHEMA_VERSION

__all__ = ["SCHEMA_VERSION", "Edition", "Failed", "Ingested", "Outcome", "Store", "Used"]
