"""Plain words → Markdown that shows them as they are."""

from __future__ import annotations

import re
from urllib.parse import quote

_SPECIAL = re.compile(r"([\\*_\[\]<>~#])")
_CODE = re.compile(r"(`+)(?:.+?)\1", re.DOTALL)
_ANCHOR_DROPPED = re.compile(r"[^\w\- ]")


def escape(text: str) -> str:
    """Return Markdown that a reader sees as `text`; code between backticks stays code."""
    out, position = [], 0
    for match in _CODE.finditer(text):
        out += [_escape_prose(text[position : match.start()]), match[0]]
        position = match.end()
    out.append(_escape_prose(text[position:]).replace("`", "\\`"))
    return "".join(out)


def _escape_prose(text: str) -> str:
    # An underscore inside a word is no emphasis (CommonMark 6.2), a hash only begins a line.
    return _SPECIAL.sub(_escape_one, text)


def _escape_one(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    inside = 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
    if match[0] == "_" and inside:
        return "_"
    if match[0] == "#" and at > 0:
        return "#"
    return "\\" + match[0]


def cell(text: str) -> str:
    """Return Markdown for a table cell."""
    return escape(text).replace("|", "\\|")


def anchor(heading: str) -> str:
    """Return the fragment that GitHub gives a heading (lower case, punctuation dropped)."""
    plain = _ANCHOR_DROPPED.sub("", heading.replace("`", "").strip().lower())
    return plain.replace(" ", "-")


def text_fragment(words: str) -> str:
    """Return a URL fragment that scrolls to the words (https://wicg.github.io/scroll-to-text-fragment/)."""
    pieces = words.split()
    if len(pieces) <= 12:  # noqa: PLR2004 - short enough to give whole
        return ":~:text=" + _percent(" ".join(pieces))
    return f":~:text={_percent(' '.join(pieces[:6]))},{_percent(' '.join(pieces[-5:]))}"


def _percent(text: str) -> str:
    return quote(text, safe="").replace("-", "%2D")
