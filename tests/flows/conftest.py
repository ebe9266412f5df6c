"""A small project with fake tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import PAGES, FakeTools, project_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.flows.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with four references on the web: three on the subject, one on roses."""
    return project_at(tmp_path / "project")


@pytest.fixture
def tools(project: Project) -> Iterator[FakeTools]:
    """The project's tools, with the extractive writer."""
    made = FakeTools(project, dict(PAGES))
    yield made
    made.store.close()
