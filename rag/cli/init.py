"""`rag init`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from rag.cli.options import json_option


@click.command(name="init")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@json_option
@click.pass_obj
def command(root: Path, folder: Path | None, as_json: bool) -> None:
    """Make a new project in FOLDER: references.md, config/, store/. What is there stays."""
    from rag.flows.init import init
    from rag.flows.project import Project

    project = Project(root=(folder or root).resolve())
    made = list(init(project))
    if as_json:
        click.echo(json.dumps([str(path) for path in made], indent=2))
        return
    for path in made:
        click.echo(f"made {path}")
    click.echo("add references to references.md, then run `rag compose`" if made else "all there")
