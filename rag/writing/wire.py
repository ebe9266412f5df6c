"""The form in which a model writes: smaller than a `Draft`, so that less can go wrong in it.

Prior claims are named by ids, topics by the outline's ids; headings and lead-ins are ours to set.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rag.text.printable import seen
from rag.types import Value

_KEPT = {"type", "properties", "required", "items", "enum", "description", "additionalProperties"}
"""What every structured output understands; lengths and counts are checked by us alone."""


_Words = Annotated[str, BeforeValidator(lambda said: seen(said) if isinstance(said, str) else said)]
"""The model's own words, as a page and a terminal will show them. What it quotes is left as it
came: it is held against its passage."""


class WireCitation(Value):
    """A passage that a claim stands on."""

    evidence: str = Field(description="Key of the evidence, such as E1.")
    quote: str = Field(description="Words copied from that evidence exactly.")


class WireReplaces(Value):
    """A prior claim whose place another one takes."""

    claim: str = Field(description="Id of the claim that leaves, such as C1.")
    how: Literal["merged", "superseded"]
    reason: _Words = Field(min_length=1, description="Why, in a few words.")


class WireWords(Value):
    """A claim in the model's words."""

    text: _Words = Field(default="", description="The claim; for a row of a table, empty.")
    cells: tuple[_Words, ...] = Field(
        default=(), description="For a row: one text for each column."
    )
    said_by: _Words = Field(default="", description="For a quotation: the speaker or the title.")
    calculation: _Words = Field(default="", description="How a figure was computed, if one was.")
    citations: tuple[WireCitation, ...] = ()


class WireItem(WireWords):
    """A claim of a section: one that there is, by its id, or a new one."""

    keep: str = Field(default="", description="Id of a claim to keep as it stands; then no text.")
    replaces: tuple[WireReplaces, ...] = ()

    @model_validator(mode="after")
    def _kept_or_new(self) -> Self:
        if self.keep and (self.text or self.citations or self.said_by or self.calculation):
            msg = "a claim that is kept has an id and no words or citations"
            raise ValueError(msg)
        if not (self.keep or self.text.strip() or any(cell.strip() for cell in self.cells)):
            msg = "a claim has words, or the id of a claim to keep"
            raise ValueError(msg)
        return self


class WireBlock(Value):
    """Claims in one form."""

    form: Literal["paragraph", "bullets", "table", "rules", "quotation", "heading"]
    header: tuple[_Words, ...] = Field(default=(), description="For a table: the names of columns.")
    items: tuple[WireItem, ...] = Field(min_length=1)


class WireTopic(Value):
    """What a topic of the outline says."""

    topic: str = Field(description="The topic's id in the outline.")
    blocks: tuple[WireBlock, ...]


class WireSection(Value):
    """A section of the report."""

    finding: tuple[WireItem, ...] = Field(
        default=(), max_length=1, description="At most one claim: what the section finds."
    )
    topics: tuple[WireTopic, ...]


class WireSummary(Value):
    """The claims of other sections that a summary repeats."""

    claims: tuple[str, ...] = Field(description="Ids of claims, the most important first.")


class WireAnswer(Value):
    """An answer to a question."""

    claims: tuple[WireWords, ...] = Field(description="None if the evidence does not answer.")


class WireFix(WireWords):
    """A claim in place of one that fell."""

    number: int = Field(description="Number of the claim that fell.")


class WireRevision(Value):
    """Claims in place of those that fell; those that nothing bears are left out."""

    claims: tuple[WireFix, ...]


def schema_of(kind: type[Value]) -> str:
    """Return a value's JSON schema in the plainest form: nothing referred to, nothing optional.

    Models differ in what they understand of JSON schema; all understand types, properties,
    required, items, enum and additionalProperties.
    """
    whole = kind.model_json_schema()
    return json.dumps(_plain(whole, whole.get("$defs", {})), ensure_ascii=False)


def _plain(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _plain(known[schema["$ref"].rsplit("/", 1)[1]], known)
    plain = {name: value for name, value in schema.items() if name in _KEPT}
    if "properties" in plain:
        fields = plain["properties"].items()
        plain["properties"] = {name: _plain(value, known) for name, value in fields}
    if "items" in plain:
        plain["items"] = _plain(plain["items"], known)
    return plain
