"""What a figure is to a change: `fell by 8 %`, `fell to 8 %`, `fell from 8 %` say three things."""

from __future__ import annotations

import re

_CHANGES = (
    r"ris(?:es?|en|ing)|rose|gr[eo]w(?:s|n|ing)?|growth|increas\w*|decreas\w*|reduc\w*|"
    r"fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|declin\w*|cuts?|cutting|lower(?:s|ed|ing)|"
    r"rais(?:es?|ed|ing)|climb\w*|jump\w*|shr[aiu]nk\w*|improv\w*|plung\w*|slash\w*|surg(?:e[sd]?|ing)|"
    r"soar\w*|(?:halv|doubl|tripl|quadrupl)(?:es?|ed|ing)|shorten\w*|gain(?:s|ed|ing)?|boost\w*|(?:went|goes|going|came|brought|gone)\s(?:up|down)"
)
_ABOUT = (
    r"up\sto|as\smuch\sas|at\s(?:least|most)|(?:more|less|no\smore|no\sless)\sthan|an?\s(?:average|"
    r"further|additional|total)(?:\sof)?|another|about|around|roughly|approximately|nearly|almost|"
    r"over|under|just|only|some|~|≈"
)
_ROLE = re.compile(
    rf"\b(?:{_CHANGES})\b[^.;:!?\n]{{0,60}}?"
    rf"(?<!compared\s)(?<!relative\s)(?<!according\s)(?<!equal\s)(?<!close\s)(?<!due\s)"
    rf"(?P<words>\b(?P<role>by|to|from)\s(?:(?:{_ABOUT})\s?){{0,2}})$",
    re.IGNORECASE,
)
_REACH = 120
"""Characters before a figure among which its verb stands."""


def role(text: str, start: int) -> tuple[str, int]:
    """Return the `by`, `to` or `from` of the figure at `start`, and where that begins.

    Nothing, if no verb of change and none of these words stand before it.
    """
    first = max(0, start - _REACH)
    found = _ROLE.search(text[first:start])
    return (found["role"].lower(), first + found.start("words")) if found else ("", start)
