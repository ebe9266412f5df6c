"""`rag refresh`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import (
    caps_options,
    exchange_options,
    model_option,
    strict_option,
    wait_option,
)


@click.command(name="refresh")
@click.option("--reference", metavar="KEY", help="Only this reference.")
@strict_option
@wait_option
@model_option
@caps_options
@exchange_options
@click.pass_obj
def command(root: Path, reference: str | None, strict: bool, wait: float) -> int:
    """Read references again; write anew only what their changes touch."""
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.refresh import refresh

    with writing(root, command="rag refresh", wait_s=wait) as (project, tools):
        return show(refresh(project, tools, only=reference)).exit_status(strict=strict)
