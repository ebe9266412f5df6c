"""What a bundle holds, what it is made of, and what may be wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from pydantic import ConfigDict, Field, ValidationError, field_validator

from rag.stages.bundle.past import PackedHistory
from rag.types import Outline, Value

if TYPE_CHECKING:
    from rag.types import Claim

VERSION: Final = 2
"""The form of the JSON. Only this one is read: whoever has the store makes a bundle anew at once.
Version 1 had its history as lines."""


class _Strict(Value):
    """Base of what is read from a bundle: no value is turned into one of another type."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class Support(_Strict):
    """How well the passages support a claim, as it was scored."""

    score: float = Field(ge=0, le=1)
    scorer: str
    """Name and checksum of the model that scored; or why none had to."""


class Passage(_Strict):
    """The paragraphs of a document in which a quote stands."""

    start: int = Field(ge=0)
    """Where the text begins in the document, in code points."""
    text: str


class BundledReference(_Strict):
    """A reference that the report cites, in the state of one document."""

    key: str
    title: str
    locator: str
    source_sha256: str
    document_id: str
    date: str


class BundledCitation(_Strict):
    """A citation with the passage around its quote."""

    label: str
    reference_key: str
    document_id: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str
    passage: Passage
    around: str
    """What says of what the passage speaks: title, headings, header, speaker."""
    speakers: tuple[str, ...]
    """To whom its words may be ascribed."""


class BundledClaim(_Strict):
    """A claim where it stands; one that stands in two sections is there twice."""

    id: str
    section: str
    """The id of the section."""
    text: str
    cells: tuple[str, ...]
    attribution: str
    calculation: str
    form: str
    """The form of the block it stands in."""
    citations: tuple[BundledCitation, ...]
    support: Support


class Bundle(_Strict):
    """All that proves a report."""

    version: Literal[2]
    report: str
    report_sha256: str
    outline: str
    """As JSON: it tells the report's own words from its claims."""
    names: tuple[tuple[str, ...], ...]
    """Names of the field with their aliases."""
    min_support: float = Field(ge=0, le=1)
    min_support_named: float = Field(ge=0, le=1)
    """The same for a claim with a name that its passages lack."""
    references: tuple[BundledReference, ...]
    claims: tuple[BundledClaim, ...]
    """In the order of the report."""
    history: PackedHistory
    """All editions that led to the report; none, if they are not known."""
    seal: str

    @field_validator("outline")
    @classmethod
    def _spells_an_outline(cls, outline: str) -> str:
        try:
            Outline.model_validate_json(outline)
        except ValidationError as error:
            raise ValueError("is no outline") from error
        return outline


class Proof(NamedTuple):
    """A claim of the report with what it was held to."""

    section: str
    """The id of the section."""
    form: str
    """The form of the block."""
    claim: Claim
    around: tuple[tuple[str, tuple[str, ...]], ...]
    """For each citation: what says of what it speaks, and to whom it may be ascribed."""
    support: Support


class BundleRules(NamedTuple):
    """What the claims of a report were held to."""

    outline: Outline
    names: tuple[tuple[str, ...], ...]
    min_support: float
    min_support_named: float


class Said(NamedTuple):
    """A cited statement as it was read in the report."""

    section: str
    form: str
    """The form of the block it stands in."""
    text: str
    """Not compared for a table row: the row is its cells."""
    cells: tuple[str, ...]
    attribution: str
    calculation: str
    labels: tuple[str, ...]


class Problem(NamedTuple):
    """Something in a bundle that does not hold."""

    check: Literal["seal", "report", "reference", "claim", "quote", "label", "support", "history"]
    subject: str
    """A claim's id, a footnote's label or an edition's number; empty for the whole bundle."""
    reason: str
