"""Line ends of a user's file: read as plain ones, written as they were."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BARE = re.compile(r"(?<!\r)\n")
_LINE = re.compile(r"([^\n]*?)(\r?\n)")


class LineEnds(NamedTuple):
    """How the lines of a file end."""

    are_dos: bool
    """Whether all of them end with CRLF."""
    dos: Mapping[str, Sequence[bool]]
    """Of a file that has both kinds: which of the lines of the same words do, in order, if any."""

    def plain(self, text: str) -> str:
        """Return a text of the file with plain line ends."""
        return text.replace("\r\n", "\n") if self.are_dos or self.dos else text

    def as_were(self, text: str) -> str:
        """Return a plain text with line ends like those of the file."""
        if self.are_dos:
            return _BARE.sub("\r\n", text)
        if not self.dos:
            return text
        seen: Counter[str] = Counter()

        def as_was(line: re.Match[str]) -> str:
            words = line[1]
            ends = self.dos.get(words, (False,))
            is_dos = ends[min(seen[words], len(ends) - 1)]
            seen[words] += 1
            return f"{words}\r\n" if is_dos else line[0]

        return _LINE.sub(as_was, text)


def line_ends(text: str) -> LineEnds:
    """Return how the lines of a text end.

    An editor or git may have turned each end into CRLF, or put in some lines that end so.
    """
    if "\r\n" not in text:
        return LineEnds(are_dos=False, dos={})
    dos: defaultdict[str, list[bool]] = defaultdict(list)
    for line in _LINE.finditer(text):
        dos[line[1]].append(line[2] == "\r\n")
    if all(all(ends) for ends in dos.values()):
        return LineEnds(are_dos=True, dos={})
    return LineEnds(are_dos=False, dos={words: ends for words, ends in dos.items() if any(ends)})
