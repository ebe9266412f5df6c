"""What flows work with: the ports and the store, each made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.adapters.store import Store
    from rag.ports import Embedder, Fetcher, Index, PairScorer, Service, Writer
    from rag.settings import Config


class Tools(Protocol):
    """The wired adapters of one project; a property costs nothing until it is read."""

    @property
    def config(self) -> Config:
        """The project's configuration."""
        ...

    @property
    def store(self) -> Store:
        """The truth."""
        ...

    @property
    def index(self) -> Index:
        """Search over the chunks."""
        ...

    @property
    def embedder(self) -> Embedder:
        """Texts to vectors."""
        ...

    @property
    def embedder_fingerprint(self) -> str:
        """The embedder's fingerprint, without loading it."""
        ...

    @property
    def reranker(self) -> PairScorer | None:
        """Scores question and passage; None when the config turns it off."""
        ...

    @property
    def support(self) -> PairScorer | None:
        """Scores claim and passage, 0 to 1; None when the config turns it off."""
        ...

    @property
    def fetchers(self) -> Mapping[str, Fetcher]:
        """Fetchers by scheme."""
        ...

    @property
    def writer(self) -> Writer:
        """Proposes drafts."""
        ...

    @property
    def services(self) -> Sequence[Service]:
        """The services that configured models live on; none for embedded ones."""
        ...

    @property
    def remote(self) -> Mapping[str, str]:
        """Which of `embedder`, `reranker`, `support` ask a service; each with what a look takes."""
        ...
