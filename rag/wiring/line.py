"""What stands between a run and the models on services: caps, the record, recorded exchanges."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ConfigError, UsageError
from rag.settings import abilities_of
from rag.types import Caps
from rag.wiring.names import calls_bedrock, paid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.adapters.bedrock import Exchanges
    from rag.adapters.store import Replies, Store
    from rag.settings import Settings
    from rag.types import Call
    from rag.writing import Budget


class Wishes(NamedTuple):
    """What the user wants of a run's calls. See `rag.wiring.Wired`."""

    caps: Caps = Caps()
    record: Path | None = None
    replay: Path | None = None


class Line:
    """Through which all calls of a run go.

    Args:
        root: the project's folder.
        settings: of the project.
        wishes: of the user.
        store: gives the store, for the record of calls.

    Raises:
        ConfigError: a cap in money, and no price for a model.
        UsageError: there is nothing to record or to replay.
    """

    def __init__(
        self, root: Path, settings: Settings, wishes: Wishes, store: Callable[[], Store]
    ) -> None:
        self._root = root
        self._settings = settings
        self._wishes = wishes
        self._store = store
        if wishes.caps.cost is not None:
            for name in paid(settings):
                self._check_price(name)
        if wishes.record or wishes.replay:
            self._check_exchanges()

    def _check_price(self, model: str) -> None:
        """Refuse a cap in money where nobody can say what a call costs."""
        price = self._settings.prices.get(model)
        if price is None:
            raise ConfigError(
                f"--max-cost: there is no price of {model!r}",
                advice="add it to [prices] in config/rag.toml, or use --max-tokens",
            )
        known = price.cached_in is not None and price.cached_out is not None
        if not known and abilities_of(model, self._root).cache:
            raise ConfigError(
                f"--max-cost: {model!r} has a prompt cache, and no price for it",
                advice="add cached_in and cached_out to its line of [prices] in config/rag.toml",
            )

    def _check_exchanges(self) -> None:
        option = "--record" if self._wishes.record else "--replay"
        if self._wishes.record and self._wishes.replay:
            raise UsageError("--record and --replay exclude each other", advice="leave one out")
        if not calls_bedrock(self._settings):
            raise UsageError(
                f"{option} is for a model on Bedrock, and model = {self._settings.model!r}",
                advice=f"leave {option} out, or add --model bedrock/<model id>",
            )

    def budget(self, model: str) -> Budget:
        """Return what the calls of a model may take: the run's, at the model's price.

        Args:
            model: its name in `[prices]`.
        """
        return self._budget.priced(self._settings.prices.get(model))

    @cached_property
    def _budget(self) -> Budget:
        from rag.writing import Budget

        return Budget(self._wishes.caps)

    @cached_property
    def exchanges(self) -> Exchanges | None:
        """What stands between here and Bedrock, if anything does."""
        from rag.adapters.bedrock import Recording, Replay

        if self._wishes.record:
            return Recording(self._wishes.record)
        return Replay(self._wishes.replay) if self._wishes.replay else None

    @property
    def replies(self) -> Replies | None:
        """Replies that are kept, if they are: what is recorded or replayed is the wire itself."""
        if self._wishes.record or self._wishes.replay or not self._settings.bedrock.cache:
            return None
        return self._replies

    @cached_property
    def _replies(self) -> Replies:
        from rag.adapters.store import Replies

        folder = self._root / "store"
        folder.mkdir(parents=True, exist_ok=True)
        return Replies(folder / "replies.db")

    def save_call(self, call: Call) -> None:
        """Keep a call; only then a store is needed."""
        if not self._wishes.replay:  # it cost nothing
            self._store().save_call(call)

    def close(self) -> None:
        """Close what was opened."""
        if "_replies" in self.__dict__:
            self._replies.close()
