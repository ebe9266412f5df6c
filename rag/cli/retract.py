"""`rag retract`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import caps_options, model_option, wait_option


@click.command(name="retract")
@click.argument("reference", metavar="REFERENCE")
@wait_option
@model_option
@caps_options
@click.pass_obj
def command(root: Path, reference: str, wait: float) -> int:
    """Remove exactly the claims that stand on REFERENCE (its key) alone."""
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.retract import retract

    with writing(root, command="rag retract", wait_s=wait) as (project, tools):
        return show(retract(project, tools, reference)).exit_status(strict=False)
