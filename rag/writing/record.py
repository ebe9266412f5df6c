"""A prompt and what came of it → the call for the record."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from rag.types import Call

if TYPE_CHECKING:
    from rag.types import Tokens
    from rag.writing.prompt import Prompt


class Said(Protocol):
    """What a model said, as far as the record keeps it."""

    @property
    def stop(self) -> str:
        """Why it stopped, in the vendor's word."""
        ...

    @property
    def tokens(self) -> Tokens | None:
        """What it took; None if the vendor did not say."""
        ...


def call_of(  # noqa: PLR0913 - all that the record keeps
    prompt: Prompt,
    model: str,
    said: Said | None,
    *,
    begun: float,
    ended: str,
    retries: int = 0,
) -> Call:
    """Return a call for the record.

    Args:
        prompt: what was asked.
        model: who was asked.
        said: what came, if it came to an end.
        begun: when, by the monotonic clock.
        ended: why it cannot be used, in one line; empty if it can.
        retries: attempts after the first.
    """
    return Call(
        model=model,
        purpose=prompt.purpose,
        prompt=prompt.checksum,
        tokens=said.tokens if said else None,
        seconds=round(time.monotonic() - begun, 3),
        retries=retries,
        stop=said.stop if said else "",
        error=ended,
        passages=prompt.passages,
        left_out=prompt.left_out,
        untold=prompt.untold,
    )
