"""The seams of the house: what a flow asks of the world.

Each port has one documented fake in `tests/fakes.py` and one suite in `tests/contracts/` that the
fake and every adapter pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from rag.types import (
        Block,
        Capped,
        Check,
        Chunk,
        Draft,
        Fetched,
        Forecast,
        Hit,
        NotModified,
        ProposedClaim,
        QuestionTask,
        Rejected,
        SectionTask,
        Skipped,
        Source,
    )

    Vector = NDArray[np.float32]


class Fetcher(Protocol):
    """Reads the bytes behind locators of one kind (http, file, s3)."""

    def fetch(
        self, subject: str, location: str, previous: Source | None = None
    ) -> Fetched | NotModified | Skipped:
        """Return the bytes at `location`.

        Args:
            subject: the reference key, named in a `Skipped`.
            location: an absolute URL or path.
            previous: what was read last time; given, the fetcher may answer `NotModified`.

        Returns:
            The source with its bytes; `NotModified`; or `Skipped` for everything that can go
            wrong out there: absent, refused, too large, empty, too slow.
        """
        ...


class Embedder(Protocol):
    """Turns texts into vectors; documents and queries are told apart."""

    @property
    def fingerprint(self) -> str:
        """Name and checksum of the model: vectors of two fingerprints must never be mixed."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Longest text in tokens, special tokens not counted; what is over is not seen."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the offsets of the model's own tokens in `text`, in order."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """Yield `(position in texts, unit vector)` as each is done, in any order, each once.

        A vector depends on its own text alone, not on the texts beside it.
        """
        ...

    def embed_query(self, text: str) -> Vector:
        """Return the unit vector of a question."""
        ...


class Index(Protocol):
    """Dense and lexical search over chunks; derived, can be rebuilt from the store."""

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[Vector]) -> None:
        """Add chunks with their vectors; adding a chunk twice leaves one."""
        ...

    def settle(self) -> None:
        """Write what `add` held back: until then, other programs may not see it."""
        ...

    def remove(self, document_ids: Iterable[str]) -> None:
        """Remove all chunks of the documents; unknown ids are fine."""
        ...

    def count(self) -> int:
        """Return how many chunks are indexed."""
        ...

    def search_dense(
        self, vector: Vector, k: int, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """Return the `k` nearest chunks, best first; scores are cosines in [-1, 1]."""
        ...

    def search_lexical(
        self, query: str, k: int, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """Return up to `k` chunks that share words with the query, best first (BM25, > 0)."""
        ...


class PairScorer(Protocol):
    """Scores how well a passage answers a query (rerank), or bears a claim (support)."""

    @property
    def name(self) -> str:
        """Name and checksum of the model, for caches and records."""
        ...

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return a score for each (query, passage), in order; greater is better."""
        ...


class Writer(Protocol):
    """Proposes drafts; what it proposes is checked before anyone reads it."""

    @property
    def name(self) -> str:
        """Name of the writer, for the record."""
        ...

    def write_section(self, task: SectionTask) -> Draft | Skipped:
        """Return a draft of the section; `Skipped` if the writer could not produce one.

        `Capped` if it was not asked because a cap of the run is reached.
        """
        ...

    def forecast(self, task: SectionTask) -> Sequence[Forecast]:
        """Return what each draft of a section would take, pass by pass; none if it asks nobody.

        Nothing is drafted, and nothing is sent that costs. Those that may turn out to be needed
        come last, marked as such.
        """
        ...

    @property
    def outranks(self) -> bool:
        """Whether its order of claims is exact, so that it may say what a full topic loses."""
        ...

    def at_once(self, drafts: int) -> int:
        """Return how many questions it takes at the same time, at least 1.

        If more than 1, `write_section` and `revise` are called from several threads.

        Args:
            drafts: how many may be asked for now at most: a section may take several passes.
        """
        ...

    def revise(
        self, task: SectionTask | QuestionTask, rejected: Sequence[Rejected]
    ) -> Sequence[ProposedClaim | None] | Capped:
        """Return, for each claim of a draft that fell, one in its place; None to let it fall.

        `Capped` if the writer was not asked because a cap of the run is reached: they fall for now.

        Args:
            task: what the draft was made for.
            rejected: the claims, each with the verdict it fell by. Asked once; what falls again
                stays out.
        """
        ...

    def answer(
        self, task: QuestionTask, propose: Callable[[Block], None] | None = None
    ) -> Draft | Skipped:
        """Return a draft that answers the question; no blocks if the evidence does not.

        Args:
            task: the question, what was asked before it, and the evidence.
            propose: told each block as soon as the writer has it, in order, and none twice. The
                draft has them too, unless the writer began anew or came to no good end. It need
                not be told anything: what counts is the draft.
        """
        ...


class Service(Protocol):
    """A service out there that a configured model lives on: can it be used?"""

    @property
    def cost(self) -> str:
        """What looking at it asks for, to be said before: `1 call of about 600 tokens to …`."""
        ...

    def checks(self, *, call: bool) -> Iterator[Check]:
        """Yield what is found: credentials, region, access to the model.

        Args:
            call: whether the network may be used, and the model asked; else that is skipped.
        """
        ...
