"""Sentence boundaries (from a library) as spans (ours)."""

from __future__ import annotations

import re
from itertools import pairwise

_CODE = re.compile(r"[{}\[\]=;<>$@\\]|\w\(|->|::|^\s*$")
"""Signs of a line that is code, not words."""


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the spans of the sentences in `text[start:end]`, in order, white space trimmed.

    Every character that is not white space lies in exactly one span. Boundaries are those of
    sentencex, the segmenter of the Wikimedia Foundation (https://github.com/wikimedia/sentencex).
    """
    from sentencex import get_sentence_boundaries  # noqa: PLC0415 - only when text is at hand

    stop = len(text) if end is None else end
    spans = []
    for boundary in get_sentence_boundaries("en", text[start:stop]):
        first, last = start + boundary["start_index"], start + boundary["end_index"]
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        if first < last:
            spans.append((first, last))
    return spans


def statement_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the spans of sentences as `sentence_spans` does, each line of code for itself.

    Lines of words, such as those of a comment, are one text: a sentence goes on from one to the
    next. No sentence goes on over a line of code.
    """
    stop = len(text) if end is None else end
    cuts, position = [start], start
    lines = text[start:stop].splitlines(keepends=True)
    for line, after in pairwise(lines):
        position += len(line)
        if _CODE.search(line) or _CODE.search(after):
            cuts.append(position)
    cuts.append(stop)
    return [span for first, last in pairwise(cuts) for span in sentence_spans(text, first, last)]
