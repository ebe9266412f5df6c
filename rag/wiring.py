"""The only builder of adapters: configuration in, tools out, each made when first used."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from rag.errors import ConfigError, PrerequisiteError, UsageError
from rag.modelfiles import ModelFolder, embedder_fingerprint, find_model, with_prefixes
from rag.settings import Config, abilities_of, load_config, load_prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rag.adapters.bedrock import Exchanges
    from rag.adapters.chroma import ChromaIndex
    from rag.adapters.store import Store
    from rag.flows.project import Project
    from rag.ports import Embedder, Fetcher, PairScorer, Service, Writer
    from rag.types import Call

_ONNX_FILES = ("*.json", "*.onnx", "onnx/model.onnx", "1_Pooling/*")
_TORCH_FILES = ("*.json", "*.txt", "*.safetensors", "pytorch_model.bin", "1_Pooling/*")


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


class Wired:
    """The tools of one project. See `rag.flows.tools.Tools`.

    Args:
        project: where the configuration and the store are.
        model: who writes, in place of the configuration's `model`; as configured if empty.
        record: a folder that keeps what is asked of Bedrock and what it replies.
        replay: a folder that was recorded, to be asked in Bedrock's place.

    Raises:
        ConfigError: the configuration is wrong.
        UsageError: there is nothing to record or to replay.
    """

    def __init__(
        self,
        project: Project,
        *,
        model: str = "",
        record: Path | None = None,
        replay: Path | None = None,
    ) -> None:
        config = load_config(project.root)
        settings = config.settings.model_copy(update={"model": model} if model else {})
        self.config: Config = config.model_copy(update={"settings": settings})
        self._project = project
        self._record, self._replay = record, replay
        if record or replay:
            self._check_exchanges()

    def _check_exchanges(self) -> None:
        option = "--record" if self._record else "--replay"
        if self._record and self._replay:
            raise UsageError("--record and --replay exclude each other", advice="leave one out")
        if not self.config.settings.model.startswith("bedrock/"):
            raise UsageError(
                f"{option} is for a model on Bedrock, and model = {self.config.settings.model!r}",
                advice=f"leave {option} out, or add --model bedrock/<model id>",
            )

    @cached_property
    def _exchanges(self) -> Exchanges | None:
        """What stands between here and Bedrock, if anything does."""
        from rag.adapters.bedrock import Recording, Replay

        if self._record:
            return Recording(self._record)
        return Replay(self._replay) if self._replay else None

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
        files = _ONNX_FILES if settings.adapter == "onnx" else _TORCH_FILES
        folder = find_model(settings.model, files)
        return with_prefixes(folder, settings.query_prefix, settings.document_prefix)

    @cached_property
    def embedder_fingerprint(self) -> str:
        """The embedder's fingerprint; loads nothing."""
        return embedder_fingerprint(self.config.settings.embedder.adapter, self._embedder_folder)

    @cached_property
    def embedder(self) -> Embedder:
        """The configured embedder."""
        settings = self.config.settings.embedder
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
        from rag.adapters.onnx import OnnxPairScorer

        return OnnxPairScorer(find_model(settings.model, _ONNX_FILES), threads=settings.threads)

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
        folder = find_model(settings.model, _ONNX_FILES)
        return _Later(f"onnx/{folder.fingerprint}", lambda: self.reranker)

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
            "http": HttpFetcher(settings, today=lambda: datetime.now(UTC).date()),
        }

    @cached_property
    def writer(self) -> Writer:
        """The configured writer; nothing is asked of its service before a draft is."""
        model = self.config.settings.model
        if model.startswith("bedrock/") and model != "bedrock/":
            return self._bedrock(model.removeprefix("bedrock/"))
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
            model,
            abilities_of(model, root),
            self.config.settings.bedrock,
            self._save_call,
            self._exchanges,
        )
        return ModelWriter(bedrock, load_prompts(root), self.config)

    @cached_property
    def services(self) -> Sequence[Service]:
        """The services that configured models live on."""
        settings = self.config.settings
        if not settings.model.startswith("bedrock/"):
            return ()
        from rag.adapters.bedrock import BedrockService

        model = settings.model.removeprefix("bedrock/")
        abilities = abilities_of(model, self._project.root)
        return (BedrockService(model, abilities, settings.bedrock, self._save_call),)

    def _save_call(self, call: Call) -> None:
        """Keep a call; only then a store is needed."""
        if not self._replay:  # it cost nothing
            self.store.save_call(call)

    def close(self) -> None:
        """Close what was opened."""
        for name in ("store", "index"):
            if name in self.__dict__:
                self.__dict__[name].close()
