"""Plain words → Markdown that shows them as they are."""

from __future__ import annotations

import re
from urllib.parse import quote

# An underscore inside a word is no emphasis, `<` opens HTML only before a letter or a mark, `>`
# and `#` only begin a line, a tilde strikes out only what stands before it (CommonMark, GFM).
_SPECIAL = re.compile(
    r"[\\*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|^[>#]|(?<=\S)~|^[-+](?=\s)|^\d+(?=[.)]\s)"
)
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
    return _SPECIAL.sub(
        lambda match: match[0] + "\\" if match[0].isdigit() else "\\" + match[0], text
    )


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
