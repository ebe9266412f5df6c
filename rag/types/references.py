"""The checklist's entries, what was fetched for them, and what could not be done."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rag.types.base import Value


class Reference(Value):
    """One entry of the checklist."""

    key: str
    """Stable, readable name, made from the locator."""
    title: str
    """The link's text, or the words of the entry where the locator is bare."""
    locator: str
    """As written: a URL, or a path."""
    origin: str = ""
    """The second link of the entry: where the original stands, when the locator is a brief."""
    instruction: str = ""
    """The user's own words around the links: what to read the reference for."""
    checked: bool
    line: int = Field(ge=1)
    """Line number in the checklist, from 1."""


class Skipped(Value):
    """Something expected that could not be done; it travels the same road as what could."""

    subject: str
    """What was skipped: a reference key, a line of the checklist."""
    stage: Literal["checklist", "fetch", "parse", "chunk", "draft", "verify"]
    reason: str
    """One line: what happened and what to do."""
    line: int = Field(default=0, ge=0)
    """Where the reference stands in the checklist, from 1; 0 if nobody said."""
    gone: bool = False
    """Whether whoever was asked says that nothing is there; all else may pass, or be mended."""


class Capped(Skipped):
    """A section or an answer that was not drafted because a cap of the run was reached."""


class Source(Value):
    """The bytes fetched for a reference, kept by checksum."""

    sha256: str
    size: int
    """In bytes."""
    media_type: str
    """As announced by whoever served the bytes; empty if nobody said."""
    charset: str = ""
    """As announced; empty if nobody said."""
    location: str
    """The URL that answered in the end, or the path that was read."""
    read_on: str = ""
    """ISO date of reading, for URLs only: no clock enters what is read from files."""
    etag: str = ""
    last_modified: str = ""


class Fetched(Value):
    """A source with its bytes."""

    source: Source
    content: bytes


class NotModified(Value):
    """The source is what it was when it was last fetched."""
