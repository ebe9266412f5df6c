"""The outline's questions → their vectors. An embedder that may cost is asked for each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import PrerequisiteError
from rag.text.digests import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.flows.tools import Tools
    from rag.ports import Vector
    from rag.types import Outline, Reference, TopicSpec


class Questions:
    """Vectors of questions, found once a run.

    Args:
        tools: the wired adapters.
        is_free: whether nothing may be asked that may cost.
    """

    def __init__(self, tools: Tools, *, is_free: bool = False) -> None:
        self._tools = tools
        self._is_free = is_free
        self._known: dict[str, Vector] = {}

    def vector(self, question: str) -> Vector:
        """Return a question's vector.

        Raises:
            PrerequisiteError: it is not known, and finding it may cost.
        """
        if question not in self._known:
            self._known[question] = self._found(question)
        return self._known[question]

    def _found(self, question: str) -> Vector:
        embedder, store = self._tools.embedder, self._tools.store
        if not embeds_elsewhere(self._tools):
            return embedder.embed_query(question)
        prefix = self._tools.config.settings.embedder.query_prefix
        name = digest(self._tools.embedder_fingerprint, prefix, question)
        vector = store.question_vector(name)
        if vector is None:
            if self._is_free:
                raise PrerequisiteError(
                    "a dry run asks nothing that may cost, and the embedder was not asked for all "
                    "questions of the outline yet",
                    advice="run `rag ingest`",
                )
            vector = embedder.embed_query(question)
            store.save_question_vector(name, vector)
        return vector


def embeds_elsewhere(tools: Tools) -> bool:
    """Whether the embedder is a model on a service: asking it may cost."""
    return "embedder" in tools.remote


def questions_of(topic: TopicSpec, reference: Reference) -> list[str]:
    """Return what a reference is searched for by a topic: its questions, and the user's words."""
    return [*topic.questions, *([reference.instruction] if reference.instruction else [])]


def learn(tools: Tools, listed: Iterable[Reference]) -> None:
    """Ask an embedder on a service for what composing will ask it, so that a dry run need not.

    Args:
        tools: the wired adapters.
        listed: the references of the checklist; a report may stand on others, too.
    """
    if not embeds_elsewhere(tools):
        return
    questions = Questions(tools)
    topics = [*_searching(tools.config.outline)]
    for reference in (*listed, *(item.reference for item in tools.store.ingested().values())):
        for topic in topics:
            for question in questions_of(topic, reference):
                questions.vector(question)


def _searching(outline: Outline) -> Iterator[TopicSpec]:
    """Yield the topics that evidence is searched for."""
    for section in outline.sections:
        yield from (topic for topic in section.topics if topic.form != "matches")
