"""`rag history`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import json_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.flows.history import EditionAccount, EditionRecord, Happening

_COUNTS = ("added", "returned", "restored", "merged", "superseded", "retired", "rejected", "calls")


@click.command(name="history")
@click.argument("edition", type=click.IntRange(min=1), required=False)
@json_option
@click.pass_obj
def command(root: Path, edition: int | None, as_json: bool) -> None:
    """Show the editions: what each added, merged, superseded, retired and rejected, and its cost.

    `calls` is how often a writer was asked. With EDITION: that one, claim by claim, with reasons
    and verdicts.
    """
    from rag.cli.screen import as_json_list, say
    from rag.cli.session import reading
    from rag.flows.history import account, history

    with reading(root) as (project, tools):
        project.read_checklist()  # a folder without one gets no store
        if edition is not None:
            told = account(tools, edition)
            say(told.model_dump_json(indent=2) if as_json else _as_text(told))
            return
        records = history(tools)
    say(as_json_list(records) if as_json else _as_table(records))


def _as_table(records: Sequence[EditionRecord]) -> str:
    from rag.cli.tables import as_table

    if not records:
        return "no edition yet: run `rag compose`"
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
    return as_table(("edition", "at (UTC)", "made by", *_COUNTS, ""), rows)


def _as_text(told: EditionAccount) -> str:
    """Return one line for the edition, and one for each claim."""
    lines = [f"edition {told.number}: {', '.join(_made(told))}"]
    lines += [f"{item.fate}, {item.section}: {_happened(item)}" for item in told.happenings]
    lines += [
        f"rejected, {item.section}: {item.verdict}: {item.reason}: {_line(item.text)}"
        for item in told.rejections
    ]
    return "\n".join(lines)


def _made(told: EditionAccount) -> Iterator[str]:
    yield told.cause
    if told.at:
        yield f"{told.at[:16].replace('T', ' ')} UTC"
    if told.calls:
        yield f"{told.calls} {'call' if told.calls == 1 else 'calls'}"
    if not told.material:
        yield "no material change"


def _happened(item: Happening) -> str:
    by = f" → {_line(item.by)}" if item.by else ""
    reason = f" ({item.reason})" if item.reason else ""
    return f"{_line(item.text)} [{', '.join(item.references)}]{by}{reason}"


def _line(text: str) -> str:
    return " ".join(text.split())
