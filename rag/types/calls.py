"""Calls of a model: what each was for, what it took, how it ended."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from rag.types.base import Value


class Caps(Value):
    """What all calls of a run may take together; None: as much as they need."""

    cost: Decimal | None = Field(default=None, gt=0, allow_inf_nan=False)
    """In the currency of `[prices]`."""
    tokens: int | None = Field(default=None, gt=0)
    """Of all kinds."""


class Tokens(Value):
    """Tokens of a call, by kind, as the service counts them; no token is in two kinds."""

    input: int = 0
    """Read anew."""
    output: int = 0
    cache_read: int = 0
    """Read from the prompt cache."""
    cache_write: int = 0
    """Read anew and put into the prompt cache."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.input + self.output + self.cache_read + self.cache_write


class Forecast(Value):
    """What one call would take, said before it is made."""

    model: str
    purpose: str
    """As `Call.purpose`."""
    input: int
    """Tokens of the prompt."""
    is_counted: bool
    """Whether the service counted them; else they are estimated."""
    uncounted: str = ""
    """Why the service did not, where it was asked to; one line."""
    input_limit: int
    """Tokens that a prompt may have."""
    output_limit: int
    """Tokens of the longest reply."""
    is_extra: bool = False
    """Whether it is made only if claims of the drafts before leave evidence less room."""


class Witness(Value):
    """A passage that the service itself says words of the reply stand on."""

    evidence: str
    """The key of the evidence; empty if it is none that was sent."""
    start: int
    end: int
    """Which of the passage's lines as they were sent, from 0 (its mark), half open."""
    quote: str
    """The cited words, as the service has them."""
    agrees: bool
    """Whether the reply cites that evidence with words of these lines, too."""


class Call(Value):
    """One question to a model with all its attempts; kept whether or not a reply came."""

    model: str
    purpose: str
    """What was asked for: `section memory`, `revision of memory`, `answer`."""
    prompt: str
    """Checksum of the whole prompt."""
    tokens: Tokens | None = None
    """Of the attempt that ended; None if the service did not say: what broken attempts cost, it
    never says."""
    seconds: float
    """From the first request to the last byte, waits included."""
    retries: int
    """Attempts after the first, the client library's own counted."""
    stop: str = ""
    """Why the model stopped, in the service's words; empty if no reply came to an end."""
    request_id: str = ""
    """The service's name for the last attempt, for its support."""
    is_kept: bool = False
    """Whether the reply is a kept one: nothing was sent, nothing paid."""
    error: str = ""
    """Why the reply could not be used, in one line; empty if it could."""
    passages: int = 0
    """How many pieces of evidence the prompt had."""
    left_out: int = 0
    """How many more there were that did not fit."""
    untold: int = 0
    """How many claims of other sections were to be chosen from and had no room."""
    witnesses: tuple[Witness, ...] = ()
    """What the service cites by itself, where the model can and is told to. It decides nothing."""


class RecordedCall(Call):
    """A call as the store keeps it."""

    run: int
    """The run of the program that made it, from 1."""
    at: str
    """ISO time of its end, UTC."""
