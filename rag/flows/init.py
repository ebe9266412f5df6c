"""A new project: the checklist, the configuration, the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.files import replace_file
from rag.settings import packaged_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.flows.project import Project

CHECKLIST_TEXT = """\
# References

Each line with a box is a reference: a link or a path, and what to read it for.
`rag compose` reads the next unchecked one into report.md and ticks its box; untick it to reread it.

"""


def init(project: Project) -> Iterator[Path]:
    """Make what a project needs and does not have; yield each path that was made.

    Raises:
        UsageError: the folder cannot be made, because a file has its name.
    """
    if project.root.exists() and not project.root.is_dir():
        raise UsageError(f"{project.root} is a file", advice="name a folder")
    project.root.mkdir(parents=True, exist_ok=True)
    if not project.checklist.exists():
        replace_file(project.checklist, CHECKLIST_TEXT.encode())
        yield project.checklist
    config = project.root / "config"
    config.mkdir(exist_ok=True)
    for source in sorted(packaged_config().glob("*.toml")):
        if not (config / source.name).exists():
            replace_file(config / source.name, source.read_bytes())
            yield config / source.name
    if not project.store.exists():
        project.store.mkdir()
        yield project.store
    ignore = project.root / ".gitignore"
    if not ignore.exists():
        replace_file(ignore, b"/store/\n")
        yield ignore
