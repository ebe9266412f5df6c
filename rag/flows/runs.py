"""What the runs of the program asked of models, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import RecordedCall

if TYPE_CHECKING:
    from rag.flows.tools import Tools


class PricedCall(RecordedCall):
    """A call with what it cost."""

    cost: float | None
    """In the currency of `[prices]`; None where the configuration has no price for it,
    or the service did not say how many tokens there were."""


def runs(tools: Tools, last: int) -> list[PricedCall]:
    """Return the calls of the last runs that made any, oldest first.

    Args:
        tools: the wired adapters.
        last: of how many runs, at least 1.
    """
    prices = tools.config.settings.prices
    found = []
    for call in tools.store.calls(last):
        price = prices.get(call.model.removeprefix("bedrock/"))
        cost = price.of(call.tokens) if price else None
        found.append(PricedCall(**dict(call), cost=cost))
    return found
