"""A project on disk: where its files are and how its checklist is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rag.errors import UsageError
from rag.stages.checklist import ChecklistReading, read_checklist
from rag.types import Value

if TYPE_CHECKING:
    from rag.types import Reference

CHECKLIST = "references.md"
REPORT = "report.md"


class Project(Value):
    """A folder with a checklist, a report and a store."""

    root: Path

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
        return text, read_checklist(text)

    def locate(self, reference: Reference) -> tuple[str, str]:
        """Return the scheme that fetches the reference (http, file, …) and its full location.

        A path is relative to the checklist; one that begins with `/` is tried from the project's
        root first.
        """
        parts = urlsplit(reference.locator)
        if parts.scheme in {"http", "https"}:
            return "http", reference.locator
        if parts.scheme == "file":
            return "file", unquote(parts.path)
        if len(parts.scheme) > 1:  # one letter is a drive
            return parts.scheme, reference.locator
        return "file", str(self._path(reference.locator))

    def _path(self, locator: str) -> Path:
        for name in (locator, unquote(locator)):
            path = Path(name)
            if path.is_absolute():
                inside = self.root / name.lstrip("/")
                path = inside if inside.exists() else path
            else:
                path = self.root / name
            if path.exists():
                return path
        return self.root / locator if not locator.startswith("/") else Path(locator)
