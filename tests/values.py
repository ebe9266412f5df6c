"""Values for tests, made through the public functions that make them in a run."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from rag.settings import ChunkSettings
from rag.stages.chunk import chunk
from rag.stages.parse import parse
from rag.types import Chunk, Document, Evidence, Reference, Source, digest

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = re.compile(r"\w+|[^\w\s]")


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of words and marks: a tokenizer that needs no model."""
    return [match.span() for match in _TOKEN.finditer(text)]


def source(content: bytes = b"", media_type: str = "text/markdown", location: str = "") -> Source:
    """Return the source of some bytes."""
    return Source(
        sha256=sha256(content).hexdigest(),
        size=len(content),
        media_type=media_type,
        location=location,
    )


def reference(key: str = "notes", **fields: object) -> Reference:
    """Return an unchecked reference whose locator is a brief named after its key."""
    given: dict[str, object] = {
        "key": key,
        "title": key.title(),
        "locator": f"{key}.md",
        "checked": False,
        "line": 1,
    }
    return Reference.model_validate(given | fields)


def document(text: str, media_type: str = "text/markdown") -> Document:
    """Return the document that `parse` makes of the text."""
    content = text.encode()
    parsed = parse("notes", source(content, media_type), content, min_words=0)
    assert isinstance(parsed, Document), parsed
    return parsed


def chunks(of: Document, *, max_tokens: int = 60, max_characters: int = 4000) -> list[Chunk]:
    """Return the document's chunks under a small budget."""
    limits = ChunkSettings(max_tokens=max_tokens, max_characters=max_characters)
    return chunk(of, limits, token_spans)


def bare_chunk(text: str, document_id: str = "d1", start: int = 0, **fields: object) -> Chunk:
    """Return a chunk that comes from no document, for what only looks at chunks."""
    given: dict[str, object] = {
        "id": digest(document_id, start, text)[:24],
        "document_id": document_id,
        "start": start,
        "end": start + len(text),
        "text": text,
    }
    return Chunk.model_validate(given | fields)


def evidence(of: Document, cited: Reference | None = None, first: int = 1) -> list[Evidence]:
    """Return all chunks of the document as evidence, keyed from `first`."""
    return [
        Evidence(key=f"E{number}", chunk=item, document=of, reference=cited or reference())
        for number, item in enumerate(chunks(of), start=first)
    ]


def keyed(*groups: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the evidence of several documents, keyed anew in the order given."""
    every = [item for group in groups for item in group]
    return tuple(
        item.model_copy(update={"key": f"E{number}"}) for number, item in enumerate(every, start=1)
    )
