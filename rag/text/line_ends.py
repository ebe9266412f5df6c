"""Line ends of a user's file: read as plain ones, written as they were."""

from __future__ import annotations

import re
from typing import NamedTuple

_BARE = re.compile(r"(?<!\r)\n")


class LineEnds(NamedTuple):
    """How the lines of a file end, where all of them end alike."""

    are_dos: bool

    def plain(self, text: str) -> str:
        """Return a text of the file with plain line ends."""
        return text.replace("\r\n", "\n") if self.are_dos else text

    def as_were(self, text: str) -> str:
        """Return a text with line ends like those of the file."""
        return _BARE.sub("\r\n", text) if self.are_dos else text


def line_ends(text: str) -> LineEnds:
    """Return how the lines of a text end: an editor or git may have turned each end into CRLF."""
    return LineEnds("\n" in text and not _BARE.search(text))
