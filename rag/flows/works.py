"""Which references are one work: a copy says again what the work said, and bears nothing out.

Two references are one work if they name the same original, or if most sentences of the shorter one
stand in the other word for word, whatever format they come in. Others that say the same are two.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.text.normal import normalise
from rag.text.sentences import statement_spans

if TYPE_CHECKING:
    from rag.flows.tools import Tools
    from rag.types import Claim

_MOST = 0.8
"""Of the sentences of the shorter document. Formats lose some on the way; authors share few."""
_LETTERS = re.compile(r"\w+")


class Works:
    """Tells the works behind claims; each document is read once.

    Args:
        tools: the wired adapters; what claims cite is in the store.
    """

    def __init__(self, tools: Tools) -> None:
        self._store = tools.store
        self._known = tools.store.ingested()
        self._original = cache(self._original_of)
        self._sentences = cache(self._sentences_of)
        self._are_one = cache(self._compared)

    def behind(self, claim: Claim) -> int:
        """Return how many works a claim stands on."""
        works: list[list[str]] = []
        for key in sorted(claim.references):
            same = [work for work in works if any(self._are_one(other, key) for other in work)]
            works = [work for work in works if work not in same]
            works.append([key, *(other for work in same for other in work)])
        return len(works)

    def _compared(self, one: str, other: str) -> bool:
        if self._original(one) == self._original(other):
            return True
        first, second = self._sentences(one), self._sentences(other)
        shorter = min(len(first), len(second))
        return shorter > 0 and len(first & second) >= _MOST * shorter

    def _original_of(self, key: str) -> str:
        """Return where the work stands, as the checklist or the document has it."""
        item = self._known[key]
        stated = item.reference.origin or self._store.document(item.document_id).origin
        return _place(stated or item.reference.locator)

    def _sentences_of(self, key: str) -> frozenset[str]:
        document = self._store.document(self._known[key].document_id)
        spans = (
            span
            for part in document.parts
            for span in statement_spans(document.text, part.start, part.end)
        )
        return frozenset(
            words for first, last in spans if (words := _plain(document.text[first:last]))
        )


def _place(locator: str) -> str:
    """Return a locator without what differs between links to one page."""
    parts = urlsplit(locator)
    if parts.scheme not in {"http", "https"}:
        return locator
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def _plain(sentence: str) -> str:
    """Return a sentence's words alone: marks differ between formats."""
    return " ".join(_LETTERS.findall(normalise(sentence).lower()))
