"""Plain text → a document: prose in paragraphs, code with its lines, transcripts as speech."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.stages.parse.builder import DocumentBuilder, Facts
from rag.stages.parse.decode import decode
from rag.stages.parse.shape import bullet, is_code, is_transcript, nonblank, unwrapped
from rag.stages.parse.titles import title_of
from rag.stages.parse.transcript import transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Document, Source

_BLANK = re.compile(r"\n(?:[^\S\n]*\n)+")


def parse_plain(subject: str, source: Source, content: bytes) -> Document:
    """Return the document that the bytes of plain text spell."""
    del subject
    text = decode(content, source.charset)
    facts = Facts(title=title_of(source.location))
    builder = DocumentBuilder()
    if is_code(nonblank(text)):
        builder.add("code", text)
        return builder.build(source, facts)
    if is_transcript(text):
        return transcript(source, text, Facts())
    for block, code in _blocks(text):
        if code:
            builder.add("code", block)
        else:
            _add_prose(builder, block)
    return builder.build(source, facts)


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the blocks between blank lines, and whether each is code; code runs are one block."""
    run: list[str] = []
    for block in _BLANK.split(text):
        lines = nonblank(block)
        if not lines:
            continue
        if is_code(lines):
            run.append(block)
            continue
        if run:
            yield "\n\n".join(run), True
            run = []
        yield block, False
    if run:
        yield "\n\n".join(run), True


def _add_prose(builder: DocumentBuilder, block: str) -> None:
    """Append a block of prose: its list items, and its paragraphs with the wrapping undone."""
    lines = nonblank(block)
    items = [(number, found) for number, line in enumerate(lines) if (found := bullet(line))]
    first = items[0][0] if items else len(lines)
    for paragraph in unwrapped(lines[:first]):
        builder.add("paragraph", paragraph)
    builder.end_list()
    stops = [number for number, _ in items[1:]] + [len(lines)]
    for (number, (mark, words)), stop in zip(items, stops, strict=bool(items)):
        builder.add("item", " ".join([words, *lines[number + 1 : stop]]), mark=mark)
