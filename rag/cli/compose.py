"""`rag compose`."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.options import (
    caps_options,
    exchange_options,
    json_option,
    model_option,
    strict_option,
    wait_option,
)


def _once(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> str | None:
    """Return the value of an option of which click would drop all but the last."""
    if len(values) > 1:
        raise click.BadParameter("give it once", ctx=context, param=parameter)
    return values[0] if values else None


@click.command(name="compose")
@click.option("--all", "every", is_flag=True, help="Go on until no box is unchecked.")
@click.option(
    "--section",
    metavar="ID",
    multiple=True,
    callback=_once,
    help="Recompose this section from all evidence so far.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Say which sections may change and what it would take of a model; draft nothing.",
)
@click.option(
    "--history",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="A proof bundle whose history goes with a report.md that has no store.",
)
@json_option
@strict_option
@wait_option
@model_option
@caps_options
@exchange_options
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    root: Path,
    every: bool,
    section: str | None,
    dry_run: bool,
    history: Path | None,
    as_json: bool,
    strict: bool,
    wait: float,
) -> int:
    """Rewrite the report with the next unchecked reference, then tick its box."""
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.compose import compose

    if every and section is not None:
        raise click.UsageError("--section takes no reference: leave --all out")

    with writing(root, command="rag compose", wait_s=wait) as (project, tools):
        proof = history.read_text(encoding="utf-8", errors="replace") if history else ""
        stream = compose(project, tools, every=every, section=section, dry_run=dry_run, proof=proof)
        return show(stream, as_json=as_json).exit_status(strict=strict)
