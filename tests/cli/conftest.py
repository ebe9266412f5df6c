"""Small projects for the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from modelled import honest
from program import run
from projects import local_project_at
from responder import MODEL, dummy_credentials, responding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from responder import Responder


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


@pytest.fixture
def responder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Responder]:
    """A model that is honest; the environment leads to it."""
    dummy_credentials(monkeypatch, tmp_path)
    with responding() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        monkeypatch.setenv("RAG_MODEL", f"bedrock/{MODEL}")
        server.script = honest
        yield server
