"""report.md → its sections, claims and footnotes as they were given to `render`."""

from rag.stages.readback.apart import own_words_apart
from rag.stages.readback.reader import read_back, read_footnotes
from rag.stages.readback.values import (
    ReadBlock,
    ReadClaim,
    ReadFootnote,
    ReadReport,
    ReadSection,
)

__all__ = [
    "ReadBlock",
    "ReadClaim",
    "ReadFootnote",
    "ReadReport",
    "ReadSection",
    "own_words_apart",
    "read_back",
    "read_footnotes",
]
