"""The shape of lines: code or prose, wrapped or not, the lines of a transcript."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CODE_LINE = re.compile(
    r"""
    ^\s+\*(?:\s|$) | ^\s*(?:
        //|/\*|\*/|\#(?:include|define|pragma|ifn?def|endif|else|if)\b|\#!|\#\[|<!--
      | (?:import|package|use|using|namespace|\#\s*import)\s+[\w.{"'<:]+[^.]*$
      | from\s+[\w.]+\s+import\b
      | (?:pub|fn|def|class|func|struct|enum|impl|let|const|var|static|template|export|typedef
         |public|private|protected|async|mod|extern)\b(?!.*[.?!]$).*[\w)({:;=,>]$
      | (?:return|if|for|while|switch|match|elif|else|try|except|catch|case)\b.*[;:({)]\s*$
      | @\w+[\w.]*(?:\(.*)?$
      | (?:\$|>>>|%|PS>)\s+\S
      | [\])}]+[;,)]*\s*$ | [\[({]\s*$ | </?\w+[^>]*>\s*$
      | \[[\w.\-\s]+\]\s*$
      | [\w.\-]+\s*=\s*\S.*$
      | -{0,2}\s?["']?[a-z_][\w.\-/]*["']?:\s*(?:["'\[{\d|>]|true\b|false\b|null\b|$)
      | \[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d | (?:DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|TRACE)\b[\s:\]]
    )
    | [;{}\\]\s*$ | \)\s*(?:const|override|noexcept|\{|=>|->).*$
    | ::\w | \w->\w | =>\s | [=!<>]=\s | \s(?:&&|\|\|)\s | \w\(\)?[^)]*\);?$ | \w\[\w+\]
    | \w\.\w+\( | ^\s{2,}[\w"'.&*-]+[(,]
    """,
    re.VERBOSE,
)
_COLUMNS = re.compile(r"\S(?:\t+| {3,})\S")
_TREE = re.compile(r"[\u2500-\u257f\u2580-\u259f]")
_PROSE_LINE = re.compile(
    r"""^\s*(?:[-*+•\u2013—]\s+|\d{1,3}[.)]\s+|["'“\u2018(\[]*)?[A-Z0-9\u00c0-\uffff]"""
)
_END = re.compile(r"""[.?!:;…。\uff1f\uff01]["'”\u2019)\]]*$""")
_BULLET = re.compile(r"^\s*(?:[-*+•–—]|(?P<number>\d{1,3})[.)])\s+(?=\S)")
_STRUCTURE = re.compile(r"^\s*(?:#{1,6}\s|```|\||[*+]\s|\d+[.)]\s|> )")
STAMP = re.compile(
    r"^\s*[\[(]?(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,]\d{1,3})?[\])]?"
    r"(?:\s*-->\s*[\d:.,]+)?(?=\s|$|[A-Z])\s*"
)
_CODE_SHARE = 0.4
_LONG = 240
"""Nobody wraps lines at more characters: a longer line is a paragraph of its own."""


def nonblank(text: str) -> list[str]:
    """Return the lines of `text` that are not white."""
    return [line for line in text.split("\n") if line.strip()]


def share(lines: Sequence[str], pattern: re.Pattern[str]) -> float:
    """Return the share of lines in which a pattern is found, from 0 to 1."""
    return sum(1 for line in lines if pattern.search(line[:1000])) / len(lines) if lines else 0.0


def is_code(lines: Sequence[str]) -> bool:
    """Whether lines mean something as lines: code, configuration, a log, a drawing, columns."""
    if not lines:
        return False
    columns = len(lines) > 2 and share(lines, _COLUMNS) > 0.6  # noqa: PLR2004 - most lines
    return columns or share(lines, _CODE_LINE) >= _CODE_SHARE or share(lines, _TREE) > _CODE_SHARE


def is_indented_prose(lines: Sequence[str]) -> bool:
    """Whether a block that Markdown would call code for its indentation reads as prose.

    Each line begins as a sentence, a name or a list item does, has words, and none of the signs
    of code.
    """
    begins = all(_PROSE_LINE.match(line) and len(line.split()) > 1 for line in lines)
    return bool(lines) and begins and share(lines, _CODE_LINE) == 0 and not is_code(lines)


def bullet(line: str) -> tuple[str, str] | None:
    """Return a list item's mark in Markdown (`-`, `3.`) and its words; None for other lines."""
    found = _BULLET.match(line)
    if not found:
        return None
    return (f"{found['number']}." if found["number"] else "-"), line[found.end() :]


def is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines were broken to fit a width: the next word would not have fitted."""
    if len(lines) < 2:  # noqa: PLR2004 - no break
        return True
    width = max(len(line) for line in lines)
    if width > _LONG:
        return False
    forced = sum(
        len(line) + 1 + len(after.split(maxsplit=1)[0]) > width for line, after in pairwise(lines)
    )
    return forced >= 0.7 * (len(lines) - 1)


def unwrapped(lines: Sequence[str]) -> list[str]:
    """Return paragraphs: lines broken to fit a width are joined, others stand for themselves."""
    lines = [line.strip() for line in lines if line.strip()]
    if any(len(line) > _LONG for line in lines):
        return lines
    wrapped = is_wrapped(lines)
    out: list[list[str]] = []
    for line in lines:
        goes_on = out and not _END.search(out[-1][-1]) and not line[:1].isupper()
        if out and (wrapped or goes_on):
            out[-1].append(line)
        else:
            out.append([line])
    return [" ".join(paragraph) for paragraph in out]


def has_stamps(lines: Sequence[str]) -> bool:
    """Whether lines carry the time stamps of a recording: from its start on, rising."""
    times = [
        int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
        for found in map(STAMP.match, lines)
        if found
    ]
    return (
        len(times) > max(2, 0.2 * len(lines))
        and times[0] < 120  # noqa: PLR2004 - a recording starts near zero, a timetable does not
        and all(before <= after for before, after in pairwise(times))
    )


def is_transcript(text: str) -> bool:
    """Whether `text` is what was said, as caption lines: unstructured, broken anywhere."""
    lines = nonblank(text)
    if has_stamps(lines):
        return share(lines, _CODE_LINE) < _CODE_SHARE
    if len(lines) < 20 or max(len(line) for line in lines) > _LONG:  # noqa: PLR2004 - too few
        return False
    blank = sum(1 for line in text.strip().split("\n") if not line.strip())
    unfinished = 1 - share(lines, _END)
    structure = share(lines, _STRUCTURE)
    return (
        blank <= 2 + 0.05 * len(lines)
        and unfinished > 0.25  # noqa: PLR2004 - lists and poems end their lines
        and structure < 0.03  # noqa: PLR2004 - hardly any Markdown
        and share(lines, _CODE_LINE) < 0.1  # noqa: PLR2004
        and not is_wrapped(lines)
    )
