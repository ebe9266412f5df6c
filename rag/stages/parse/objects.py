"""Several objects → one document: each is a stretch of it, under its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.objects import OBJECTS, unpack
from rag.stages.parse.builder import PARSER_VERSION
from rag.stages.parse.titles import title_of
from rag.text.printable import shown
from rag.types import Document, Part, Skipped, Source, Span, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.objects import Object

    Parse = Callable[[Source, bytes], Document | Skipped]

_BETWEEN = "\n\n"


def is_objects(source: Source) -> bool:
    """Whether a source is several objects: so says its reader, and its location is a prefix."""
    return source.media_type == OBJECTS and source.location.endswith("/")


def parse_objects(subject: str, source: Source, content: bytes, read: Parse) -> Document | Skipped:
    """Return the document that several objects make, each read by its own media type.

    Args:
        subject: the reference key, named in a `Skipped`.
        source: where the objects stand.
        content: the objects, packed.
        read: how one of them is read.

    Returns:
        The document; its parts know their object's location, and their heading paths begin with
        its name. `Skipped` if none of the objects can be read.
    """
    try:
        objects = unpack(content)
    except ValueError as error:
        return Skipped(subject=subject, stage="parse", reason=f"its objects are damaged: {error}")
    pieces: list[str] = []
    parts: list[Part] = []
    left_out: list[str] = []
    found: list[Document] = []
    for item in objects:
        document = item.left_out or _read(source, item, read)
        if isinstance(document, str):
            left_out.append(f"{shown(item.location)} {document}")
            continue
        start = sum(map(len, pieces)) + len(_BETWEEN) * len(pieces)
        parts += _moved(document, item, start)
        pieces.append(document.text)
        found.append(document)
    if not found:
        first = left_out[0] if left_out else "it has none"
        reason = f"none of its {len(objects)} objects can be read: {first}"
        return Skipped(subject=subject, stage="parse", reason=reason)
    text, title = _BETWEEN.join(pieces), title_of(source.location)
    places = [(part.start, part.location) for part in parts]
    return Document(
        id=digest(text, title, PARSER_VERSION, places),
        source_sha256=source.sha256,
        title=title,
        text=text,
        parts=tuple(parts),
        date=_said_by_all([document.date for document in found]),
        author=_said_by_all([document.author for document in found]),
        speech=all(document.speech for document in found),
        left_out=tuple(left_out),
    )


def _read(source: Source, item: Object, read: Parse) -> Document | str:
    """Return the document of one object, or why there is none."""
    own = source.model_copy(
        update={
            "size": len(item.content),
            "media_type": item.media_type,
            "charset": item.charset,
            "location": item.location,
        }
    )
    document = read(own, item.content)
    return document.reason if isinstance(document, Skipped) else document


def _moved(document: Document, item: Object, by: int) -> Iterator[Part]:
    """Yield a document's parts as those of a longer text, under the object's name."""
    above: tuple[str, ...] = (item.name,)
    named = {name for part in document.parts for name in part.headings}
    if document.title not in {"", title_of(item.location), *named}:
        above = (item.name, document.title)
    for part in document.parts:
        header = part.header and Span(start=part.header.start + by, end=part.header.end + by)
        yield part.model_copy(
            update={
                "start": part.start + by,
                "end": part.end + by,
                "headings": (*above, *part.headings),
                "header": header,
                "location": item.location,
            }
        )


def _said_by_all(said: list[str]) -> str:
    """Return what all say alike; empty if they differ."""
    return said[0] if len(set(said)) == 1 else ""
