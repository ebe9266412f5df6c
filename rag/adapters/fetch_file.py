"""Fetcher of files by path."""

from __future__ import annotations

import hashlib
import stat
from mimetypes import MimeTypes
from pathlib import Path
from typing import TYPE_CHECKING

from rag.text.printable import shown
from rag.types import Fetched, NotModified, Skipped, Source

if TYPE_CHECKING:
    import os

_TYPES = {
    "application/x-subrip": (".srt",),
    "application/yaml": (".yaml", ".yml"),
    "text/markdown": (".md", ".markdown", ".mdown", ".mkd"),
    "text/vtt": (".vtt",),
    "text/x-rst": (".rst",),
}


def _table() -> MimeTypes:
    """Return the standard library's own table with ours over it; a machine's files have no say."""
    table = MimeTypes()
    for media_type, extensions in _TYPES.items():
        for extension in extensions:
            table.add_type(media_type, extension)
    return table


class FileFetcher:
    """Fetcher of regular files. See `Fetcher`.

    Args:
        max_bytes: a larger file is skipped, unread.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._types = _table()

    def fetch(
        self, subject: str, location: str, previous: Source | None = None
    ) -> Fetched | NotModified | Skipped:
        """See `Fetcher.fetch`. `location` is a path; a file of the same bytes is not modified."""
        path = Path(location)
        gone = False
        try:
            reason = self._refusal(path.stat())
            if not reason:
                with path.open("rb") as file:
                    content = file.read(self._max_bytes + 1)  # it may have grown meanwhile
                reason = self._refusal_of_size(len(content))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            reason = _absence(error)
            gone = isinstance(error, FileNotFoundError | NotADirectoryError)
        if reason:
            reason = f"{shown(location)} {reason}"
            return Skipped(subject=subject, stage="fetch", reason=reason, gone=gone)
        sha256 = hashlib.sha256(content).hexdigest()
        if previous is not None and (previous.sha256, previous.location) == (sha256, location):
            return NotModified()
        source = Source(
            sha256=sha256,
            size=len(content),
            media_type=self._media_type(path),
            location=location,
        )
        return Fetched(source=source, content=content)

    def _refusal(self, status: os.stat_result) -> str:
        """Return why a file of that status is not read; empty if it is."""
        if stat.S_ISDIR(status.st_mode):
            return "is a folder: name a file in it"
        if not stat.S_ISREG(status.st_mode):
            return "is a device, pipe or socket: name a regular file"
        return self._refusal_of_size(status.st_size)

    def _refusal_of_size(self, size: int) -> str:
        if size == 0:
            return "is empty: put the document there"
        if size > self._max_bytes:
            return (
                f"has {size:,} bytes, over fetch.max_bytes = {self._max_bytes:,}: "
                "raise it in config/rag.toml, or name a part of it"
            )
        return ""

    def _media_type(self, path: Path) -> str:
        media_type, encoding = self._types.guess_type("file" + path.suffix.lower())
        return f"application/{encoding}" if encoding else media_type or ""


def _absence(error: OSError | ValueError) -> str:
    """Return what keeps a path from being read, and what to do."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "is not there: correct the path"
        case PermissionError():
            return "may not be read: allow it, or name another file"
        case OSError():
            return f"cannot be read ({error.strerror or error}): correct the path or mend the disk"
        case _:
            return "is no path: correct it"
