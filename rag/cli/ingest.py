"""`rag ingest`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import (
    caps_options,
    json_option,
    references_option,
    strict_option,
    wait_option,
)


@click.command(name="ingest")
@references_option
@click.option("--refresh", is_flag=True, help="Read again what the store has, if it changed.")
@click.option("--rebuild", is_flag=True, help="Make all chunks anew, with the models configured.")
@json_option
@strict_option
@wait_option
@caps_options
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    root: Path,
    reference: tuple[str, ...],
    refresh: bool,
    rebuild: bool,
    as_json: bool,
    strict: bool,
    wait: float,
) -> int:
    """Read every reference that the store does not have yet, whatever its box."""
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.ingest import ingest

    with writing(root, command="rag ingest", wait_s=wait) as (project, tools):
        stream = ingest(project, tools, only=reference, refresh=refresh, rebuild=rebuild)
        return show(stream, as_json=as_json).exit_status(strict=strict)
