"""`rag resolve`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import (
    caps_options,
    exchange_options,
    json_option,
    model_option,
    wait_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.flows.disagreements import Disagreement


@click.command(name="resolve")
@click.argument("conflict", required=False)
@click.option(
    "--keep", type=click.Choice(["1", "2", "both"]), help="Which claim stands, as they are listed."
)
@click.option("--reason", help="Why; it is recorded.")
@json_option
@wait_option
@model_option
@caps_options
@exchange_options
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    root: Path,
    conflict: str | None,
    keep: str | None,
    reason: str | None,
    as_json: bool,
    wait: float,
) -> int:
    """List where the references disagree, or settle CONFLICT with --keep and --reason."""
    from rag.cli.screen import as_json_list, say, show
    from rag.cli.session import reading, writing
    from rag.flows.resolve import open_conflicts, resolve

    if conflict is None and (keep is not None or reason is not None):
        raise click.UsageError("name the CONFLICT that is to be settled")
    if conflict is None:
        with reading(root) as (project, tools):
            project.read_checklist()
            found = open_conflicts(tools)
            say(as_json_list(found) if as_json else _listed(found))
        return 0
    if keep is None or not (reason and reason.strip()):
        raise click.UsageError("give --keep 1, 2 or both, and --reason")
    which = None if keep == "both" else int(keep)
    with writing(root, command="rag resolve", wait_s=wait) as (project, tools):
        stream = resolve(project, tools, conflict, which, reason.strip())
        return show(stream, as_json=as_json).exit_status(strict=False)


def _listed(found: Sequence[Disagreement]) -> str:
    lines = []
    for item in found:
        lines.append(f"{item.name}: {item.reason}")
        lines += [
            f"  {number}. {' '.join(claim.text.split())} [{', '.join(claim.references)}]"
            for number, claim in enumerate(item.claims, start=1)
        ]
    return "\n".join(lines) or "the references do not disagree"
