"""Words between quotation marks, and who said them."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.text.figures import STOP_WORDS, WORD

QUOTED = re.compile(r"^[\"“](?P<words>.+)[\"”]\s*(?:—|–|--|-)\s*(?P<who>.+)$", re.DOTALL)
"""A quotation with who said it, as briefs and articles set it."""
_MARKED = re.compile(
    r"""
      ^([^“”„«»‹›]*)[”»›]                      # closed, and never opened
    | ^([^"]*[^\W\d][.,;:!?]?)"(?!\w)          # behind a digit it is an inch
    | [“„]([^“”„]*)(?:[”“]|$)
    | «([^«»]*)(?:»|$)
    | ‹([^‹›]*)(?:›|$)
    | 「([^「」]*)(?:」|$)
    | 『([^『』]*)(?:』|$)
    | (?<![\w.])"([^"]*)(?:"(?!\w)|$)
    | (?<!\w)‘([^‘]*?)’(?!\w)                  # not the apostrophe of a word
    | (?<!\w)'([^']*)'(?!\w)
    """,
    re.VERBOSE,
)

_SAYING = (
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )(?<!also )(?<!to )(?:said|says?|called|"
    "calls?|calling|wrote|writes?|described|describes?|noted|notes|termed|argued|argues?|"
    "claimed|claims?|explained|explains?|stated|states?|warned|warns?|promised|promises?)"
)
"""Verbs of saying; not what "is called" so, which nobody need have said."""
_BEFORE = re.compile(
    rf"(?P<who>[^.;:!?—]*?)\b{_SAYING}\b[^.;:!?,]*[:,]?\s*$|\b[Aa]ccording to (?P<of>[^,]+),",
)
_AFTER = re.compile(
    rf"^(?:[,!?](?=[”“\"’'»›」』]))?[”“\"’'»›」』]*,?\s*(?:{_SAYING}\b(?P<who>[^.;:!?,]*)(?P<more>,[^.;:!?,]{{1,60}})?"
    rf"|(?P<named>[^.;:!?,]{{1,60}}?)\b{_SAYING}\b|according to (?P<of>[^.;:!?,]+))",
)
"""The comma may stand within the marks: `“…,” said Jane Doe`."""


class Sayer(NamedTuple):
    """The words by which a sentence says who said something."""

    words: frozenset[str]
    head: frozenset[str]
    """Those before the first comma: a name, where what follows tells more of it."""
    more: frozenset[str] = frozenset()
    """Those behind a name that stands behind the verb: `said Jane Doe, head of research`."""


def sayer(sentence: str, quoted: str) -> Sayer | None:
    """Return who said something quoted; None if the sentence names nobody.

    It is the subject of the verb of saying beside the quotation: "Jane Doe called it …".

    Args:
        sentence: with the quotation in it.
        quoted: the words between the quotation marks.
    """
    start = sentence.find(quoted)
    if start < 0:
        return None
    before = sentence[:start].rstrip("“”\"‘'«‹„「『 ")
    found = _BEFORE.search(before) or _AFTER.match(sentence[start + len(quoted) :])
    if found is None:
        return None
    groups = found.groupdict()
    more = _telling(groups.pop("more", None) or "")
    who = next((words for words in groups.values() if words and words.strip()), "")
    words = _telling(who)
    return Sayer(words, _telling(who.split(",")[0]), more) if words else None


def _telling(words: str) -> frozenset[str]:
    found = (match[0] for match in WORD.finditer(words))
    return frozenset(word for word in found if word.lower() not in STOP_WORDS)


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
