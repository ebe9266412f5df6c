"""`rag diff`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click


@click.command(name="diff")
@click.argument("one", metavar="[A]", type=click.IntRange(min=0), required=False)
@click.argument("other", metavar="[B]", type=click.IntRange(min=1), required=False)
@click.pass_obj
def command(root: Path, one: int | None, other: int | None) -> None:
    """Show what changed from edition A (the last but one) to B (the last), as Markdown."""
    from rag.cli.screen import say
    from rag.cli.session import reading
    from rag.flows.history import diff

    with reading(root) as (project, tools):
        project.read_checklist()
        say(diff(tools, one, other).rstrip("\n"))
