"""Sentence → the parts of it that say something by themselves, the longest first.

A sentence of an article or a talk begins with what links it to the one before ("However, …", "As
shown in Figure 4 above, …", "Now, it's worth noting that …") and may end by pointing to a figure.
What is left is as verbatim as the whole, and is understood without the page around it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.adapters.extractive.patterns import any_of
from rag.text.torn import taken_back

if TYPE_CHECKING:
    from collections.abc import Iterator

_POINTED = (
    r"(?:shown|illustrated|depicted|seen|mentioned|discussed|noted|described|explained|summarized|"
    r"hinted|listed)"
)
_WORDS = (
    "however also additionally moreover furthermore but and so now yet overall instead similarly "
    "likewise indeed interestingly notably finally first second third lastly specifically "
    "unfortunately fortunately thus therefore hence consequently accordingly again naturally "
    "ultimately surprisingly meanwhile conversely"
).split()
_PICTURES = "figure|fig\\.?|table|plot|chart|diagram"
_LINK = (
    any_of(
        *_WORDS,
        "for (?:example|instance|reference)",
        "in (?:fact|addition|contrast|summary|short|particular|general|other words|turn|essence)",
        "in this (?:section|article|post|chapter|guide|talk)",
        "to (?:summari[sz]e|sum up|recap|conclude|round up|wrap up)[^,]{0,70}",
        "of course|by the way|on the other hand|as a result|at first glance|as a side note",
        rf"(?:as|like) (?:\w+ )?{_POINTED}\b[^,]{{0,70}}",
        "as (?:one|you|we) (?:can|may|might) (?:see|have)[^,]{0,60}",
        rf"(?:looking at|based on|according to) the (?:{_PICTURES})[^,]{{0,40}}",
        rf"(?:looking at|based on|in) (?:{_PICTURES}) \d+[^,]{{0,40}}",
    )
    + r",\s+"
)
_WORTHY = "(?:worth|important|interesting|noteworthy|notable|remarkable)"
_SAYING = "(?: not(?:e|ing)| mention(?:ing)?| see| highlight(?:ing)?)"
_FRAME = (
    any_of(
        rf"it(?:['’]s| is) (?:also )?{_WORTHY}(?: to)?{_SAYING}? that",
        "note (?:also )?that",
        rf"what(?:['’]s| is) {_WORTHY}(?:, (?:though|however),)? is that",
        r"(?:another|one|a further) (?:\w+ )?(?:thing|aspect|detail|point|difference|tidbit)"
        r"(?: [a-z-]+){0,4} is that",
        r"the (?:main|key|biggest|only|most \w+) (?:difference|takeaway|point|finding)"
        r"(?: here)? is that",
        rf"(?:{_PICTURES}) \d+ (?:above |below )?(?:shows|illustrates|indicates) that",
    )
    + r"\s+"
)
_RUN_UP = re.compile(rf"(?:{_LINK}){{0,3}}(?:{_FRAME})?", re.IGNORECASE)
_LABEL = re.compile(r"[A-Z][\w’'-]*(?: [\w’'-]+){1,8}: (?=[A-Z])")
_EXAMPLE = re.compile(r"for (?:example|instance),", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:[A-Z][\w-]*[A-Z0-9]|[A-Z][\w-]* [A-Z\d]|(?:Amazon|AWS)\b|[a-z]{1,3}\d|[a-z]+[A-Z])[\w.-]*"
)
"""How a name begins that no common word at the head of a sentence looks like."""
_BY_THAT = re.compile(
    r"By [^,]*\b(?:this|that|these|those|it|them|both|such)\b[^,]{0,60},\s+", re.IGNORECASE
)
"""A way of doing something named before; what it leads to is told after the comma."""
_TAIL = re.compile(
    rf",? as (?:also |further |briefly )?{_POINTED}\b[^,;:()]*\.$"
    r"| \((?:see|cf\.?|shown|as)\b[^()]*\)\.$"
    r"|,? (?:though|however|as well|again)\.$",
    re.IGNORECASE,
)


def parts(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a written sentence that may say something alone, the longest first.

    A part that the rest of its sentence takes back ("if …", "not …") is none of them.
    """
    label = _LABEL.match(sentence)  # that of an item is no part of what the item says
    begins = dict.fromkeys((label.end() if label else 0, 0, *_begins(sentence)))
    tail = _TAIL.search(sentence)
    ends = [len(sentence)] if tail is None else [len(sentence), tail.start()]
    for begin in begins:
        for end in ends:
            part = sentence[begin:end]
            if part == sentence or (part and not taken_back(part, sentence)):
                yield begin, end


def run_up(sentence: str) -> int:
    """Return where a sentence begins to say something by itself: after its label or its links."""
    return next(iter(_begins(sentence)), 0)


def _begins(sentence: str) -> Iterator[int]:
    if label := _LABEL.match(sentence):
        yield label.end()
    for pattern in (_RUN_UP, _BY_THAT):
        match = pattern.match(sentence)
        if not match or not match.end():
            continue
        # What an example speaks of was named before it, unless it has a name of its own.
        is_example = _EXAMPLE.search(match[0])
        if not is_example or _NAMED.match(sentence, match.end()):
            yield match.end()
