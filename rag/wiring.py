"""The only builder of adapters: configuration in, tools out, each made when first used."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigError, PrerequisiteError, UsageError
from rag.modelfiles import (
    ModelFolder,
    embedder_fingerprint,
    find_model,
    fingerprint_of,
    with_prefixes,
)
from rag.settings import Config, abilities_of, embedding_model_of, load_config, load_prompts
from rag.types import Caps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from rag.adapters.bedrock import BedrockModel, Exchanges
    from rag.adapters.chroma import ChromaIndex
    from rag.adapters.store import Store
    from rag.flows.project import Project
    from rag.ports import Embedder, Fetcher, PairScorer, Service, Writer
    from rag.types import Call, EmbeddingModel, Fetched, NotModified, Skipped, Source
    from rag.writing import Budget, Model

_BEDROCK = "bedrock/"
_LLAMA_INDEX = "llama-index/"
_ONNX_FILES = ("*.json", "*.onnx", "onnx/model.onnx", "1_Pooling/*")
_SUPPORT_RERANKER = "cross-encoder/ms-marco-MiniLM-L-12-v2"
"""The weights of support were learned on its scores; the scale of a model elsewhere is another."""
_TORCH_FILES = ("*.json", "*.txt", "*.safetensors", "pytorch_model.bin", "1_Pooling/*")
_MODELS = (
    '"bedrock/<model id, inference profile or ARN>", "local/<GGUF file>" or '
    '"llama-index/<class path>"'
)
"""The kinds of language models, as the user names them."""


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


@contextmanager
def _needing_llama_index(what: str) -> Iterator[None]:
    """Say which extra is missing, if it is."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise PrerequisiteError(
            f"{what} needs the package {error.name!r}", advice="pip install 'rag[llama-index]'"
        ) from error


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
        caps: what all calls of models may take together; as much as they need if None.
        record: a folder that keeps what is asked of Bedrock and what it replies.
        replay: a folder that was recorded, to be asked in Bedrock's place.

    Raises:
        ConfigError: the configuration is wrong; a cap in money, and no price for the model.
        UsageError: there is nothing to record or to replay.
    """

    def __init__(
        self,
        project: Project,
        *,
        model: str = "",
        caps: Caps | None = None,
        record: Path | None = None,
        replay: Path | None = None,
    ) -> None:
        config = load_config(project.root)
        settings = config.settings.model_copy(update={"model": model} if model else {})
        self.config: Config = config.model_copy(update={"settings": settings})
        self._project = project
        self._caps = caps or Caps()
        self._models: list[BedrockModel] = []
        if self._caps.cost is not None and settings.model.startswith((_BEDROCK, _LLAMA_INDEX)):
            self._check_price(self._priced)
        self._record, self._replay = record, replay
        if record or replay:
            self._check_exchanges()

    def _check_price(self, model: str) -> None:
        """Refuse a cap in money where nobody can say what a call costs."""
        price = self.config.settings.prices.get(model)
        if price is None:
            raise ConfigError(
                f"--max-cost: there is no price of {model!r}",
                advice="add it to [prices] in config/rag.toml, or use --max-tokens",
            )
        known = price.cached_in is not None and price.cached_out is not None
        if not known and abilities_of(model, self._project.root).cache:
            raise ConfigError(
                f"--max-cost: {model!r} has a prompt cache, and no price for it",
                advice="add cached_in and cached_out to its line of [prices] in config/rag.toml",
            )

    @property
    def _priced(self) -> str:
        """The name of who writes, as `[prices]` has it."""
        name = self.config.settings.model
        if not name.startswith(_LLAMA_INDEX):
            return name.removeprefix(_BEDROCK)
        from rag.adapters.llama_index.naming import model_name

        arguments = self.config.settings.llama_index.model
        return model_name(name.removeprefix(_LLAMA_INDEX), arguments)

    @cached_property
    def budget(self) -> Budget:
        """What the calls of this run may take, shared by all of them."""
        from rag.writing import Budget

        return Budget(self._caps, self.config.settings.prices.get(self._priced))

    def _check_exchanges(self) -> None:
        option = "--record" if self._record else "--replay"
        if self._record and self._replay:
            raise UsageError("--record and --replay exclude each other", advice="leave one out")
        if not self._on_bedrock and not self.remote:
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
        self._check_no_dimensions("set it to 0")
        files = _ONNX_FILES if settings.adapter == "onnx" else _TORCH_FILES
        folder = find_model(settings.model, files)
        return with_prefixes(folder, settings.query_prefix, settings.document_prefix)

    def _check_no_dimensions(self, advice: str) -> None:
        dimensions = self.config.settings.embedder.dimensions
        if dimensions:
            raise ConfigError(
                f"embedder.dimensions = {dimensions} is for embedder.adapter = 'bedrock'",
                advice=advice,
            )

    @cached_property
    def embedder_fingerprint(self) -> str:
        """The embedder's fingerprint; loads nothing."""
        settings = self.config.settings.embedder
        if settings.adapter == "llama-index":
            from rag.adapters.llama_index.naming import embedder_fingerprint as fingerprint

            return fingerprint(self.config.settings)
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
        if settings.adapter == "llama-index":
            return self._llama_index_embedder()
        if settings.adapter == "bedrock":
            from rag.adapters.bedrock import BedrockEmbedder

            return BedrockEmbedder(
                *self._embedding_model,
                settings,
                self.config.settings.bedrock,
                fingerprint=self.embedder_fingerprint,
                record=self._save_call,
                exchanges=self._exchanges,
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

    def _llama_index_embedder(self) -> Embedder:
        self._check_no_dimensions("set it to 0, and say it in [llama_index.embedder]")
        with _needing_llama_index("embedder.adapter = 'llama-index'"):
            from rag.adapters.llama_index.embedder import LlamaIndexEmbedder

        return LlamaIndexEmbedder(self.config.settings)

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

        return BedrockPairScorer(
            model, self.config.settings.bedrock, self._save_call, exchanges=self._exchanges
        )

    @cached_property
    def support(self) -> PairScorer | None:
        """The configured scorer of support, or None."""
        name = self.config.settings.verify.support
        if name == "none":
            return None
        if name.startswith("nli/"):
            return self._nli(name.removeprefix("nli/"))
        if name.startswith("judge/"):
            return self._judge(name.removeprefix("judge/"))
        if name == "judge":
            raise ConfigError(
                "verify.support = 'judge' names no model, and who writes is no good judge of it",
                advice='use "judge/<model>", such as "judge/bedrock/<model id>"',
            )
        if name != "default":
            raise ConfigError(
                f"verify.support = {name!r} is not known",
                advice='use "default", "none", "nli/<model name or folder>" or "judge/<model>"',
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

    def _judge(self, model: str) -> PairScorer:
        from rag.adapters.judge import JudgeScorer

        wrong = ConfigError(
            f"verify.support = 'judge/{model}' is no judge", advice=f"behind judge/ use {_MODELS}"
        )
        return JudgeScorer(
            self._model(model, wrong),
            load_prompts(self._project.root),
            together=self.config.settings.verify.judge_pairs,
        )

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
        name = self.config.settings.model
        if name == "extractive":
            from rag.adapters.extractive import ExtractiveWriter

            return ExtractiveWriter(self.config)
        from rag.writing import ModelWriter

        wrong = ConfigError(
            f"model = {name!r} is not a writer", advice=f'use "extractive", {_MODELS}'
        )
        model = self._model(name, wrong)
        return ModelWriter(model, load_prompts(self._project.root), self.config)

    def _model(self, name: str, wrong: ConfigError) -> Model:
        """Return the language model of a name, for whoever needs one; nothing is asked of it yet.

        Args:
            name: its kind, a slash, and what names it there.
            wrong: what to raise if there is no such kind.
        """
        kinds: dict[str, Callable[[str], Model]] = {
            "bedrock": self._bedrock,
            "local": self._local,
            "llama-index": self._llama_index,
        }
        kind, _, rest = name.partition("/")
        if kind not in kinds or not rest:
            raise wrong
        return kinds[kind](rest)

    def _bedrock(self, model: str) -> Model:
        from rag.adapters.bedrock import BedrockModel

        abilities = abilities_of(model, self._project.root)
        made = BedrockModel(
            model,
            abilities,
            self.config.settings.bedrock,
            self._save_call,
            budget=self.budget,
            exchanges=self._exchanges,
        )
        self._models.append(made)
        return made

    @cached_property
    def services(self) -> Sequence[Service]:
        """The services that configured models live on."""
        if not self._on_bedrock:
            return ()
        from rag.adapters.bedrock import BedrockService

        settings, root = self.config.settings.bedrock, self._project.root
        return [
            BedrockService(model, abilities_of(model, root), settings, self._save_call)
            for model in self._on_bedrock
        ]

    @property
    def remote(self) -> Mapping[str, str]:
        """The tools that are models on a service, with what one look at each asks for."""
        settings = self.config.settings
        named = {}
        if settings.embedder.adapter == "bedrock":
            named["embedder"] = f"2 or 3 short calls to bedrock/{settings.embedder.model}"
        if settings.reranker.enabled and settings.reranker.model.startswith(_BEDROCK):
            named["reranker"] = f"1 short call to {settings.reranker.model}"
        if settings.verify.support.startswith(f"judge/{_BEDROCK}"):
            named["support"] = f"2 short calls to {settings.verify.support.removeprefix('judge/')}"
        return named

    @property
    def _on_bedrock(self) -> list[str]:
        """The models on Bedrock that write and judge, each once."""
        settings = self.config.settings
        names = (settings.model, settings.verify.support.removeprefix("judge/"))
        ids = [name.removeprefix(_BEDROCK) for name in names if name.startswith(_BEDROCK)]
        return list(dict.fromkeys(ids))

    def _save_call(self, call: Call) -> None:
        """Keep a call; only then a store is needed."""
        if not self._replay:  # it cost nothing
            self.store.save_call(call)

    def _local(self, file: str) -> Model:
        try:
            from rag.adapters.local import LocalModel
        except ModuleNotFoundError as error:
            raise PrerequisiteError(
                f"'local/{file}' needs the package {error.name!r}",
                advice="pip install 'rag[local]'",
            ) from error
        path = self._project.root / Path(file).expanduser()
        return LocalModel(path, self.config.settings.local, self._save_call, self.budget)

    def _llama_index(self, class_path: str) -> Model:
        with _needing_llama_index(f"'llama-index/{class_path}'"):
            from rag.adapters.llama_index.model import LlamaIndexModel

        settings = self.config.settings.llama_index
        return LlamaIndexModel(class_path, settings, self._save_call, self.budget)

    def close(self) -> None:
        """Close what was opened; calls that are under way are recorded as interrupted."""
        for model in self._models:
            model.close()
        for name in ("store", "index"):
            if name in self.__dict__:
                self.__dict__[name].close()
