"""`rag restore`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import json_option, wait_option


@click.command(name="restore")
@click.argument("edition", type=click.IntRange(min=1), required=False)
@json_option
@wait_option
@click.pass_obj
def command(root: Path, edition: int | None, as_json: bool, wait: float) -> int:
    """Write EDITION (the last one, if none is given) to report.md again.

    What the file held is kept beside it, if it was anything else.
    """
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.restore import restore

    with writing(root, command="rag restore", wait_s=wait) as (project, tools):
        stream = restore(project, tools, edition)
        return show(stream, as_json=as_json).exit_status(strict=False)
