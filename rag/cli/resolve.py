"""`rag resolve`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import caps_options, model_option, wait_option

if TYPE_CHECKING:
    from rag.flows.tools import Tools


@click.command(name="resolve")
@click.argument("conflict", required=False)
@click.option(
    "--keep", type=click.Choice(["1", "2", "both"]), help="Which claim stands, as they are listed."
)
@click.option("--reason", help="Why; it is recorded.")
@wait_option
@model_option
@caps_options
@click.pass_obj
def command(
    root: Path, conflict: str | None, keep: str | None, reason: str | None, wait: float
) -> int:
    """List where the references disagree, or settle CONFLICT with --keep and --reason."""
    from rag.cli.screen import say, show
    from rag.cli.session import reading, writing
    from rag.flows.resolve import resolve

    if conflict is None and (keep is not None or reason is not None):
        raise click.UsageError("name the CONFLICT that is to be settled")
    if conflict is None:
        with reading(root) as (project, tools):
            project.read_checklist()
            say(_listed(tools))
        return 0
    if keep is None or not (reason and reason.strip()):
        raise click.UsageError("give --keep 1, 2 or both, and --reason")
    which = None if keep == "both" else int(keep)
    with writing(root, command="rag resolve", wait_s=wait) as (project, tools):
        stream = resolve(project, tools, conflict, which, reason.strip())
        return show(stream).exit_status(strict=False)


def _listed(tools: Tools) -> str:
    from rag.flows.resolve import open_conflicts

    lines = []
    for item in open_conflicts(tools):
        lines.append(f"{item.name}: {item.reason}")
        lines += [
            f"  {number}. {' '.join(claim.text.split())} [{', '.join(claim.references)}]"
            for number, claim in enumerate(item.claims, start=1)
        ]
    return "\n".join(lines) or "the references do not disagree"
