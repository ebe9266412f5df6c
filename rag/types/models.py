"""Models: what they can do, what they are told, what they cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from rag.types.base import Value

if TYPE_CHECKING:
    from rag.types.calls import Tokens


_MILLION = 1_000_000


class Price(Value):
    """What a million tokens of a model cost, by kind."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )

    input: float = Field(alias="in", ge=0)
    output: float = Field(alias="out", ge=0)
    cached_in: float | None = Field(default=None, ge=0)
    """Read from the prompt cache; None: nobody said."""
    cached_out: float | None = Field(default=None, ge=0)
    """Put into the prompt cache; None: nobody said."""

    def of(self, tokens: Tokens | None) -> float | None:
        """Return what tokens cost; None if one of their kinds has no price, or nobody knows them.

        What costs nothing does so however much there was of it.
        """
        if tokens is None:
            paid = self.input or self.output or self.cached_in or self.cached_out
            return None if paid else 0.0
        cost = self.exactly(tokens)
        return None if cost is None else float(cost)

    def exactly(self, tokens: Tokens) -> Decimal | None:
        """Return what tokens cost, without rounding; None if one of their kinds has no price."""
        cost = Decimal(0)
        for count, price in (
            (tokens.input, self.input),
            (tokens.output, self.output),
            (tokens.cache_read, self.cached_in),
            (tokens.cache_write, self.cached_out),
        ):
            if count and price is None:
                return None
            cost += count * _exact(price or 0)
        return cost / _MILLION

    def at_most(self, tokens: Tokens) -> Decimal:
        """Return the most that tokens can cost: input may go through the prompt cache."""
        dearest = max(self.input, self.cached_in or 0, self.cached_out or 0)
        read = tokens.input + tokens.cache_read + tokens.cache_write
        return (read * _exact(dearest) + tokens.output * _exact(self.output)) / _MILLION


def _exact(price: float) -> Decimal:
    """Return a price as it is written: 0.3 is three tenths."""
    return Decimal(str(price))


class Abilities(Value):
    """What a model can do; the defaults are what every model that converses can."""

    match: str = Field(min_length=1)
    """A pattern that the whole model id, inference profile or ARN matches; `*`: anything."""
    structure: Literal["tool", "schema", "json"] = "json"
    """How a reply gets its form: `tool`: a forced tool (`toolChoice.tool`); `schema`:
    `outputConfig.textFormat`; `json`: the prompt asks for JSON."""
    stream: bool = False
    """Whether it may be called by ConverseStream, with its structure."""
    system: bool = False
    """Whether it takes a system prompt."""
    cache: bool = False
    """Whether it takes `cachePoint`."""
    citations: bool = False
    """Whether passages are sent as search results with citations enabled: a second witness. Only
    with `json`, since the service cites in text, never in a tool's input or a schema's value."""
    count: bool = False
    """Whether CountTokens counts its prompts."""
    context_tokens: int = Field(default=8_000, ge=1000)
    """Prompt and reply together."""
    output_tokens: int = Field(default=2_000, ge=100)
    """The longest reply."""

    @model_validator(mode="after")
    def _cites_in_text(self) -> Self:
        if self.citations and self.structure != "json":
            msg = 'citations = true needs structure = "json": the service cites in text alone'
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _has_room_for_a_prompt(self) -> Self:
        if self.context_tokens <= self.output_tokens:
            msg = (
                f"context_tokens = {self.context_tokens} leaves no room for a prompt beside "
                f"output_tokens = {self.output_tokens}"
            )
            raise ValueError(msg)
        return self


class EmbeddingModel(Value):
    """What an embedding model takes and gives, of those that a service runs."""

    match: str = Field(min_length=1)
    """A pattern that the whole model id, inference profile or ARN matches; `*`: anything."""
    body: Literal["titan", "cohere-v3", "cohere-v4", "nova"]
    """What its requests and replies look like."""
    dimensions: tuple[int, ...] = Field(min_length=1)
    """Lengths of vectors that it can give, its own choice first."""
    max_tokens: int = Field(ge=100)
    """The longest text in its own tokens; a longer one is refused."""
    max_characters: int = Field(ge=500)
    """The longest text in characters."""


class Prompts(Value):
    """`config/prompts/`: what a model is told, each field a Markdown file of its name."""

    instruction: str
    """What it does and must never do, whatever is asked for."""
    style: str
    """How the report is written."""
    section: str
    summary: str
    question: str
    revision: str
    judge: str
    """How support is judged; all that a judge is told."""
    plain: str
    """How to reply, for models that only the prompt can ask for JSON; their schema follows."""
