"""The values that travel the road from the checklist to the report.

All are frozen and refuse unknown fields; ids are derived from content, so that a second run over
the same input makes the same values. Offsets are code points, half open: `text[start:end]`.
"""

from __future__ import annotations

import hashlib
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Value(BaseModel):
    """Base of all values: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def digest(*fields: object) -> str:
    """Return the sha256 (hex) of fields, each delimited so that no two lists collide."""
    state = hashlib.sha256()
    for field in fields:
        data = str(field).encode("utf-8", "surrogatepass")
        state.update(b"%d:" % len(data) + data)
    return state.hexdigest()


class Span(Value):
    """A half-open range of code points of a text."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)

    def of(self, text: str) -> str:
        """Return the part of `text` that the span covers."""
        return text[self.start : self.end]


# --- the outline ------------------------------------------------------------------------------


class TopicSpec(Value):
    """A sub-heading of a section: what it must answer, and in which forms."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    heading: str = Field(min_length=1)
    form: Literal["claims", "rules", "matches"] = "claims"
    """`claims`: prose, tables and quotations. `rules`: when to use what. `matches`: a table of
    elements and services with figure and reason, made of the other sections' claims."""
    questions: tuple[str, ...] = Field(min_length=1)
    """What the topic must answer: they choose the passages."""
    terms: tuple[str, ...] = Field(min_length=1)
    """Words of which a sentence must have one to be about the topic: they choose the claims."""
    lead_in: str = ""
    words: int = Field(default=0, ge=0)
    """How long the topic may become, tables and quotations not counted."""
    rows: int = Field(default=12, ge=0)
    """How many rows its tables may have."""
    quotations: int = Field(default=0, ge=0)
    tables: tuple[tuple[str, ...], ...] = ()
    """Headers of tables whose rows belong here, wherever a reference has them."""


