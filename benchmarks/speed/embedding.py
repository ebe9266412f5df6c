"""Ingest in this process beside the bare model and the stock pipeline, on the same files.

Every model is loaded, and every library imported, before a clock starts.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

from benchmarks import stock
from benchmarks.common import MINILM, alternating, timed
from benchmarks.speed.minilm_onnx import quantised_minilm
from benchmarks.speed.projects import documents, make_project
from rag.flows.ingest import ingest
from rag.flows.project import Project
from rag.modelfiles import ModelFolder, find_model
from rag.wiring import Wired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.ports import Embedder

_THREADS = 2
_MINILM_TOKENS = 200
"""With title and headings before it, a chunk of so many tokens is within MiniLM's 256."""


class BareModel:
    """A model with nothing around it: one session, one text a call, called from two threads."""

    def __init__(self, folder: ModelFolder) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder.path / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._names = [argument.name for argument in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(folder.path / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(folder.max_tokens)

    def embed(self, texts: Sequence[str]) -> None:
        """Embed texts, longest first."""
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self._one, sorted(texts, key=len, reverse=True)))

    def _one(self, text: str) -> None:
        found = self._tokenizer.encode(text)
        values = {"input_ids": found.ids, "attention_mask": found.attention_mask}
        values["token_type_ids"] = found.type_ids
        feed = {name: np.asarray([values[name]], dtype=np.int64) for name in self._names}
        self._session.run(None, feed)


class _Loaded(Wired):
    """The tools of a project, with an embedder that was loaded before."""

    def __init__(self, project: Project, embedder: Embedder) -> None:
        super().__init__(project)
        self._loaded = embedder

    @property
    def embedder(self) -> Embedder:
        """The one that was loaded."""
        return self._loaded


class Ingest:
    """`rag ingest` of a folder, again and again, each time into a new store.

    Args:
        references: the folder.
        settings: the text of the project's `config/rag.toml`.
    """

    def __init__(self, references: Path, settings: str = "") -> None:
        self._references = references
        self._settings = settings
        self._embedder: Embedder | None = None
        self.passages: list[str] = []
        """What was embedded, the last time."""

    def seconds(self) -> float:
        """Return what one ingest takes: read, parse, chunk, embed, store."""
        with tempfile.TemporaryDirectory(prefix="rag-speed-") as name:
            make_project(Path(name), self._references, self._settings)
            project = Project(root=Path(name))
            self._embedder = self._embedder or Wired(project).embedder
            tools = _Loaded(project, self._embedder)
            took = timed(lambda: list(ingest(project, tools)))
            found = [tools.store.chunks(item)[0] for item in tools.store.chunk_counts()]
            self.passages = [chunk.passage for chunks in found for chunk in chunks]
            tools.close()
        return took


class Limit(NamedTuple):
    """Ingest beside the bare model: medians over the same passages."""

    passages: int
    bare_s: float
    ingest_s: float


def against_bare_model(references: Path, rounds: int) -> Limit:
    """Return how long the bare default model takes for what an ingest embeds, and the ingest."""
    ours = Ingest(references)
    ours.seconds()  # warms the libraries, and tells the passages
    bare = BareModel(find_model("BAAI/bge-small-en-v1.5", ()))
    bare_s, ingest_s = alternating(
        rounds, lambda: timed(lambda: bare.embed(ours.passages)), ours.seconds
    )
    return Limit(len(ours.passages), bare_s, ingest_s)


class SameWeights(NamedTuple):
    """MiniLM on both sides: median seconds for the same files."""

    stock_s: float
    stock_nodes: int
    ours_s: float
    quantised_s: float
    chunks: int


def against_stock(references: Path, rounds: int) -> SameWeights:
    """Return how long the stock pipeline takes, and ours with the same weights, plain and int8."""
    chunking = f"[chunk]\nmax_tokens = {_MINILM_TOKENS}\n"
    ours = Ingest(
        references, f'{chunking}[embedder]\nadapter = "sentence-transformers"\nmodel = "{MINILM}"\n'
    )
    quantised = Ingest(references, f'{chunking}[embedder]\nmodel = "{quantised_minilm()}"\n')
    model = stock.embedding()
    nodes: list[int] = []

    def peer() -> float:
        torch.set_num_threads(os.cpu_count() or 1)  # torch's own choice; ours runs it otherwise
        with tempfile.TemporaryDirectory(prefix="rag-speed-") as name:
            files = documents(references)
            return timed(lambda: nodes.append(stock.ingest(files, Path(name), model)))

    works = (peer, ours.seconds, quantised.seconds)
    for work in works:
        work()  # warms the libraries
    found = alternating(rounds, *works)
    return SameWeights(found[0], nodes[-1], found[1], found[2], len(ours.passages))
