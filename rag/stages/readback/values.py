"""What is read in a report. All words are plain: no marks, no escapes; code keeps its ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from rag.types import BlockForm, Value

if TYPE_CHECKING:
    from collections.abc import Iterator


class ReadClaim(Value):
    """A statement of the report: with footnote marks behind it, or uncited."""

    text: str
    """For a row that names who said its words, and in a table of matches: the words of the last
    cell. For other rows: the cells joined by bars, which is the text that the extractive writer
    gave if the row's document spaces it so; only `cells` can be relied on."""
    cells: tuple[str, ...] = ()
    attribution: str = ""
    labels: tuple[str, ...] = ()
    """The labels of its footnote marks, in order, each once; empty for an uncited statement."""
    quoted: bool = False
    """Whether it stands as somebody's words: between quotation marks with who said it, or in a
    block quotation. The quotation marks are not part of `text`."""
    is_linked: bool = False
    """Whether some of it is a link or a picture: nothing of a claim is."""
    line: int = Field(ge=1)
    """The line of the file on which it begins, from 1."""

    @property
    def is_cited(self) -> bool:
        """Whether any footnote mark stands behind it."""
        return bool(self.labels)


class ReadBlock(Value):
    """A block of the report. A heading that is not of the outline is its own uncited claim."""

    form: BlockForm
    text: str = ""
    """For a heading: its words. For other forms: the lead-in of the outline that stands before."""
    header: tuple[str, ...] = ()
    header_line: int = Field(default=1, ge=1)
    claims: tuple[ReadClaim, ...] = ()


class ReadSection(Value):
    """What stands under one `##` heading."""

    id: str
    """As the outline has it; empty for a heading of the user's own."""
    title: str
    blocks: tuple[ReadBlock, ...] = ()

    @property
    def claims(self) -> tuple[ReadClaim, ...]:
        """All claims of the section, in reading order."""
        return tuple(claim for block in self.blocks for claim in block.claims)


class ReadFootnote(Value):
    """A footnote's definition; what the user rewrote beyond recognition is empty."""

    label: str
    reference_key: str
    """The label without the digest at its end; empty if it has none."""
    title: str
    link: str
    origin: str
    """The link to the original work, for a brief."""
    where: str
    date: str
    read_on: str
    quote: str
    """With white space as single spaces."""
    line: int = Field(ge=1)


class ReadReport(Value):
    """A report as it stands in its file."""

    sections: tuple[ReadSection, ...]
    footnotes: tuple[ReadFootnote, ...]
    """In the order of the file; a label that is defined twice is there twice."""
    entries: tuple[int, ...] = ()
    """The lines that look like those of the list of references."""
    loose: tuple[ReadBlock, ...] = ()
    """What stands before the first section, title and subtitle not counted."""

    def claims(self) -> Iterator[ReadClaim]:
        """Yield every claim and uncited statement, in reading order."""
        for block in self.loose:
            yield from block.claims
        for section in self.sections:
            yield from section.claims
