"""Words that are somebody else's: do they stand where they are said to, whole and in one place?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.text.normal import as_sentence, normalise
from rag.text.sentences import sentence_spans, statement_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.types import Citation

_BEGINS = re.compile(r"(?<!\w)(?<!\w[.,:/-])")
_ENDS = re.compile(r"(?![.,:/-]?\w)")


def is_verbatim(text: str, cells: Sequence[str], citations: Iterable[Citation]) -> bool:
    """Whether a claim is word for word one of its quotes, its cells made of the same words.

    A part of a sentence may have been given the capital and the full stop of one.
    """
    plain = normalise(text)
    for citation in citations:
        quote = normalise(citation.quote)
        words = plain.replace("\\|", "|")  # a bar inside a cell
        if plain in {quote, as_sentence(quote)} and _are_in(cells, words):
            return True
    return False


def in_own_words(text: str, quotes: Iterable[str]) -> str:
    """Return the sentences of a claim that are none of its quotes; all, if each of them is one."""
    there = {form for quote in quotes for form in _sentence_forms(quote)}
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    return " ".join(words for words in sentences if normalise(words) not in there) or text


def _sentence_forms(quote: str) -> Iterator[str]:
    """Yield a quote and each of its sentences in the normal form, as cut and as a sentence."""
    for words in (quote, *(quote[start:end] for start, end in statement_spans(quote))):
        yield from (normalise(words), normalise(as_sentence(words)))


def _are_in(cells: Sequence[str], words: str) -> bool:
    """Whether cells are made of words of a row, and stand in its order.

    Where one of them is the whole (a sentence matched with what it names), order says nothing.
    """
    whole = any(normalise(cell) == words for cell in cells)
    at = 0
    for cell in cells:
        parts = [find_whole(normalise(part), words) for part in cell.split("; ")]
        if not all(parts):
            return False
        first = find_whole(normalise(cell.split("; ")[0]), words, at)
        if first is None:
            return False
        at = 0 if whole else first[1]
    return True


def stands_in_one(words: str, quotes: Iterable[str]) -> bool:
    """Whether words stand in one of the normal quotes: two of them joined are nobody's."""
    return any(normalise(words) in quote.replace("\\|", "|") for quote in quotes)


def find_whole(part: str, words: str, start: int = 0) -> tuple[int, int] | None:
    """Return where a part of words stands in them: start and end; it cuts no word or figure."""
    at = words.find(part, start)
    while at >= 0:
        end = at + len(part)
        begins = not part[:1].isalnum() or _BEGINS.match(words, at)
        if begins and (not part[-1:].isalnum() or _ENDS.match(words, end)):
            return at, end
        at = words.find(part, at + 1)
    return None
