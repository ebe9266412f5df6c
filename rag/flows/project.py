"""A project on disk: where its files are and how its checklist is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from pydantic import model_validator

from rag.errors import UsageError
from rag.stages.checklist import ChecklistReading, read_checklist, same_place
from rag.text.printable import shown
from rag.types import Value

CHECKLIST = "references.md"
REPORT = "report.md"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Project(Value):
    """A folder with a checklist, a report and a store."""

    root: Path

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        """Refuse a folder that neither the store nor a link could name: both are Unicode."""
        if _SURROGATE.search(str(self.root)):
            raise UsageError(
                f"{shown(str(self.root))} is not named in UTF-8",
                advice="rename the folder, or set a locale of UTF-8",
            )
        return self

    @property
    def checklist(self) -> Path:
        """The checklist file."""
        return self.root / CHECKLIST

    @property
    def report(self) -> Path:
        """The report file."""
        return self.root / REPORT

    @property
    def store(self) -> Path:
        """The folder that the program makes."""
        return self.root / "store"

    def read_checklist(self) -> tuple[str, ChecklistReading]:
        """Return the checklist's text, byte for byte, and what it says.

        Raises:
            UsageError: there is no checklist, or it is not text.
        """
        try:
            content = self.checklist.read_bytes()
        except FileNotFoundError:
            raise UsageError(
                f"there is no {CHECKLIST} in {self.root}", advice="run `rag init` to make one"
            ) from None
        except IsADirectoryError:
            raise UsageError(f"{self.checklist} is a folder", advice="make it a file") from None
        except PermissionError:
            raise UsageError(
                f"{self.checklist} cannot be read", advice=f"chmod u+r {CHECKLIST}"
            ) from None
        if b"\0" in content:
            raise UsageError(f"{self.checklist} is not text", advice="make it a Markdown file")
        text = content.decode("utf-8", "surrogateescape")
        return text, read_checklist(text, self._place)

    def _place(self, locator: str) -> str:
        """Return what all spellings of a locator share: a file is one however it is written."""
        scheme, location = self.locate(locator)
        if scheme != "file":
            return same_place(locator)
        path = Path(location)
        return str(path.resolve()) if _is_there(path) else same_place(location)

    def locate(self, locator: str) -> tuple[str, str]:
        """Return the scheme that fetches what stands at a locator (http, file, …), and where.

        A path is relative to the checklist; one that begins with `/` is tried from the project's
        root first.
        """
        parts = urlsplit(locator)
        if parts.scheme in {"http", "https"}:
            return "http", locator
        if parts.scheme == "file":
            return "file", unquote(parts.path)
        if len(parts.scheme) > 1:  # one letter is a drive
            return parts.scheme, locator
        return "file", str(self._path(locator))

    def _path(self, locator: str) -> Path:
        for name in (locator, unquote(locator)):
            path = Path(name)
            if path.is_absolute():
                inside = self.root / name.lstrip("/")
                path = inside if _is_there(inside) else path
            else:
                path = self.root / name
            if _is_there(path):
                return path
        return self.root / locator if not locator.startswith("/") else Path(locator)


def _is_there(path: Path) -> bool:
    """Whether something stands at a path; nothing does at one that no file system can have."""
    try:
        return path.exists()
    except OSError:  # the name is too long; what reads the file tells the user
        return False
