"""What commands share: the project, its tools, its lock."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from rag.adapters.lock import exclusive
from rag.cli.options import WIRED
from rag.flows.project import Project
from rag.types import Caps
from rag.wiring import Wired

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def reading(root: Path) -> Iterator[tuple[Project, Wired]]:
    """Open a project to read it."""
    project = Project(root=root.resolve())
    told = dict(click.get_current_context().meta.get(WIRED, {}))
    caps = Caps(cost=told.pop("max_cost", None), tokens=told.pop("max_tokens", None))
    tools = Wired(project, caps=caps, **told)
    try:
        yield project, tools
    finally:
        tools.close()


@contextlib.contextmanager
def writing(root: Path, *, command: str, wait_s: float) -> Iterator[tuple[Project, Wired]]:
    """Open a project to change it; nobody else can meanwhile.

    Raises:
        LockedError: another run holds the lock, and still does after `wait_s` seconds.
    """
    with reading(root) as (project, tools):
        project.read_checklist()  # a folder without one gets no store
        project.store.mkdir(exist_ok=True)
        with exclusive(project.store, command=command, wait_s=wait_s):
            yield project, tools
