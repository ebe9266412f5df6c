"""Documents → the sentences and table rows that say something, each as a claim."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from rag.stages.parse import parse
from rag.text.scan import scan
from rag.text.sentences import sentence_spans
from rag.types import Citation, Claim, Document, Source, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SAID_IN = frozenset({"paragraph", "item", "quote", "speech"})
_SHORTEST, _LONGEST = 30, 400  # characters of a sentence


def document(path: Path) -> Document | None:
    """Return the document that a file holds, or None if it holds none."""
    content = path.read_bytes()
    kind = "text/html" if path.suffix == ".html" else "text/markdown"
    source = Source(
        sha256=sha256(content).hexdigest(), size=len(content), media_type=kind, location=path.name
    )
    parsed = parse(path.stem, source, content, min_words=0)
    return parsed if isinstance(parsed, Document) else None


def claim(text: str, key: str, start: int = 0, cells: Sequence[str] = ()) -> Claim:
    """Return a claim that is its own quote, at a place of a document."""
    citation = Citation(
        label=f"{key}-{digest(text)[:6]}",
        reference_key=key,
        document_id=digest(key),
        start=start,
        end=start + len(text),
        quote=text,
    )
    name = digest(key, start, text)[:16]
    return Claim(id=name, text=text, cells=tuple(cells), citations=(citation,))


def claims(path: Path, *, figures_only: bool = False) -> Iterator[Claim]:
    """Yield the sentences and table rows of a file; `figures_only`: those with a quantity."""
    found = document(path)
    for part in found.parts if found else ():
        if part.kind == "row":
            text = found.text[part.start : part.end] if found else ""
            cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
            if len(cells) > 1 and (not figures_only or scan(text).quantities):
                yield claim(text, path.name, part.start, cells)
        elif part.kind in _SAID_IN and found:
            for start, end in sentence_spans(found.text, part.start, part.end):
                text = " ".join(found.text[start:end].split())
                is_told = _SHORTEST <= len(text) <= _LONGEST
                if is_told and (not figures_only or scan(text).quantities):
                    yield claim(text, path.name, start)
