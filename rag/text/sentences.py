"""Sentence boundaries (from a library) as spans (ours)."""

from __future__ import annotations


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
