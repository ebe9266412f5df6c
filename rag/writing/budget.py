"""What a run may take of a model: hard caps in money and in tokens.

Each attempt holds the most that it could take before it is sent, and gives back what it did not
take when its counts are known. So what is spent and held together never passes a cap, unless a
service counts more for a call than its most.
"""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import CapError
from rag.types import Caps, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Price


class Amount(NamedTuple):
    """Tokens of all kinds, and what they cost; the cost is 0 where there is no price."""

    tokens: int = 0
    cost: Decimal = Decimal(0)

    def plus(self, other: Amount) -> Amount:
        """Return the sum."""
        return Amount(self.tokens + other.tokens, self.cost + other.cost)

    def minus(self, other: Amount) -> Amount:
        """Return the difference."""
        return Amount(self.tokens - other.tokens, self.cost - other.cost)


class Held:
    """The most that one attempt can take, held until it is settled; settling again does nothing."""

    def __init__(self, settle: Callable[[Tokens | None], None]) -> None:
        self._settle = settle
        self._is_open = True

    def settle(self, tokens: Tokens | None) -> None:
        """Count what the attempt took; None: nobody knows, so it took its most."""
        if self._is_open:
            self._is_open = False
            self._settle(tokens)


class _Account:
    """What a run has taken."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.spent = Amount()
        self.held = Amount()
        self.reached: Amount | None = None


class Budget:
    """Caps shared by all calls of a run, from any thread.

    Args:
        caps: what may be taken; without caps everything may.
        price: what the model's tokens cost; needed by a cap in money.
    """

    def __init__(self, caps: Caps | None = None, price: Price | None = None) -> None:
        self._caps = caps or Caps()
        self._price = price
        self._account = _Account()

    def priced(self, price: Price | None) -> Budget:
        """Return the same budget for a model of another price."""
        other = Budget(self._caps, price)
        other._account = self._account
        return other

    @property
    def spent(self) -> Amount:
        """What settled attempts took."""
        return self._account.spent

    @property
    def held(self) -> Amount:
        """The most that attempts under way can take."""
        return self._account.held

    def hold(self, most: Tokens) -> Held:
        """Hold the most that an attempt can take, before it is sent.

        Raises:
            CapError: it could pass a cap. After that no attempt is held any more: a run that has
                reached a cap is at its end, and what still happened to fit would be chance.
        """
        amount = self._most(most)
        account = self._account
        with account.lock:
            if account.reached is None and not self._fits(amount):
                account.reached = amount
            if account.reached is not None:
                raise CapError(self._told(account.reached), advice="raise it")
            account.held = account.held.plus(amount)
        return Held(lambda tokens: self._settle(amount, tokens))

    def has_room(self, most: Tokens, times: int) -> bool:
        """Whether so many attempts could take their most, whatever is under way."""
        amount = self._most(most)
        with self._account.lock:
            whole = Amount(amount.tokens * times, amount.cost * times)
            return self._account.reached is None and self._fits(whole)

    def _fits(self, amount: Amount) -> bool:
        after = self.spent.plus(self.held).plus(amount)
        cost, tokens = self._caps.cost, self._caps.tokens
        return (cost is None or after.cost <= cost) and (tokens is None or after.tokens <= tokens)

    def _settle(self, amount: Amount, tokens: Tokens | None) -> None:
        took = amount
        if tokens is not None:
            cost = self._price.exactly(tokens) if self._price else Decimal(0)
            took = Amount(tokens.total, amount.cost if cost is None else cost)
        account = self._account
        with account.lock:
            account.held = account.held.minus(amount)
            account.spent = account.spent.plus(took)

    def _most(self, most: Tokens) -> Amount:
        return Amount(most.total, self._price.at_most(most) if self._price else Decimal(0))

    def _told(self, need: Amount) -> str:
        """Return what the user reads: which cap, what is spent, what the next call could take."""
        spent, parts = self.spent, []
        if self._caps.cost is not None:
            parts.append(
                f"--max-cost {self._caps.cost:f}: {spent.cost:.4f} is spent, the next call could "
                f"cost {need.cost:.4f}"
            )
        if self._caps.tokens is not None:
            parts.append(
                f"--max-tokens {self._caps.tokens:,}: {spent.tokens:,} are spent, the next call "
                f"could take {need.tokens:,}"
            )
        return f"the cap is reached ({'; '.join(parts)})"
