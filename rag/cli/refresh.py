"""`rag refresh`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import (
    caps_options,
    exchange_options,
    json_option,
    model_option,
    references_option,
    strict_option,
    wait_option,
)


@click.command(name="refresh")
@references_option
@json_option
@strict_option
@wait_option
@model_option
@caps_options
@exchange_options
@click.pass_obj
def command(
    root: Path, reference: tuple[str, ...], as_json: bool, strict: bool, wait: float
) -> int:
    """Read references again; write anew only what their changes touch."""
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.refresh import refresh

    with writing(root, command="rag refresh", wait_s=wait) as (project, tools):
        stream = refresh(project, tools, only=reference)
        return show(stream, as_json=as_json).exit_status(strict=strict)
