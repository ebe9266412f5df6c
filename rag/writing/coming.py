"""A reply that is still coming → the claims in it that are closed already.

A claim is taken when its object is closed, and read as strictly as the whole reply will be: no half
of an object is completed. Whatever else is wrong is found when the reply is there.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING

from rag.replies import Malformed, read_as
from rag.writing.reading import answer_block
from rag.writing.wire import WireWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Block

_BEGINS = re.compile(r'\s*(?:```(?:json)?[ \t]*\n)?\s*\{\s*"claims"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_JSON = JSONDecoder()


class Coming:
    """Proposes the claims of an answer as its reply comes.

    When a reply begins anew after something was proposed, nothing more is: what the new one says
    counts when it is whole.

    Args:
        limit: how many claims an answer may have.
        propose: told each claim, once.
    """

    def __init__(self, limit: int, propose: Callable[[Block], None]) -> None:
        self._left = limit
        self._propose = propose
        self._proposed = False
        self._over = False
        self._read = ""
        """What was read of the present reply: its beginning up to the last closed claim."""

    def heard(self, text: str) -> None:
        """Take in all that the reply has so far."""
        if not text.startswith(self._read):
            self._over = self._proposed
            self._read = ""
        while not self._over and self._left and (at := self._next(text)) is not None:
            end = _closed(text, at)
            if not end:
                return
            self._read = text[:end]
            self._take(text[at:end])

    def _next(self, text: str) -> int | None:
        """Return where the next claim begins; None where none has begun."""
        begun = None if self._read else _BEGINS.match(text)
        if not self._read and begun is None:
            return None
        after = begun.end() if begun else len(self._read)
        at = _BETWEEN.match(text, after)
        return at.end() if at and text.startswith("{", at.end()) else None

    def _take(self, text: str) -> None:
        wire = read_as(WireWords, text)
        if isinstance(wire, Malformed):  # so is the whole, and it goes back with what is wrong
            self._over = True
        elif block := answer_block(wire):
            self._left -= 1
            self._proposed = True
            self._propose(block)


def _closed(text: str, start: int) -> int:
    """Return where the object that begins at `start` ends; 0 if it has not ended."""
    try:
        return _JSON.raw_decode(text, start)[1]
    except (JSONDecodeError, RecursionError):  # nested that deep it is no claim
        return 0
