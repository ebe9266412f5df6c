"""The outline and the taxonomy: what the report must answer, and the names of the field."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from rag.types.base import Value

MATCH_COLUMNS = ("Element", "Service", "Figure", "What the reference says")
"""The columns of a topic of the form `matches`."""
RULE_COLUMNS = ("When", "Use", "Because")
"""The columns of a rule: when to use what, and why. What a column is called states nothing."""


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
    spoken: int = Field(default=4, ge=0)
    """How many spoken sentences it may have besides."""
    tables: tuple[tuple[str, ...], ...] = ()
    """Headers of tables whose rows belong here, wherever a reference has them."""


class SectionSpec(Value):
    """A section of the outline."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    form: Literal["topics", "summary", "conflicts"] = "topics"
    """`topics`: sub-headings with claims. `summary`: the strongest claims of the other sections.
    `conflicts`: claims of the other sections that contradict each other."""
    lead_in: str = ""
    topics: tuple[TopicSpec, ...] = ()
    claims: int = Field(default=2, ge=1)
    """For a summary: how many claims of each other section it repeats."""

    @property
    def is_derived(self) -> bool:
        """Whether the section is made, in whole or in part, of claims of other sections."""
        return self.form != "topics" or any(topic.form == "matches" for topic in self.topics)


class Outline(Value):
    """`config/report.toml`: the report's sections in order."""

    title: str = Field(min_length=1)
    subtitle: str = ""
    columns: tuple[str, ...] = ()
    """Names that columns of tables may have, besides those of a table that is cited."""
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
