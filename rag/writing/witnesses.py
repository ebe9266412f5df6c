"""What a service cites by itself → witnesses for the reply's own citations, or against them.

Nothing stands on them: what a claim cites is checked by the gates, whoever else vouches for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rag.text.normal import normalise
from rag.types import Witness
from rag.writing.data import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def witnessed(reply: str, cited: Iterable[tuple[str, int, int, str]]) -> tuple[Witness, ...]:
    """Return what a service cites, with whether the reply's own citations agree.

    Args:
        reply: the model's reply, JSON if it complied.
        cited: evidence key, first and last line (half open), and the words there.
    """
    try:
        own = list(_citations(json.loads(reply)))
    except (ValueError, RecursionError):  # what cannot be read cites nothing
        own = []
    return tuple(
        Witness(evidence=key, start=start, end=end, quote=words, agrees=_agree(own, key, words))
        for key, start, end, words in cited
    )


def _citations(value: Any) -> Iterator[tuple[str, str]]:
    """Yield evidence keys with the words quoted, wherever in a reply they stand."""
    if isinstance(value, dict):
        key, quote = value.get("evidence"), value.get("quote")
        if isinstance(key, str) and isinstance(quote, str):
            yield key, normalise(as_written(quote))
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _citations(part)


def _agree(own: Iterable[tuple[str, str]], key: str, words: str) -> bool:
    there = normalise(as_written(words))
    return any(
        mine == key and bool(quote) and bool(there) and (quote in there or there in quote)
        for mine, quote in own
    )
