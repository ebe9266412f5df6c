"""Calls of a vendor's class: errors of its own are understood, what may pass is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from rag.adapters.llama_index.errors import Explained, explained
from rag.types import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from rag.settings import LlamaIndexSettings
    from rag.writing import Budget

T = TypeVar("T")
RETRIES = "max_retries"
"""The argument by which classes try again themselves."""


class VendorError(Exception):
    """A call failed; `told` is what the user reads if it is not tried again."""

    def __init__(self, told: Explained) -> None:
        super().__init__(str(told.error))
        self.told = told


class Caller:
    """Calls a vendor's class. Two never try again at once: it does where the user told it to.

    Args:
        name: the model's name.
        settings: how often to try, and how long to wait.
        arguments: the class's arguments, as configured.
        secrets: words that must not be shown.
        limit: the key that keeps a text short enough for the model.
    """

    def __init__(
        self,
        name: str,
        settings: LlamaIndexSettings,
        arguments: Mapping[str, Any],
        secrets: tuple[str, ...],
        *,
        limit: str,
    ) -> None:
        self._name = name
        self._settings = settings
        self._attempts = 1 if RETRIES in arguments else settings.attempts
        self._secrets = secrets
        self._limit = limit

    def retrying(self) -> Retrying:
        """Return what tries again while `VendorError` says that it may help."""
        return Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, VendorError) and e.told.passes),
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(self._settings.backoff_s, self._settings.max_backoff_s),
            reraise=True,
        )

    def understood(self, error: Exception) -> VendorError:
        """Return what a vendor's class raised, to be raised in its place."""
        return VendorError(explained(error, self._name, self._secrets, limit=self._limit))

    def once(self, call: Callable[[], T]) -> T:
        """Call; whatever is raised is the vendor's."""
        try:
            return call()
        except Exception as error:
            raise self.understood(error) from error


class Attempts(Generic[T]):
    """The attempts of one call: each holds the most that it can take, before it is sent.

    Args:
        budget: what all calls of the run may take.
        most: what one attempt can take at most.
        told: the tokens that came with what came; None if the vendor does not say.
    """

    def __init__(self, budget: Budget, most: Tokens, told: Callable[[T], Tokens | None]) -> None:
        self.sent = 0
        self._budget = budget
        self._most = most
        self._told = told

    def __call__(self, ask: Callable[[], T]) -> T:
        """Ask once.

        Raises:
            CapError: it could pass a cap; it was not sent.
            VendorError: the vendor's class raised.
        """
        held = self._budget.hold(self._most)
        self.sent += 1
        tokens: Tokens | None = None
        try:
            found = ask()
            tokens = self._told(found)
        except VendorError as error:
            tokens = Tokens() if error.told.is_unread else None
            raise
        finally:
            held.settle(tokens)
        return found
