"""A checklist → what each reference costs, and what the whole report would at that time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.cost.simulated import Count, SimulatedModel
from rag.errors import RagError
from rag.flows.compose import compose
from rag.flows.desk import Desk, in_use, sections_of
from rag.flows.drafting import depth
from rag.flows.events import Ticked
from rag.flows.project import Project
from rag.flows.sections import Shelf, keyed
from rag.settings import load_prompts
from rag.types import SectionTask
from rag.wiring import Wired
from rag.writing import ModelWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rag.flows.tools import Tools

GOAL = 1 / 3
"""Share of a whole report's tokens that the last reference may cost."""
_ROOM = 180_000
"""Tokens of a prompt: what the whole report needs fits, so that it is not written in passes."""


class _Tools(Wired):
    """The tools of a project, with a simulated model behind the real writer."""

    def __init__(self, project: Project, tokens: Callable[[str], int]) -> None:
        super().__init__(project)
        self.model = SimulatedModel(tokens, _ROOM)

    @cached_property
    def writer(self) -> ModelWriter:
        """The writer with a model."""
        return ModelWriter(self.model, load_prompts(self._project.root), self.config)


class Turn(NamedTuple):
    """What a reference cost."""

    key: str
    run: tuple[Count, ...]
    """Of each call of the run that took it in."""
    whole: tuple[Count, ...]
    """Of each call that writing all sections anew would take, from all references so far."""
    claims: int
    """In the report, after it."""

    @property
    def share(self) -> float:
        """How much of a whole report's tokens the run took."""
        return total(self.run) / total(self.whole)

    @property
    def evidence(self) -> int:
        """Tokens of new evidence, in all sections together."""
        return sum(item.evidence for item in self.run if item.purpose.startswith("section"))


def total(counts: Sequence[Count]) -> int:
    """Return the tokens of calls, in and out."""
    return sum(item.total for item in counts)


def measure(folder: Path, tokens: Callable[[str], int]) -> Iterator[Turn]:
    """Take in the references of a project one by one; yield what each cost.

    Args:
        folder: a project without a store, with all boxes open.
        tokens: how many tokens a text has.
    """
    project = Project(root=folder)
    while True:
        tools = _Tools(project, tokens)
        try:
            ticked = [event for event in compose(project, tools) if isinstance(event, Ticked)]
            if not ticked:
                return
            whole = tuple(_whole(project, tools, tokens))
            claims = sum(len(item.claims) for item in sections_of(tools.store.latest()))
            yield Turn(ticked[-1].key, tuple(tools.model.counts), whole, claims)
        finally:
            tools.close()


def _whole(project: Project, tools: Tools, tokens: Callable[[str], int]) -> list[Count]:
    """Return what it takes to write every section from all evidence, as if for the first time."""
    model = SimulatedModel(tokens, _ROOM)
    writer = ModelWriter(model, load_prompts(project.root), tools.config)
    _, reading = project.read_checklist()
    used = in_use(Desk(project, tools, reading.references))
    shelf = Shelf(tools)
    sections = {item.id: item for item in sections_of(tools.store.latest())}
    specs = [spec for spec in tools.config.outline.sections if spec.form != "conflicts"]
    for spec in specs:
        evidence = keyed(item for reference in used for item in shelf.evidence(spec, reference))
        below = [item.id for item in specs if depth(item) < depth(spec)]
        others = tuple(sections[name] for name in below if name in sections)
        passages = shelf.passages(others, used) if spec.is_derived else []
        task = SectionTask(
            spec=spec,
            evidence=evidence,
            passages=keyed([*evidence, *passages])[len(evidence) :],
            others=others if spec.is_derived else (),
        )
        draft = writer.write_section(task)
        if getattr(draft, "unread", None):
            raise RagError(f"{spec.id} does not fit {_ROOM:,} tokens")
    return model.counts
