"""One documented fake a port; each passes the same suite as the real adapters."""

from __future__ import annotations

from hashlib import sha256
from mimetypes import MimeTypes
from typing import TYPE_CHECKING

from rag.types import Fetched, NotModified, Skipped, Source

if TYPE_CHECKING:
    from collections.abc import Mapping


class FakeFetcher:
    """Fetcher over a mapping from location to bytes.

    What the mapping does not have is skipped, as is what is empty or over `max_bytes`. It keeps
    every location it was asked for in `asked`.
    """

    def __init__(self, pages: Mapping[str, bytes], *, max_bytes: int = 1_000_000) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self._max_bytes = max_bytes
        self._types = MimeTypes()
        self._types.add_type("text/markdown", ".md")
        self._types.add_type("text/vtt", ".vtt")

    def fetch(
        self, subject: str, location: str, previous: Source | None = None
    ) -> Fetched | NotModified | Skipped:
        """See `Fetcher.fetch`."""
        self.asked.append(location)
        content = self.pages.get(location, b"")
        reason = "has nothing" if not content else ""
        if len(content) > self._max_bytes:
            reason = f"is over fetch.max_bytes = {self._max_bytes:,}"
        if reason:
            return Skipped(subject=subject, stage="fetch", reason=f"{location!a} {reason}")
        checksum = sha256(content).hexdigest()
        if previous is not None and previous.sha256 == checksum:
            return NotModified()
        source = Source(
            sha256=checksum,
            size=len(content),
            media_type=self._types.guess_type(location)[0] or "",
            location=location,
        )
        return Fetched(source=source, content=content)
