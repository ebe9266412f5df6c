"""The tools of one project. See `Wired`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from rag.errors import ConfigError, PrerequisiteError
from rag.modelfiles import find_model
from rag.settings import JUDGE, NLI, Config, check_writer, load_config, load_prompts
from rag.types import Caps
from rag.wiring.finding import TORCH_FILES, Finding
from rag.wiring.language import LanguageModels
from rag.wiring.line import Line, Wishes
from rag.wiring.names import remote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from rag.adapters.chroma import ChromaIndex
    from rag.adapters.store import Store
    from rag.flows.project import Project
    from rag.ports import Embedder, Fetcher, PairScorer, Service, Writer
    from rag.types import Fetched, NotModified, Skipped, Source


def _checked(model: str) -> str:
    try:
        return check_writer(model)
    except ValueError as error:
        raise ConfigError(
            f"model = {model!r}: {error}", advice="correct --model or RAG_MODEL"
        ) from error


def _today() -> date:
    return datetime.now(UTC).date()


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
        ConfigError: the configuration is wrong, or nobody is named so who writes; a cap in money,
            and no price for the model.
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
        settings = config.settings
        if model:
            settings = settings.model_copy(update={"model": _checked(model)})
        self.config: Config = config.model_copy(update={"settings": settings})
        self._project = project
        wishes = Wishes(caps or Caps(), record, replay)
        self._line = Line(project.root, settings, wishes, lambda: self.store)
        self._models = LanguageModels(project.root, settings, self._line)
        self._finding = Finding(project.root, settings, self._line)

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

    @property
    def embedder_fingerprint(self) -> str:
        """The embedder's fingerprint; loads nothing."""
        return self._finding.embedder_fingerprint

    @property
    def embedder(self) -> Embedder:
        """The configured embedder."""
        return self._finding.embedder

    @property
    def reranker(self) -> PairScorer | None:
        """The configured reranker, or None."""
        return self._finding.reranker

    @cached_property
    def support(self) -> PairScorer | None:
        """The configured scorer of support, or None."""
        name = self.config.settings.verify.support
        if name == "none":
            return None
        if name.startswith(NLI):
            return self._nli(name.removeprefix(NLI))
        if name.startswith(JUDGE):
            return self._judge(name.removeprefix(JUDGE))
        from rag.adapters.support import SupportScorer

        return SupportScorer(self._finding.later_reranker)

    def _nli(self, model: str) -> PairScorer:
        folder = find_model(model, TORCH_FILES)
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

        return JudgeScorer(
            self._models.named(model),
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

            return ExtractiveWriter(self.config, self._finding.answer_scorer)
        from rag.writing import ModelWriter

        prompts = load_prompts(self._project.root)
        return ModelWriter(self._models.named(name), prompts, self.config)

    @cached_property
    def services(self) -> Sequence[Service]:
        """The services that configured models live on."""
        return self._models.services()

    @property
    def remote(self) -> Mapping[str, str]:
        """The tools that are models on a service, with what one look at each asks for."""
        return remote(self.config.settings)

    def close(self) -> None:
        """Close what was opened; calls that are under way are recorded as interrupted."""
        self._models.close()
        self._line.close()
        for name in ("store", "index"):
            if name in self.__dict__:
                self.__dict__[name].close()
