"""Line ends of a user's file: read as plain ones, written as they were."""

from __future__ import annotations

import re
from typing import NamedTuple

_BARE = re.compile(r"(?<!\r)\n")
_LINE = re.compile(r"([^\n]*?)(\r?\n)")


class LineEnds(NamedTuple):
    """How the lines of a file end."""

    are_dos: bool
    """Whether all of them end with CRLF."""
    dos: frozenset[str]
    """The lines that do, and none like them does not, in a file that has both kinds."""

    def plain(self, text: str) -> str:
        """Return a text of the file with plain line ends."""
        return text.replace("\r\n", "\n") if self.are_dos or self.dos else text

    def as_were(self, text: str) -> str:
        """Return a plain text with line ends like those of the file."""
        if self.are_dos:
            return _BARE.sub("\r\n", text)
        if not self.dos:
            return text
        return _LINE.sub(lambda line: f"{line[1]}\r\n" if line[1] in self.dos else line[0], text)


def line_ends(text: str) -> LineEnds:
    """Return how the lines of a text end.

    An editor or git may have turned each end into CRLF, or put in some lines that end so.
    """
    if "\r\n" not in text:
        return LineEnds(are_dos=False, dos=frozenset())
    ends: dict[str, set[str]] = {"\n": set(), "\r\n": set()}
    for line in _LINE.finditer(text):
        ends[line[2]].add(line[1])
    if not ends["\n"]:
        return LineEnds(are_dos=True, dos=frozenset())
    return LineEnds(are_dos=False, dos=frozenset(ends["\r\n"] - ends["\n"]))
