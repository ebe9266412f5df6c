"""Options that several commands have."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])
MODEL = "rag.model"
"""Where the context keeps who writes."""
MAX_COST, MAX_TOKENS = "rag.max-cost", "rag.max-tokens"
"""Where the context keeps the caps of the run."""


def _remember(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        context.meta[MODEL] = value


model_option = click.option(
    "--model",
    envvar="RAG_MODEL",
    metavar="MODEL",
    expose_value=False,
    callback=_remember,
    help='Who writes: "extractive" or "bedrock/<model id, inference profile or ARN>".',
)


def _cost(context: click.Context, _: click.Parameter, value: float | None) -> None:
    if value is not None:
        if not math.isfinite(value):
            raise click.BadParameter("it is a sum of money", ctx=context)
        context.meta[MAX_COST] = Decimal(str(value))


def _tokens(context: click.Context, _: click.Parameter, value: int | None) -> None:
    if value is not None:
        context.meta[MAX_TOKENS] = value


def caps_options(command: F) -> F:
    """Add the caps of a run to a command."""
    money = click.option(
        "--max-cost",
        type=click.FloatRange(min=0, min_open=True),
        metavar="MONEY",
        expose_value=False,
        callback=_cost,
        help="Send no call that could take the run over it, in the currency of [prices].",
    )
    tokens = click.option(
        "--max-tokens",
        type=click.IntRange(min=1),
        metavar="N",
        expose_value=False,
        callback=_tokens,
        help="Send no call that could take the run over so many tokens.",
    )
    return money(tokens(command))


strict_option = click.option(
    "--strict", is_flag=True, help="Exit with 1 when something was skipped."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait for another run to end.",
)