class SectionSpec(Value):
    """A section of the outline."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    form: Literal["topics", "summary"] = "topics"
    """`topics`: sub-headings with claims. `summary`: the strongest claims of the other sections."""
    lead_in: str = ""
    topics: tuple[TopicSpec, ...] = ()
    claims: int = Field(default=2, ge=1)
    """For a summary: how many claims of each other section it repeats."""

    @property
    def is_derived(self) -> bool:
        """Whether the section is made, in whole or in part, of claims of other sections."""
        return self.form == "summary" or any(topic.form == "matches" for topic in self.topics)


class Outline(Value):
    """`config/report.toml`: the report's sections in order."""

    title: str = Field(min_length=1)
    subtitle: str = ""
    sections: tuple[SectionSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [section.id for section in self.sections]
        ids += [topic.id for section in self.sections for topic in section.topics]
        for name in ids:
            if ids.count(name) > 1:
                msg = f"the id {name!r} is given twice"
                raise ValueError(msg)
        return self


class Term(Value):
    """A name of the field with the other ways to write it."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()


class Taxonomy(Value):
    """`config/taxonomy.toml`: the names of the field."""

    elements: tuple[Term, ...]
    """What is built or needed: mixture-of-experts, fine-tuning, …"""
    services: tuple[Term, ...]
    """What it is matched to: services and instances."""
    models: tuple[Term, ...] = ()
    """Model families: elements that are proper names."""


# --- the checklist ---------------------------------------------------------------------------


class Reference(Value):
    """One entry of the checklist."""

    key: str
    """Stable, readable name, made from the locator."""
    title: str
    """The link's text, or the words of the entry where the locator is bare."""
    locator: str
    """As written: a URL, or a path."""
    origin: str = ""
    """The second link of the entry: where the original stands, when the locator is a brief."""
    instruction: str = ""
    """The user's own words around the links: what to read the reference for."""
    checked: bool
    line: int = Field(ge=1)
    """Line number in the checklist, from 1."""


class Skipped(Value):
    """Something expected that could not be done; it travels the same road as what could."""

    subject: str
    """What was skipped: a reference key, a line of the checklist."""
    stage: Literal["checklist", "fetch", "parse", "chunk", "draft"]
    reason: str
    """One line: what happened and what to do."""


# --- sources and documents -------------------------------------------------------------------


class Source(Value):
    """The bytes fetched for a reference, kept by checksum."""

    sha256: str
    size: int
    """In bytes."""
    media_type: str
    """As announced by whoever served the bytes; empty if nobody said."""
    charset: str = ""
    """As announced; empty if nobody said."""
    location: str
    """The URL that answered in the end, or the path that was read."""
    read_on: str = ""
    """ISO date of reading, for URLs only: no clock enters what is read from files."""
    etag: str = ""
    last_modified: str = ""


class Fetched(Value):
    """A source with its bytes."""

    source: Source
    content: bytes


class NotModified(Value):
    """The source is what it was when it was last fetched."""


PartKind = Literal["heading", "paragraph", "item", "row", "code", "quote", "speech"]


class Part(Value):
    """A block of a document and where it came from. Parts are in order and do not overlap.

    What lies between two parts is white space or the punctuation of Markdown (`## `, `- `, `> `,
    code fences, a table's rule).
    """

    kind: PartKind
    start: int
    end: int
    headings: tuple[str, ...] = ()
    """The heading path above the part, outermost first; a heading's own text is its last item."""
    page: int | None = None
    """Page number from 1, for paged media."""
    seconds: int | None = None
    """Where the part begins in a recording, for captions with time stamps."""
    speaker: str = ""
    """Who says it, where the source marks it."""
    header: Span | None = None
    """For a table row: the span of the table's header row."""

    @property
    def span(self) -> Span:
        """The part's place in its document."""
        return Span(start=self.start, end=self.end)


class Document(Value):
    """The normalised text of one source.

    The text is Markdown: headings, lists, tables, code and quotations keep their marks; links are
    their texts, images are gone, emphasis is plain.
    """

    id: str
    """Digest of the text, the title and the parser's version."""
    source_sha256: str
    title: str
    text: str
    parts: tuple[Part, ...]
    date: str = ""
    """ISO date that the document states of itself (front matter, session date)."""
    author: str = ""
    origin: str = ""
    """Where the original stands, as the document states it."""
    brief_of: str = ""
    """The title of the work that the document sums up, if it is a brief."""
    speech: bool = False
    """Whether it is a transcript of speech."""


class Chunk(Value):
    """A span of a document: the unit of indexing. `text == document.text[start:end]`."""

    id: str
    document_id: str
    start: int
    end: int
    text: str
    context: str = ""
    """Title and heading path, embedded before the text; never part of a quotation."""
    headings: tuple[str, ...] = ()
    page: int | None = None
    seconds: int | None = None
    locator: str = ""
    """The locator of the reference that brought the document, for whoever reads the index alone."""

    @property
    def passage(self) -> str:
        """What is embedded, searched and scored: the context, then the text."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class Hit(Value):
    """A chunk with a first-stage score (greater is better; comparable within one search)."""

    chunk: Chunk
    score: float


class Evidence(Value):
    """A chunk chosen and keyed for one section or question."""

    key: str
    """E1, E2 …, in order of choice."""
    chunk: Chunk
    document: Document
    reference: Reference
    score: float = 0.0


# --- drafts and checked claims ---------------------------------------------------------------

BlockForm = Literal["heading", "finding", "paragraph", "bullets", "table", "quotation"]


class ProposedCitation(Value):
    """A writer's word that a passage supports its claim: unchecked."""

    evidence: str
    """The evidence key."""
    quote: str
    """Verbatim words of that evidence."""


class ProposedClaim(Value):
    """One checkable statement of a draft."""

    text: str
    cells: tuple[str, ...] = ()
    """For a table row: its cells, as many as the block's header has."""
    attribution: str = ""
    """For a quotation: who said it, or the title it stands in."""
    citations: tuple[ProposedCitation, ...]


class Block(Value):
    """A piece of a draft: a heading from the outline, or claims in one form."""

    form: BlockForm
    text: str = ""
    """For a heading: its words, from the outline. For other forms: a lead-in from the outline."""
    header: tuple[str, ...] = ()
    claims: tuple[ProposedClaim, ...] = ()


class Draft(Value):
    """What a writer proposes for a section or a question: unchecked."""

    blocks: tuple[Block, ...]


class Citation(Value):
    """A claim's ground: a span of a document and the verbatim quote there."""

    label: str
    """The footnote's permanent label, made from reference and passage."""
    reference_key: str
    document_id: str
    start: int
    end: int
    quote: str


Verdict = Literal[
    "supported",
    "uncited",
    "evidence_unknown",
    "quote_absent",
    "number_absent",
    "name_absent",
    "calculation_wrong",
    "misattributed",
    "not_entailed",
]


class Claim(Value):
    """A statement whose citations hold."""

    id: str
    text: str
    cells: tuple[str, ...] = ()
    attribution: str = ""
    citations: tuple[Citation, ...]


class Rejected(Value):
    """A proposed claim that fell, with the verdict it fell by."""

    claim: ProposedClaim
    verdict: Verdict
    reason: str


class CheckedBlock(Value):
    """A block in which every claim holds."""

    form: BlockForm
    text: str = ""
    header: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


class Section(Value):
    """A heading of the report with its body."""

    id: str
    title: str
    blocks: tuple[CheckedBlock, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims of the section, in reading order."""
        return tuple(claim for block in self.blocks for claim in block.claims)


class SectionTask(Value):
    """What a writer gets to write a section from."""

    spec: SectionSpec
    evidence: tuple[Evidence, ...]
    others: tuple[Section, ...] = ()
    """The other sections as they stand, for sections that are made of their claims."""


class QuestionTask(Value):
    """What a writer gets to answer a question from."""

    question: str
    evidence: tuple[Evidence, ...]
    """In order of relevance, best first."""
