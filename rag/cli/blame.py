"""`rag blame`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import json_option


@click.command(name="blame")
@click.argument("section", required=False)
@json_option
@click.pass_obj
def command(root: Path, section: str | None, as_json: bool) -> None:
    """Show each claim with the edition and the references that brought it.

    `works` is how many independent references stand behind it, briefs and copies of one counted
    once; `as of` the newest date that they state.
    """
    from rag.cli.screen import as_json_list, say
    from rag.cli.session import reading
    from rag.cli.tables import as_table
    from rag.flows.history import blame

    with reading(root) as (project, tools):
        project.read_checklist()
        found = blame(tools, section)
        is_new = tools.store.latest() is None
    if as_json:
        say(as_json_list(found))
        return
    rows = [
        (
            item.section,
            str(item.edition),
            ", ".join(item.references),
            str(item.independent),
            item.as_of,
            " ".join(item.text.split()),
        )
        for item in found
    ]
    header = ("section", "edition", "references", "works", "as of", "claim")
    nothing = "no edition yet: run `rag compose`" if is_new else "no claims but repeated ones"
    say(as_table(header, rows) if rows else nothing)
