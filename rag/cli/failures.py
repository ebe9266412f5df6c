"""Errors that a user can meet → one line and an exit status."""

from __future__ import annotations

import errno
import sqlite3

from rag.errors import RagError, ServiceError

_ADVICE = (
    ({errno.ENOSPC, errno.EDQUOT, errno.EFBIG}, "free some space"),
    ({errno.EEXIST, errno.ENOTDIR}, "a file stands where a folder must be: move it away"),
    ({errno.EACCES, errno.EPERM, errno.EROFS}, "see that it can be written"),
)
"""What to do about errors of the file system, by their numbers."""


def explained(error: Exception) -> tuple[str, int] | None:
    """Return the line and the exit status of an error; None if it is a bug of ours."""
    if isinstance(error, RagError):
        return str(error), error.exit_status
    line = ""
    if isinstance(error, sqlite3.OperationalError):
        line = f"the store cannot be used ({error}): {_mend(error)}"
    elif type(error) is sqlite3.DatabaseError:
        line = (
            f"a file of the store is damaged ({error}): delete store/index.db and store/chroma, "
            "which the next run makes anew; if that does not help, move store/ away"
        )
    elif isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        advice = next((words for codes, words in _ADVICE if error.errno in codes), "")
        line = f"{where}{error.strerror}{': ' if advice else ''}{advice}"
    return (line, ServiceError.exit_status) if line else None


def _mend(error: sqlite3.OperationalError) -> str:
    """Return what the user can do about a store that SQLite cannot use."""
    code = getattr(error, "sqlite_errorcode", 0)  # absent where SQLite itself was not reached
    if code & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return "free some space"
    if code & 0xFF == sqlite3.SQLITE_BUSY:
        return "wait for the other run to end"
    return "see that the folder store/ can be written"
