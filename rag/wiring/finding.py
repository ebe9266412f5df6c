"""Models that find: embedders and rerankers, wherever they run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from rag.errors import ConfigError, PrerequisiteError
from rag.modelfiles import (
    ModelFolder,
    embedder_fingerprint,
    find_model,
    fingerprint_of,
    with_prefixes,
)
from rag.settings import BEDROCK, embedding_model_of
from rag.wiring.language import needing_llama_index
from rag.wiring.names import priced_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rag.ports import Embedder, PairScorer
    from rag.settings import Settings
    from rag.types import EmbeddingModel
    from rag.wiring.line import Line

_ONNX_FILES = ("*.json", "*.onnx", "onnx/model.onnx", "1_Pooling/*")
_SUPPORT_RERANKER = "cross-encoder/ms-marco-MiniLM-L-12-v2"
"""The weights of support were learned on its scores; the scale of a model elsewhere is another."""
TORCH_FILES = ("*.json", "*.txt", "*.safetensors", "pytorch_model.bin", "1_Pooling/*")


class _Later:
    """PairScorer that is made when it is first asked; its name is known before."""

    def __init__(self, name: str, make: Callable[[], PairScorer | None]) -> None:
        self.name = name
        self._make = make

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`."""
        scorer = self._make()
        if scorer is None:
            raise AssertionError(self.name)
        return scorer.score(pairs)


class Finding:
    """Makes the configured embedder and reranker.

    Args:
        root: the project's folder.
        settings: of the project.
        line: through which those on services are called.
    """

    def __init__(self, root: Path, settings: Settings, line: Line) -> None:
        self._root = root
        self._settings = settings
        self._line = line

    @cached_property
    def embedder_fingerprint(self) -> str:
        """The embedder's fingerprint; loads nothing."""
        settings = self._settings.embedder
        if settings.adapter == "llama-index":
            from rag.adapters.llama_index.naming import embedder_fingerprint as fingerprint

            return fingerprint(self._settings)
        if settings.adapter == "bedrock":
            _, dimension = self._embedding_model
            prefix = "" if settings.document_prefix == "auto" else settings.document_prefix
            return fingerprint_of("bedrock", f"{settings.model}@{dimension}", prefix)
        return embedder_fingerprint(self._settings.embedder.adapter, self._embedder_folder)

    @cached_property
    def embedder(self) -> Embedder:
        """The configured embedder."""
        settings = self._settings.embedder
        if settings.adapter == "llama-index":
            return self._llama_index_embedder()
        if settings.adapter == "bedrock":
            from rag.adapters.bedrock import BedrockEmbedder

            return BedrockEmbedder(
                *self._embedding_model,
                settings,
                self._settings.bedrock,
                fingerprint=self.embedder_fingerprint,
                record=self._line.save_call,
                budget=self._line.budget(priced_embedder(self._settings)),
                exchanges=self._line.exchanges,
            )
        if settings.adapter == "onnx":
            from rag.adapters.onnx import OnnxEmbedder

            return OnnxEmbedder(self._embedder_folder, threads=settings.threads)
        try:
            from rag.adapters.sentence_transformers import SentenceTransformersEmbedder
        except ModuleNotFoundError as error:
            raise PrerequisiteError(
                f"embedder.adapter = 'sentence-transformers' needs the package {error.name!r}",
                advice="pip install 'rag[sentence-transformers]'",
            ) from error
        return SentenceTransformersEmbedder(self._embedder_folder, threads=settings.threads)

    @cached_property
    def _embedder_folder(self) -> ModelFolder:
        settings = self._settings.embedder
        self._check_no_dimensions("set it to 0")
        files = _ONNX_FILES if settings.adapter == "onnx" else TORCH_FILES
        folder = find_model(settings.model, files)
        return with_prefixes(folder, settings.query_prefix, settings.document_prefix)

    def _check_no_dimensions(self, advice: str) -> None:
        dimensions = self._settings.embedder.dimensions
        if dimensions:
            raise ConfigError(
                f"embedder.dimensions = {dimensions} is for embedder.adapter = 'bedrock'",
                advice=advice,
            )

    @cached_property
    def _embedding_model(self) -> tuple[EmbeddingModel, int]:
        """The embedding model on Bedrock, and how long its vectors shall be."""
        settings = self._settings.embedder
        known = embedding_model_of(settings.model, self._root)
        if known is None:
            raise ConfigError(
                f"embedder.model = {settings.model!r} is no embedding model on Bedrock that is "
                "known",
                advice="state what it takes under [[embedders]] in config/models/bedrock.toml",
            )
        dimension = settings.dimensions or known.dimensions[0]
        if dimension not in known.dimensions:
            lengths = ", ".join(map(str, known.dimensions))
            raise ConfigError(
                f"embedder.dimensions = {dimension} is not what {settings.model} gives",
                advice=f"use one of {lengths}",
            )
        return known, dimension

    def _llama_index_embedder(self) -> Embedder:
        self._check_no_dimensions("set it to 0, and say it in [llama_index.embedder]")
        with needing_llama_index("embedder.adapter = 'llama-index'"):
            from rag.adapters.llama_index.embedder import LlamaIndexEmbedder

        budget = self._line.budget(priced_embedder(self._settings))
        return LlamaIndexEmbedder(self._settings, self._line.save_call, budget)

    @cached_property
    def reranker(self) -> PairScorer | None:
        """The configured reranker, or None."""
        settings = self._settings.reranker
        if not settings.enabled:
            return None
        if settings.model.startswith(BEDROCK):
            return self._bedrock_reranker(settings.model.removeprefix(BEDROCK))
        return self._local_reranker(settings.model)

    def _local_reranker(self, model: str) -> PairScorer:
        from rag.adapters.onnx import OnnxPairScorer

        threads = self._settings.reranker.threads
        return OnnxPairScorer(find_model(model, _ONNX_FILES), threads=threads)

    def _bedrock_reranker(self, model: str) -> PairScorer:
        least = self._settings.ask.min_score
        if not 0 <= least <= 1:
            raise ConfigError(
                f"ask.min_score = {least:g} is no relevance of the Rerank API",
                advice="set it between 0 and 1 (docs/bedrock.md)",
            )
        from rag.adapters.bedrock import BedrockPairScorer

        return BedrockPairScorer(
            model, self._settings.bedrock, self._line.save_call, exchanges=self._line.exchanges
        )

    @property
    def answer_scorer(self) -> PairScorer | None:
        """The reranker for the words of an answer, if it runs here: a service is asked once."""
        elsewhere = self._settings.reranker.model.startswith(BEDROCK)
        return None if elsewhere else self.later_reranker

    @property
    def later_reranker(self) -> PairScorer | None:
        """The reranker, loaded when the first pair comes: known scores need none."""
        settings = self._settings.reranker
        if not settings.enabled:
            return None
        elsewhere = settings.model.startswith(BEDROCK)
        model = _SUPPORT_RERANKER if elsewhere else settings.model
        folder = find_model(model, _ONNX_FILES)
        return _Later(
            f"onnx/{folder.fingerprint}",
            lambda: self._local_reranker(model) if elsewhere else self.reranker,
        )
