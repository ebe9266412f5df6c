"""`rag status`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rag.flows.status import ReferenceStatus, Status


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def command(root: Path, as_json: bool) -> None:
    """Show each reference with its state, the report's sections and the models in use."""
    from rag.cli.session import reading
    from rag.flows.status import status

    with reading(root) as (project, tools):
        project.read_checklist()  # a folder without one gets no store
        found = status(project, tools)
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        _print(found)


def _print(found: Status) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table("", "key", "state", "chunks", "claims", "ingested", box=None, pad_edge=False)
    for item in found.references:
        box = "[x]" if item.checked else "[ ]"
        day = item.ingested_at[:10]
        cells = [box if item.listed else " - ", item.key, _state(item), str(item.chunks)]
        table.add_row(*(_plain(cell) for cell in (*cells, str(item.claims), day)))
    console.print(table)
    for problem in found.problems:
        console.print(f"problem: {problem}", markup=False)
    if found.sections:
        console.print(f"\nreport.md, edition {found.edition}")
        sections = Table("section", "claims", "references", box=None, pad_edge=False)
        for section in found.sections:
            names = ", ".join(section.references)
            sections.add_row(section.id, str(section.claims), names)
        console.print(sections)
    console.print(f"\nwriter {found.writer}; embedder {found.embedder}; reranker {found.reranker}")


def _state(item: ReferenceStatus) -> str:
    state = item.state if item.listed else f"{item.state}, unlisted"
    return f"{state}: {item.reason}" if item.reason else state


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
