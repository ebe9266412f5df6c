"""`rag compose`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import strict_option, wait_option


@click.command(name="compose")
@click.option("--all", "every", is_flag=True, help="Go on until no box is unchecked.")
@click.option("--section", metavar="ID", help="Recompose this section from all evidence so far.")
@click.option("--dry-run", is_flag=True, help="Say which sections would change; write nothing.")
@strict_option
@wait_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    root: Path, every: bool, section: str | None, dry_run: bool, strict: bool, wait: float
) -> int:
    """Rewrite the report with the next unchecked reference, then tick its box."""
    from rag.cli.screen import show
    from rag.cli.session import writing
    from rag.flows.compose import compose

    with writing(root, command="rag compose", wait_s=wait) as (project, tools):
        stream = compose(project, tools, every=every, section=section, dry_run=dry_run)
        return show(stream).exit_status(strict=strict)
