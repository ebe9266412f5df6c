"""Small projects for the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from program import run
from projects import local_project_at

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A project with four references in files, nothing read yet."""
    return local_project_at(tmp_path / "project").root


@pytest.fixture(scope="session")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose references are all used; tests read it and change nothing."""
    root = local_project_at(tmp_path_factory.mktemp("composed") / "project").root
    done = run(root, "compose", "--all")
    assert done.status == 0, done.err
    return root
