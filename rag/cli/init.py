"""`rag init`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="init")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def command(root: Path, folder: Path | None) -> None:
    """Make a new project in FOLDER: references.md, config/, store/. What is there stays."""
    from rag.flows.init import init
    from rag.flows.project import Project

    project = Project(root=(folder or root).resolve())
    made = list(init(project))
    for path in made:
        click.echo(f"made {path}")
    click.echo("add references to references.md, then run `rag compose`" if made else "all there")
