"""`rag diff`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import json_option


@click.command(name="diff")
@click.argument("one", metavar="[A]", type=click.IntRange(min=0), required=False)
@click.argument("other", metavar="[B]", type=click.IntRange(min=1), required=False)
@json_option
@click.pass_obj
def command(root: Path, one: int | None, other: int | None, as_json: bool) -> None:
    """Show what changed from edition A (the last but one) to B (the last), as Markdown."""
    from rag.cli.screen import say
    from rag.cli.session import reading
    from rag.flows.diff import diff

    with reading(root) as (project, tools):
        project.read_checklist()
        found = diff(tools, one, other)
        say(found.model_dump_json(indent=2) if as_json else found.as_markdown.rstrip("\n"))
