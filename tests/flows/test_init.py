"""Init: what a project needs and does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.errors import UsageError
from rag.flows.init import init
from rag.flows.project import Project
from rag.settings import load_config, packaged_config

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_project_works(tmp_path: Path) -> None:
    """The checklist explains itself in two lines and has no entry; the config is the default."""
    project = Project(root=tmp_path / "deep" / "new")
    made = {path.relative_to(project.root).as_posix() for path in init(project)}
    assert {"references.md", "store", "config/rag.toml", "config/report.toml"} <= made
    text, reading = project.read_checklist()
    assert (reading.references, reading.problems) == ((), ())
    assert len([line for line in text.splitlines()[1:] if line]) <= 3
    assert load_config(project.root) == load_config(packaged_config())


def test_what_is_there_stays(tmp_path: Path) -> None:
    """A second init makes nothing; files of the user's are not touched."""
    project = Project(root=tmp_path)
    (tmp_path / "references.md").write_bytes(b"- [ ] mine.md\r\n")
    (tmp_path / ".gitignore").write_bytes(b"*.log\n")
    list(init(project))
    assert list(init(project)) == []
    assert (tmp_path / "references.md").read_bytes() == b"- [ ] mine.md\r\n"
    assert (tmp_path / ".gitignore").read_bytes() == b"*.log\n"


def test_a_file_is_no_project(tmp_path: Path) -> None:
    """A path that is a file is refused."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="is a file"):
        list(init(Project(root=tmp_path / "file")))
