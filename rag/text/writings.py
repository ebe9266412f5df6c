"""Equal figures in one writing, so that words can be compared one by one.

`3.2 Tbps` and `3,200 Gbps`, `4x` and `four times`, `671B` and `671 billion` are the same figures.
What compares texts word by word has to see the same words there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.text.quantities import quantities, same
from rag.text.units import COUNTED, MEASURES, singular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.text.quantities import Quantity

_LAST_WORD = re.compile(r"(?:\+|\s|-){1,3}(?P<noun>[^\W\d_][\w’']*)$")


class _Written(NamedTuple):
    """A quantity, and the words that make its value: those of a measure, or the numeral alone."""

    quantity: Quantity
    start: int
    end: int
    words: str


def in_one_writing(claim: str, passage: str) -> tuple[str, str]:
    """Return both texts, with what is equal in them as the passage writes it first.

    What a number counts stays as each has it: of a count only the numeral is written anew.
    """
    mine, theirs = _written(claim), _written(passage)
    firsts = [first for item in mine if (first := _first(item, theirs))]
    if not firsts:
        return claim, passage
    return _rewritten(claim, mine, firsts), _rewritten(passage, theirs, firsts)


def _written(text: str) -> list[_Written]:
    found = []
    for item in quantities(text):
        end = item.end - len(item.text) + len(_numeral(item))
        found.append(_Written(item, item.start, end, text[item.start : end]))
    return found


def _numeral(quantity: Quantity) -> str:
    """Return a quantity's text without the noun that it counts."""
    last = _LAST_WORD.search(quantity.text)
    if quantity.unit in MEASURES or not last:
        return quantity.text
    noun = singular(last["noun"])
    is_counted = COUNTED.get(noun, noun) == quantity.unit
    return quantity.text[: last.start()] if is_counted else quantity.text


def _first(item: _Written, others: Sequence[_Written]) -> _Written | None:
    return next((other for other in others if same(item.quantity, other.quantity)), None)


def _rewritten(text: str, found: Sequence[_Written], firsts: Sequence[_Written]) -> str:
    pieces, at = [], 0
    for item in found:
        first = _first(item, firsts)
        pieces += [text[at : item.start], first.words if first else item.words]
        at = item.end
    return "".join([*pieces, text[at:]])
