"""Language models by their names, for those who write and those who judge."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import PrerequisiteError
from rag.settings import BEDROCK, LLAMA_INDEX, LOCAL, abilities_of
from rag.wiring.names import on_bedrock, priced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.adapters.bedrock import BedrockModel
    from rag.ports import Service
    from rag.settings import Settings
    from rag.wiring.line import Line
    from rag.writing import Budget, Model


@contextmanager
def needing_llama_index(what: str) -> Iterator[None]:
    """Say which extra is missing, if it is."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise PrerequisiteError(
            f"{what} needs the package {error.name!r}", advice="pip install 'rag[llama-index]'"
        ) from error


class LanguageModels:
    """Makes language models.

    Args:
        root: the project's folder.
        settings: of the project.
        line: through which they are called.
    """

    def __init__(self, root: Path, settings: Settings, line: Line) -> None:
        self._root = root
        self._settings = settings
        self._line = line
        self._made: list[BedrockModel] = []

    def named(self, name: str) -> Model:
        """Return the language model of a name; nothing is asked of it yet.

        Args:
            name: its kind, a slash, and what names it there.

        Raises:
            PrerequisiteError: a package is missing.
        """
        kinds: dict[str, Callable[[str], Model]] = {
            BEDROCK: self._bedrock,
            LOCAL: self._local,
            LLAMA_INDEX: self._llama_index,
        }
        kind, slash, rest = name.partition("/")
        return kinds[kind + slash](rest)

    def _bedrock(self, model: str) -> Model:
        from rag.adapters.bedrock import BedrockModel

        made = BedrockModel(
            model,
            abilities_of(model, self._root),
            self._settings.bedrock,
            self._line.save_call,
            budget=self._budget(f"{BEDROCK}{model}"),
            replies=self._line.replies,
            exchanges=self._line.exchanges,
        )
        self._made.append(made)
        return made

    def _local(self, file: str) -> Model:
        try:
            from rag.adapters.local import LocalModel
        except ModuleNotFoundError as error:
            raise PrerequisiteError(
                f"'local/{file}' needs the package {error.name!r}",
                advice="pip install 'rag[local]'",
            ) from error
        path = self._root / Path(file).expanduser()
        budget = self._budget(f"{LOCAL}{file}")
        return LocalModel(path, self._settings.local, self._line.save_call, budget)

    def _llama_index(self, class_path: str) -> Model:
        with needing_llama_index(f"'llama-index/{class_path}'"):
            from rag.adapters.llama_index.model import LlamaIndexModel

        settings = self._settings.llama_index
        budget = self._budget(f"{LLAMA_INDEX}{class_path}")
        return LlamaIndexModel(class_path, settings, self._line.save_call, budget)

    def _budget(self, name: str) -> Budget:
        return self._line.budget(priced(self._settings, name))

    def services(self) -> Sequence[Service]:
        """Return where models live that write or judge: each can be asked whether it is there."""
        return [*self._on_bedrock(), *self._tried()]

    def _on_bedrock(self) -> Iterator[Service]:
        ids = on_bedrock(self._settings)
        if not ids:
            return
        from rag.adapters.bedrock import BedrockService

        bedrock, save_call = self._settings.bedrock, self._line.save_call
        for name in ids:
            yield BedrockService(name, abilities_of(name, self._root), bedrock, save_call)

    def _tried(self) -> Iterator[Service]:
        """Yield who writes in a file or by a class; one that judges answers as a judge."""
        name, settings = self._settings.model, self._settings
        if not name.startswith((LOCAL, LLAMA_INDEX)):
            return
        from rag.writing import TRIAL_OUTPUT_TOKENS, Trial

        short = {"output_tokens": TRIAL_OUTPUT_TOKENS}
        changes = {
            "local": settings.local.model_copy(update=short),
            "llama_index": settings.llama_index.model_copy(update=short),
        }
        brief = LanguageModels(self._root, settings.model_copy(update=changes), self._line)
        way, advice = "schema", "choose another model (docs/models.md)"
        if name.startswith(LLAMA_INDEX):
            way = settings.llama_index.structure
            advice = "set another llama_index.structure, or choose another model"
        yield Trial(name, lambda: brief.named(name), way, advice)

    def close(self) -> None:
        """Record calls that are under way as interrupted."""
        for model in self._made:
            model.close()
