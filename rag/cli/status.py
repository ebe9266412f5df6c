"""`rag status`."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import json_option, model_option

if TYPE_CHECKING:
    from rich.console import Console

    from rag.flows.status import ReferenceStatus, Status

_PIPE_WIDTH = 10_000


@click.command(name="status")
@json_option
@model_option
@click.pass_obj
def command(root: Path, as_json: bool) -> None:
    """Show each reference with its state, the report's sections and the models in use."""
    from rag.cli.screen import say
    from rag.cli.session import reading
    from rag.flows.status import status

    with reading(root) as (project, tools):
        project.read_checklist()  # a folder without one gets no store
        found = status(project, tools)
    say(found.model_dump_json(indent=2) if as_json else _as_text(found))


def _as_text(found: Status) -> str:
    """Return the status as tables: as wide as the terminal, in a pipe as wide as they come."""
    from rich.console import Console

    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    with console.capture() as capture:
        _print(found, console)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def _print(found: Status, console: Console) -> None:
    from rich.table import Table

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
