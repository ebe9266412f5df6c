"""`rag ask`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import caps_options, exchange_options, model_option, references_option

if TYPE_CHECKING:
    from rag.flows.ask import Answer


@click.command(name="ask")
@click.argument("question", required=False)
@click.option("-k", type=click.IntRange(1, 1000), metavar="N", help="Draw on N passages.")
@references_option
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@model_option
@caps_options
@exchange_options
@click.pass_obj
def command(
    root: Path, question: str | None, k: int | None, reference: tuple[str, ...], as_json: bool
) -> None:
    """Answer QUESTION with cited claims, or say that nothing answers it.

    Without QUESTION, a terminal gets a session with follow-ups; from a pipe the question is read.
    """
    from rag.cli.answers import show_answer
    from rag.cli.screen import say
    from rag.cli.session import reading
    from rag.cli.talk import talk
    from rag.flows.ask import ask

    talks = question is None and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    if not talks and question in {None, "-"}:
        question = "" if sys.stdin.isatty() else _piped()
    with reading(root) as (project, tools):
        if question is None:
            talk(project, tools, k=k, references=reference)
            return
        if as_json:

            def show(answer: Answer) -> None:
                say(answer.model_dump_json(indent=2))

            show(ask(project, tools, question, k=k, references=reference, broken=show))
        else:
            show_answer(partial(ask, project, tools, question, k=k, references=reference))


def _piped() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace")
