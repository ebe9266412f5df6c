"""What programs that are built on LlamaIndex import; needs the extra `rag[llama-index]`.

`RagRetriever` finds passages as `rag ask` does. `RagEmbedding` lets LlamaIndex search the store by
its own means: `store/chroma` is in the form that its Chroma class reads.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rag.adapters.llama_index.embedding import RagEmbedding
from rag.adapters.llama_index.retriever import PassageRetriever
from rag.errors import UsageError
from rag.flows.ask import retrieve
from rag.flows.project import Project
from rag.wiring import Wired

if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType

__all__ = ["RagEmbedding", "RagRetriever"]


class RagRetriever(PassageRetriever):
    """LlamaIndex retriever over a project: its passages in the order in which `rag ask` has them.

    Words and meaning are searched and the reranker orders what is best, as the project's
    configuration says. Each node is a chunk: its text is `document[start:end]`; its metadata has
    `key` and `locator` of its reference, `title`, `heading`, `where`, `link`, `document_id`,
    `start` and `end`, and `date`, `page` and `seconds` where they are known. Scores are
    comparable within one search.

        engine = RetrieverQueryEngine.from_args(RagRetriever("my-report"), llm=llm)

    It may be asked from several threads; one at a time searches. A `with` block closes the store.

    Args:
        project: the folder with references.md.
        k: how many passages, at least 1; the config's `retrieve.evidence` if None.
        reference: the key of the only reference to search.

    Raises:
        UsageError: there is no checklist in the folder, or `k` is not positive.
        ConfigError: the project's configuration is wrong.
    """

    def __init__(
        self, project: str | PathLike[str], *, k: int | None = None, reference: str | None = None
    ) -> None:
        if k is not None and k < 1:
            raise UsageError(f"k = {k} is no number of passages", advice="give 1 or more")
        found = Project(root=Path(project).resolve())
        found.read_checklist()  # a folder without one gets no store
        self._tools = Wired(found)
        references = () if reference is None else (reference,)
        super().__init__(partial(retrieve, found, self._tools, k=k, references=references))

    def close(self) -> None:
        """Close the store; the retriever can be asked no more."""
        self._tools.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
