"""A table's columns: each cell stands under the name that its own table gives it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.text.normal import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.types import Claim, Document

_BAR = re.compile(r"(?<!\\)\|")


def misplaced(claim: Claim, header: Sequence[str], documents: Mapping[str, Document]) -> str:
    """Return the column under which a row shows the figure of another one; empty if there is none.

    Args:
        claim: a row that cites rows of tables.
        header: the names of its columns.
        documents: what it cites, by id.
    """
    for names, cells in _rows(claim, documents):
        for name, cell in zip(header, claim.cells, strict=False):
            at = normalise(name).lower()
            if at in names and names.count(at) == 1 and names.index(at) < len(cells):
                own, shown = cells[names.index(at)], normalise(cell)
                if shown != own and shown in cells:
                    return name
    return ""


def columns_of(documents: Iterable[Document]) -> frozenset[str]:
    """Return, in lower case, the names of the columns of the documents' tables."""
    return frozenset(
        name.lower()
        for document in documents
        for header in {part.header for part in document.parts if part.header}
        for name in _cells(header.of(document.text))
    )


def _rows(claim: Claim, documents: Mapping[str, Document]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield names and cells of the rows that a claim cites."""
    for citation in claim.citations:
        document = documents[citation.document_id]
        for part in document.parts:
            if part.header and part.start < citation.end and citation.start < part.end:
                names = _cells(part.header.of(document.text))
                yield [name.lower() for name in names], _cells(part.span.of(document.text))


def _cells(row: str) -> list[str]:
    return [normalise(cell.replace("\\|", "|")) for cell in _BAR.split(row.strip().strip("|"))]
