"""`rag retract`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import (
    caps_options,
    exchange_options,
    json_option,
    model_option,
    wait_option,
)


@click.command(name="retract")
@click.argument("reference", metavar="REFERENCE")
@json_option
@wait_option
@model_option
@caps_options
@exchange_options
@click.pass_obj
def command(root: Path, reference: str, as_json: bool, wait: float) -> int:
    """Remove exactly the claims that stand on REFERENCE (its key) alone."""
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.retract import retract

    with writing(root, command="rag retract", wait_s=wait) as (project, tools):
        stream = retract(project, tools, reference)
        return show(stream, as_json=as_json).exit_status(strict=False)
