"""`rag ask`."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import caps_options, exchange_options, model_option

if TYPE_CHECKING:
    from rag.flows.ask import Answer


@click.command(name="ask")
@click.argument("question", required=False)
@click.option("-k", type=click.IntRange(1, 1000), metavar="N", help="Draw on N passages.")
@click.option("--reference", metavar="KEY", help="Ask only this reference.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@model_option
@caps_options
@exchange_options
@click.pass_obj
def command(
    root: Path, question: str | None, k: int | None, reference: str | None, as_json: bool
) -> None:
    """Answer QUESTION (or standard input) with cited claims, or say that nothing answers it."""
    from rag.cli.screen import say
    from rag.cli.session import reading
    from rag.flows.ask import ask

    if question is None or question == "-":
        question = "" if sys.stdin.isatty() else _piped()
    with reading(root) as (project, tools):
        answer = ask(project, tools, question, k=k, reference=reference)
    say(answer.model_dump_json(indent=2) if as_json else as_text(answer))


def _piped() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def as_text(answer: Answer) -> str:
    """Return an answer for a terminal: numbered claims, then their sources."""
    from rag.flows.ask import NO_ANSWER

    if answer.is_refusal:
        return NO_ANSWER
    places = dict.fromkeys((source.title, source.where, source.link) for source in answer.sources)
    numbers = {place: number for number, place in enumerate(places, start=1)}
    at = {item.label: numbers[item.title, item.where, item.link] for item in answer.sources}
    lines = []
    for claim in answer.claims:
        marks = "".join(f"[{at[citation.label]}]" for citation in claim.citations)
        text = claim.text.replace("\n", "\n  ")  # code keeps its lines
        said = f"“{text}” ({claim.attribution})" if claim.attribution else text
        lines.append(f"- {said} {marks}")
    lines.append("")
    for (title, where, link), number in numbers.items():
        lines.append(f"[{number}] {title}, {where}" if where else f"[{number}] {title}")
        lines.append(f"    {link}")
    return "\n".join(lines)
