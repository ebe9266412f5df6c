"""`rag history`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time

import click

from rag.cli.options import json_option

_COUNTS = ("added", "returned", "restored", "merged", "superseded", "retired", "rejected", "calls")


@click.command(name="history")
@json_option
@click.pass_obj
def command(root: Path, as_json: bool) -> None:
    """Show the editions: what each added, merged, superseded, retired and rejected, and its cost.

    `calls` is how often a writer was asked.
    """
    from rag.cli.screen import as_json_list, say
    from rag.cli.session import reading
    from rag.cli.tables import as_table
    from rag.flows.history import history

    with reading(root) as (project, tools):
        project.read_checklist()  # a folder without one gets no store
        records = history(tools)
    if as_json:
        say(as_json_list(records))
        return
    if not records:
        say("no edition yet: run `rag compose`")
        return
    rows = [
        (
            str(item.number),
            item.at[:16].replace("T", " "),
            item.cause,
            *(str(getattr(item, name) or "") for name in _COUNTS),
            "" if item.material else "no material change",
        )
        for item in records
    ]
    say(as_table(("edition", "at (UTC)", "made by", *_COUNTS, ""), rows))
