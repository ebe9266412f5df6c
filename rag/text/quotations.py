"""Words between quotation marks, and who said them."""

from __future__ import annotations

import re

QUOTED = re.compile(r"^[\"“](?P<words>.+)[\"”]\s*(?:—|–|--|-)\s*(?P<who>.+)$", re.DOTALL)
"""A quotation with who said it, as briefs and articles set it."""
_MARKED = re.compile(
    r"""
      ^([^“”„«»‹›]*)[”»›]                      # closed, and never opened
    | ^([^"]*[^\W\d][.,;:!?]?)"(?!\w)          # behind a digit it is an inch
    | [“„]([^“”„]*)(?:[”“]|$)
    | «([^«»]*)(?:»|$)
    | ‹([^‹›]*)(?:›|$)
    | (?<![\w.])"([^"]*)(?:"(?!\w)|$)
    | (?<!\w)‘([^‘]*?)’(?!\w)                  # not the apostrophe of a word
    | (?<!\w)'([^']*)'(?!\w)
    """,
    re.VERBOSE,
)


def quoted_words(text: str) -> list[str]:
    """Return what stands between quotation marks of any kind in a text, in order.

    What is opened and not closed reaches to the end, what is closed and not opened begins at the
    start: a reader sees it so.
    """
    found = (
        next(words for words in match.groups() if words is not None)
        for match in _MARKED.finditer(text)
    )
    return [words for words in found if words.strip()]
