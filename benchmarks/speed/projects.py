"""Projects made for a measurement."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def documents(references: Path) -> list[Path]:
    """Return the Markdown files of a folder: what both sides can read."""
    return sorted(references.glob("*.md"))


def make_project(folder: Path, references: Path, settings: str = "") -> None:
    """Make a project whose checklist lists the documents of `references`.

    Args:
        folder: where; it exists and is empty.
        references: a folder with Markdown files.
        settings: the text of its `config/rag.toml`.
    """
    inside = folder / "references"
    inside.mkdir()
    lines = []
    for path in documents(references):
        shutil.copyfile(path, inside / path.name)
        lines.append(f"- [ ] [{path.stem}](references/{path.name})\n")
    (folder / "references.md").write_text("".join(lines), "utf-8")
    if settings:
        (folder / "config").mkdir()
        (folder / "config" / "rag.toml").write_text(settings, "utf-8")
