"""Documents, their chunks, and what is found in them."""

from __future__ import annotations

from typing import Literal

from rag.types.base import Span, Value
from rag.types.references import Reference

PartKind = Literal["heading", "paragraph", "item", "row", "code", "quote", "speech"]


class Part(Value):
    """A block of a document and where it came from. Parts are in order and do not overlap.

    What lies between two parts is white space or the punctuation of Markdown (`## `, `- `, `> `,
    code fences, a table's rule).
    """

    kind: PartKind
    start: int
    end: int
    headings: tuple[str, ...] = ()
    """The heading path above the part, outermost first; a heading's own text is its last item."""
    page: int | None = None
    """Page number from 1, for paged media."""
    seconds: int | None = None
    """Where the part begins in a recording, for captions with time stamps."""
    speaker: str = ""
    """Who says it, where the source marks it."""
    header: Span | None = None
    """For a table row: the span of the table's header row."""
    location: str = ""
    """Where the part stands, in a document of several objects; else where the document does."""

    @property
    def span(self) -> Span:
        """The part's place in its document."""
        return Span(start=self.start, end=self.end)


class Document(Value):
    """The normalised text of one source.

    The text is Markdown: headings, lists, tables, code and quotations keep their marks; links are
    their texts, images are gone, emphasis is plain.
    """

    id: str
    """Digest of the text, the title, the parser's version and, of several objects, their places."""
    source_sha256: str
    title: str
    text: str
    parts: tuple[Part, ...]
    date: str = ""
    """ISO date that the document states of itself (front matter, session date)."""
    author: str = ""
    origin: str = ""
    """Where the original stands, as the document states it."""
    brief_of: str = ""
    """The title of the work that the document sums up, if it is a brief."""
    speech: bool = False
    """Whether it is a transcript of speech."""
    left_out: tuple[str, ...] = ()
    """Of a document of several objects: those that could not be read, each with the reason."""


class Chunk(Value):
    """A span of a document: the unit of indexing. `text == document.text[start:end]`."""

    id: str
    document_id: str
    start: int
    end: int
    text: str
    context: str = ""
    """Title and heading path, embedded before the text; never part of a quotation."""
    headings: tuple[str, ...] = ()
    page: int | None = None
    seconds: int | None = None
    locator: str = ""
    """The locator of the reference that brought the document, for whoever reads the index alone."""

    @property
    def passage(self) -> str:
        """What is embedded, searched and scored: the context, then the text."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class Hit(Value):
    """A chunk with a first-stage score (greater is better; comparable within one search)."""

    chunk: Chunk
    score: float


class Evidence(Value):
    """A chunk chosen and keyed for one section or question."""

    key: str
    """E1, E2 …, in order of choice."""
    chunk: Chunk
    document: Document
    reference: Reference
    score: float = 0.0
