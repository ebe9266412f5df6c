"""Plain words → Markdown that shows them as they are."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import quote

# What means something in CommonMark and GFM, and where it does.
_SPECIAL = r"""
    (?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))  # stays as it is
    | (?P<number>^\d+)(?=[.)](?:\s|$))     # an ordered list's
    | [\\*\[\]`]
    | (?<![^\W_])_ | _(?![^\W_])          # inside a word it is no emphasis
    | <(?=[A-Za-z/!?]|[^\s<>]*@)          # HTML, an address
    | &(?=\#?\w+;)                        # a character by its name or number
    | (?<=\S)~                            # strikes out what stands before it
    | ^(?:[>\#] | [-+](?=\s|$) | -(?=[-\s]*$))
    """
_ANCHOR_DROPPED = re.compile(r"[^\w\- ]")


def escape(text: str, also: str = "") -> str:
    """Return Markdown that a reader sees as `text`; code between backticks stays code.

    Args:
        text: plain words.
        also: a verbose pattern of further ASCII punctuation to escape, one character a match.
    """
    return _special(also).sub(_escaped, text)


@cache
def _special(also: str) -> re.Pattern[str]:
    return re.compile(f"{_SPECIAL} | {also}" if also else _SPECIAL, re.VERBOSE | re.DOTALL)


def _escaped(match: re.Match[str]) -> str:
    if match["code"]:
        return match[0]
    return match[0] + "\\" if match["number"] else "\\" + match[0]


def cell(text: str) -> str:
    """Return Markdown for a table cell."""
    return escape(text).replace("|", "\\|")


def anchor(heading: str) -> str:
    """Return the fragment that GitHub gives a heading (lower case, punctuation dropped)."""
    plain = _ANCHOR_DROPPED.sub("", heading.replace("`", "").strip().lower())
    return plain.replace(" ", "-")


def text_fragment(words: str) -> str:
    """Return a URL fragment that scrolls to the words (https://wicg.github.io/scroll-to-text-fragment/)."""
    cells = [cell.strip() for cell in words.split(" | ") if cell.strip()]
    if len(cells) > 1:  # a page has no bars between them: from the first to the last
        return f":~:text={_percent(cells[0])},{_percent(cells[-1])}"
    pieces = words.split()
    if len(pieces) <= 12:  # noqa: PLR2004 - short enough to give whole
        return ":~:text=" + _percent(" ".join(pieces))
    return f":~:text={_percent(' '.join(pieces[:6]))},{_percent(' '.join(pieces[-5:]))}"


def _percent(text: str) -> str:
    return quote(text, safe="").replace("-", "%2D")
