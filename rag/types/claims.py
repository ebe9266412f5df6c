"""Drafts and what is left of them: proposals, verdicts, checked claims, sections."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rag.text.digests import digest
from rag.text.normal import normalise
from rag.types.base import Value
from rag.types.documents import Evidence
from rag.types.outline import SectionSpec

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
    calculation: str = ""
    """How a figure that stands in no passage was made of figures that do: `37B of 671B = 5.5 %`."""
    repeats: str = ""
    """The id of a claim of another section that this one repeats word for word."""


class Block(Value):
    """A piece of a draft: a heading from the outline, or claims in one form.

    A heading that is not the outline's own states something: it is a claim, the block's only one.
    """

    form: BlockForm
    text: str = ""
    """For a heading: its words, from the outline. For other forms: a lead-in from the outline."""
    header: tuple[str, ...] = ()
    claims: tuple[ProposedClaim, ...] = ()


class Settled(Value):
    """A writer's word on a prior claim that its draft leaves out: unchecked."""

    claim: str
    """The prior claim's id."""
    fate: Literal["merged", "superseded", "outranked"]
    """`merged`: another claim of the draft says all of it. `superseded`: another claim says what
    is true now. `outranked`: its topic is full, and what is in it is worth more."""
    by: str
    """The id of the claim that takes its place."""
    reason: str = Field(min_length=1)


class Draft(Value):
    """What a writer proposes for a section or a question: unchecked."""

    blocks: tuple[Block, ...]
    settled: tuple[Settled, ...] = ()
    """What becomes of prior claims that the blocks do not have."""
    stays: frozenset[str] = frozenset()
    """Ids of prior claims that stay as and where they are: the writer had no need to look at them,
    or keeps them and its blocks have no place for them."""
    unread: frozenset[str] = frozenset()
    """Keys of evidence that had no room beside what was read: the writer wants to be asked again,
    with what has become of this draft as the prior section."""
    told: frozenset[str] = frozenset()
    """Ids of the other sections' claims that the writer was shown, to choose from once. One that
    needs to be shown nothing names none."""
    untold: frozenset[str] = frozenset()
    """Ids of those that had no room: they are to be shown in another draft."""


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


def claim_id(text: str, cells: tuple[str, ...] = ()) -> str:
    """Return a claim's identity: its words alone, so that it outlives grounds that come and go."""
    return digest(normalise(text), *map(normalise, cells))[:16]


class Claim(Value):
    """A statement whose citations hold."""

    id: str
    text: str
    cells: tuple[str, ...] = ()
    attribution: str = ""
    citations: tuple[Citation, ...]
    calculation: str = ""
    repeats: str = ""
    """The id of the claim of another section that this one repeats; empty for one of its own."""

    @property
    def words(self) -> str:
        """What a reader sees of it: its text, with how a figure of it was calculated."""
        return f"{self.text} ({self.calculation})" if self.calculation else self.text

    @property
    def references(self) -> tuple[str, ...]:
        """Keys of the references that it stands on, each once."""
        return tuple(dict.fromkeys(item.reference_key for item in self.citations))


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
    passages: tuple[Evidence, ...] = ()
    """Where the claims of the other sections stand that `evidence` does not have: for repeating
    them. What is new draws on `evidence` alone, else it would depend on what others cite now."""
    prior: Section | None = None
    """The section as it stands: each of its claims is to be kept, or settled with a reason."""
    seen: frozenset[str] = frozenset()
    """Keys of evidence that earlier drafts of the section were made from; the rest is new."""
    told: frozenset[str] = frozenset()
    """Ids of the other sections' claims that earlier drafts were shown; the rest is new."""
    refused: frozenset[str] = frozenset()
    """Ids of claims that the user has deleted: they are never proposed again."""
    refused_words: tuple[str, ...] = ()
    """Their words: nor are a part of them, or more words with them."""


class Exchange(Value):
    """A question that was asked before, and what of its answer holds."""

    question: str
    words: str
    """The question with what it took from those before it."""
    claims: tuple[Claim, ...] = ()
    """None if the references did not answer."""


class QuestionTask(Value):
    """What a writer gets to answer a question from."""

    question: str
    words: str = ""
    """The question with the subject that it takes from those before it, for writers that cannot
    tell; empty if it stands alone."""
    before: tuple[Exchange, ...] = ()
    """What was asked before, oldest first: it says what the question means, and is no evidence."""
    evidence: tuple[Evidence, ...]
    """In order of relevance, best first."""
