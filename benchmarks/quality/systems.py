"""The three systems that answer the same questions over the same files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol

from benchmarks.quality.questions import Place
from rag.flows.ask import Answer, ask
from rag.flows.ingest import ingest
from rag.flows.project import Project
from rag.types import Skipped
from rag.wiring import Wired

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rag.types import Claim

DEPTH = 20
"""How many passages are asked for."""
_BM25_CHARACTERS = 1200


class System(Protocol):
    """Something that finds passages."""

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    @property
    def texts(self) -> Mapping[str, str]:
        """The text of each file as the system cuts it: places are offsets in it."""
        ...

    def find(self, question: str) -> list[Place]:
        """Return passages, best first."""
        ...


class Rag:
    """`rag` itself, with its defaults: `rag ingest`, then `rag ask`, in this process.

    Args:
        corpus: the files.
        folder: where its project is made.
    """

    name = "rag"

    def __init__(self, corpus: Path, folder: Path) -> None:
        files = sorted(corpus.iterdir())
        (folder / "corpus").mkdir(parents=True)
        for file in files:
            shutil.copyfile(file, folder / "corpus" / file.name)
        lines = [f"- [ ] [{file.name}](corpus/{file.name})" for file in files]
        (folder / "references.md").write_text("\n".join(lines) + "\n", "utf-8")
        self._project = Project(root=folder)
        self._tools = Wired(self._project)
        for event in ingest(self._project, self._tools):
            if isinstance(event, Skipped):
                raise SystemExit(f"{event.subject}: {event.reason}")
        known = self._tools.store.ingested()
        self.keys = {item.reference.title: key for key, item in known.items()}
        self._files = {key: file for file, key in self.keys.items()}
        self.texts = {
            self._files[key]: self._tools.store.document(item.document_id).text
            for key, item in known.items()
        }

    def ask(self, question: str, file: str | None = None, k: int | None = DEPTH) -> Answer:
        """Return the whole answer, of one file or of all; k=None: of as many passages as usual."""
        keys = [self.keys[file]] if file else []
        return ask(self._project, self._tools, question, k=k, references=keys)

    def places(self, answer: Answer) -> list[Place]:
        """Return the passages of an answer, best first, whether or not it is a refusal."""
        return [
            Place(self._files[item.reference], item.start, item.end) for item in answer.passages
        ]

    def cited(self, claim: Claim) -> list[Place]:
        """Return the passages that a claim of an answer cites."""
        return [
            Place(self._files[item.reference_key], item.start, item.end) for item in claim.citations
        ]

    def find(self, question: str) -> list[Place]:
        """See `System.find`."""
        return self.places(self.ask(question))


class Bm25:
    """bm25s with its defaults over runs of 1,200 characters.

    Args:
        corpus: the files.
    """

    name = "BM25"

    def __init__(self, corpus: Path) -> None:
        import bm25s  # noqa: PLC0415 - a peer, loaded here

        self._bm25s = bm25s
        self.texts = {file.name: file.read_text("utf-8") for file in sorted(corpus.iterdir())}
        self._places = [
            Place(name, start, min(start + _BM25_CHARACTERS, len(text)))
            for name, text in self.texts.items()
            for start in range(0, len(text), _BM25_CHARACTERS)
        ]
        passages = [self.texts[name][start:end] for name, start, end in self._places]
        self._index = bm25s.BM25()
        self._index.index(self._tokens(passages), show_progress=False)

    def _tokens(self, texts: list[str]) -> object:
        return self._bm25s.tokenize(texts, stopwords="en", show_progress=False)

    def find(self, question: str) -> list[Place]:
        """See `System.find`."""
        depth = min(DEPTH, len(self._places))
        rows, _ = self._index.retrieve(self._tokens([question]), k=depth, show_progress=False)
        return [self._places[int(at)] for at in rows[0]]


class LlamaIndex:
    """The stock pipeline of `benchmarks.stock`.

    Args:
        corpus: the files.
        folder: where its store is made.
    """

    name = "LlamaIndex"

    def __init__(self, corpus: Path, folder: Path) -> None:
        from benchmarks import stock  # noqa: PLC0415 - seconds of imports, where it is made

        files = sorted(corpus.iterdir())
        self.texts = {file.name: file.read_text("utf-8") for file in files}
        model = stock.embedding()
        stock.ingest(files, folder, model)
        self._retriever = stock.retriever(folder, model, DEPTH)

    def find(self, question: str) -> list[Place]:
        """See `System.find`."""
        return [
            Place(hit.node.ref_doc_id, hit.node.start_char_idx, hit.node.end_char_idx)
            for hit in self._retriever.retrieve(question)
        ]
