"""Files that change whole or not at all: replaced by rename, or by a transaction.

Temp file in the same folder, flush to disk, rename over the old one, flush the folder: after a
crash at any instant the name shows the old bytes or the new ones, never a mixture.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ServiceError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


def replace_file(path: Path, content: bytes) -> None:
    """Make `path` hold `content`; its permission bits stay as they were, and so does a link.

    Raises:
        ServiceError: the file is read-only. A rename would succeed all the same, against the
            user's stated will.
    """
    path = Path(os.path.realpath(path))  # a rename over a link would leave its file as it was
    mode = 0o644
    if path.exists():
        mode = path.stat().st_mode & 0o777
        if not os.access(path, os.W_OK):
            raise ServiceError(f"{path} is read-only", advice=f"chmod u+w {path.name}")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[Any]:
    """Yield the connection's `execute`; what it did is kept together, or undone together."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection.execute
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
