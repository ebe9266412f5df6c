"""The only builder of adapters: configuration in, tools out, each made when first used."""

from __future__ import annotations

from datetime import UTC, datetime
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
from rag.settings import Config, abilities_of, embedding_model_of, load_config, load_prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from rag.adapters.chroma import ChromaIndex
    from rag.adapters.store import Store
    from rag.flows.project import Project
    from rag.ports import Embedder, Fetcher, PairScorer, Writer
    from rag.types import EmbeddingModel, Fetched, NotModified, Skipped, Source

_ONNX_FILES = ("*.json", "*.onnx", "onnx/model.onnx", "1_Pooling/*")
_BEDROCK = "bedrock/"
_SUPPORT_RERANKER = "cross-encoder/ms-marco-MiniLM-L-12-v2"
"""The weights of support were learned on its scores; the scale of a model elsewhere is another."""
_TORCH_FILES = ("*.json", "*.txt", "*.safetensors", "pytorch_model.bin", "1_Pooling/*")


def _today() -> date:
    return datetime.now(UTC).date()


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


class _LaterFetcher:
    """Fetcher that is made when it is first asked: few projects need each."""

    def __init__(self, make: Callable[[], Fetcher]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Fetcher:
        return self._make()

    def fetch(
        self, subject: str, location: str, previous: Source | None = None
    ) -> Fetched | NotModified | Skipped:
        """See `Fetcher.fetch`."""
        return self._made.fetch(subject, location, previous)


class Wired:
    """The tools of one project. See `rag.flows.tools.Tools`.

    Args:
        project: where the configuration and the store are.
        model: who writes, in place of the configuration's `model`; as configured if empty.

    Raises:
        ConfigError: the configuration is wrong.
    """

    def __init__(self, project: Project, *, model: str = "") -> None:
        config = load_config(project.root)
        settings = config.settings.model_copy(update={"model": model} if model else {})
        self.config: Config = config.model_copy(update={"settings": settings})
        self._project = project

    @cached_property
    def store(self) -> Store:
        """The store, made if absent."""
        from rag.adapters.store import Store

        return Store(self._project.store)

    @cached_property
    def index(self) -> ChromaIndex:
        """Search over the chunks."""
        from rag.adapters.chroma import ChromaIndex

        self._project.store.mkdir(parents=True, exist_ok=True)
        return ChromaIndex(
            self._project.store, exact_below=self.config.settings.embedder.exact_search_below
        )

    @cached_property
    def _embedder_folder(self) -> ModelFolder:
        settings = self.config.settings.embedder
        if settings.dimensions:
            raise ConfigError(
                f"embedder.dimensions = {settings.dimensions} is for embedder.adapter = 'bedrock'",
                advice="set it to 0",
            )
        files = _ONNX_FILES if settings.adapter == "onnx" else _TORCH_FILES
        folder = find_model(settings.model, files)
        return with_prefixes(folder, settings.query_prefix, settings.document_prefix)

    @cached_property
    def embedder_fingerprint(self) -> str:
        """The embedder's fingerprint; loads nothing."""
        settings = self.config.settings.embedder
        if settings.adapter == "bedrock":
            _, dimension = self._embedding_model
            prefix = "" if settings.document_prefix == "auto" else settings.document_prefix
            return fingerprint_of("bedrock", f"{settings.model}@{dimension}", prefix)
        return embedder_fingerprint(self.config.settings.embedder.adapter, self._embedder_folder)

    @cached_property
    def _embedding_model(self) -> tuple[EmbeddingModel, int]:
        """The embedding model on Bedrock, and how long its vectors shall be."""
        settings = self.config.settings.embedder
        known = embedding_model_of(settings.model, self._project.root)
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

    @cached_property
    def embedder(self) -> Embedder:
        """The configured embedder."""
        settings = self.config.settings.embedder
        if settings.adapter == "bedrock":
            from rag.adapters.bedrock import BedrockEmbedder

            return BedrockEmbedder(
                *self._embedding_model,
                settings,
                self.config.settings.bedrock,
                fingerprint=self.embedder_fingerprint,
                record=self.store.save_call,
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
    def reranker(self) -> PairScorer | None:
        """The configured reranker, or None."""
        settings = self.config.settings.reranker
        if not settings.enabled:
            return None
        if settings.model.startswith(_BEDROCK):
            return self._bedrock_reranker(settings.model.removeprefix(_BEDROCK))
        return self._local_reranker(settings.model)

    def _local_reranker(self, model: str) -> PairScorer:
        from rag.adapters.onnx import OnnxPairScorer

        threads = self.config.settings.reranker.threads
        return OnnxPairScorer(find_model(model, _ONNX_FILES), threads=threads)

    def _bedrock_reranker(self, model: str) -> PairScorer:
        least = self.config.settings.ask.min_score
        if not 0 <= least <= 1:
            raise ConfigError(
                f"ask.min_score = {least:g} is no relevance of the Rerank API",
                advice="set it between 0 and 1 (docs/bedrock.md)",
            )
        from rag.adapters.bedrock import BedrockPairScorer

        return BedrockPairScorer(model, self.config.settings.bedrock, self.store.save_call)

    @cached_property
    def support(self) -> PairScorer | None:
        """The configured scorer of support, or None."""
        name = self.config.settings.verify.support
        if name == "none":
            return None
        if name.startswith("nli/"):
            return self._nli(name.removeprefix("nli/"))
        if name != "default":
            raise ConfigError(
                f"verify.support = {name!r} is not known",
                advice='use "default", "none" or "nli/<model name or folder>"',
            )
        from rag.adapters.support import SupportScorer

        return SupportScorer(self._later_reranker)

    @property
    def _later_reranker(self) -> PairScorer | None:
        """The reranker, loaded when the first pair comes: known scores need none."""
        settings = self.config.settings.reranker
        if not settings.enabled:
            return None
        elsewhere = settings.model.startswith(_BEDROCK)
        model = _SUPPORT_RERANKER if elsewhere else settings.model
        folder = find_model(model, _ONNX_FILES)
        return _Later(
            f"onnx/{folder.fingerprint}",
            lambda: self._local_reranker(model) if elsewhere else self.reranker,
        )

    def _nli(self, model: str) -> PairScorer:
        folder = find_model(model, _TORCH_FILES)
        try:
            from rag.adapters.nli import NliScorer
        except ModuleNotFoundError as error:
            raise PrerequisiteError(
                f"verify.support = 'nli/{model}' needs the package {error.name!r}",
                advice="pip install 'rag[sentence-transformers]'",
            ) from error
        return NliScorer(folder, threads=self.config.settings.reranker.threads)

    @cached_property
    def fetchers(self) -> Mapping[str, Fetcher]:
        """Fetchers by scheme."""
        from rag.adapters.fetch_file import FileFetcher
        from rag.adapters.fetch_http import HttpFetcher

        settings = self.config.settings.fetch
        return {
            "file": FileFetcher(settings.max_bytes),
            "http": HttpFetcher(settings, today=_today),
            "s3": _LaterFetcher(self._s3),
        }

    def _s3(self) -> Fetcher:
        from rag.adapters.fetch_s3 import S3Fetcher

        return S3Fetcher(self.config.settings.fetch, self.config.settings.s3, today=_today)

    @cached_property
    def writer(self) -> Writer:
        """The configured writer; nothing is asked of its service before a draft is."""
        model = self.config.settings.model
        if model.startswith(_BEDROCK) and model != _BEDROCK:
            return self._bedrock(model.removeprefix(_BEDROCK))
        if model != "extractive":
            raise ConfigError(
                f"model = {model!r} is not a writer",
                advice='use "extractive" or "bedrock/<model id, inference profile or ARN>"',
            )
        from rag.adapters.extractive import ExtractiveWriter

        return ExtractiveWriter(self.config)

    def _bedrock(self, model: str) -> Writer:
        from rag.adapters.bedrock import BedrockModel
        from rag.writing import ModelWriter

        root = self._project.root
        bedrock = BedrockModel(
            model, abilities_of(model, root), self.config.settings.bedrock, self.store.save_call
        )
        return ModelWriter(bedrock, load_prompts(root), self.config)

    def close(self) -> None:
        """Close what was opened."""
        for name in ("store", "index"):
            if name in self.__dict__:
                self.__dict__[name].close()
