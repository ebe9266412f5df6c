"""Options that several commands have."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

C = TypeVar("C", bound="Callable[..., Any]")

WIRED = "rag.wired"
"""Where the context keeps what `rag.wiring.Wired` is given, by its name there."""


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value and parameter.name:
        context.meta.setdefault(WIRED, {})[parameter.name] = value


model_option = click.option(
    "--model",
    envvar="RAG_MODEL",
    metavar="MODEL",
    expose_value=False,
    callback=_remember,
    help='Who writes: "extractive", "bedrock/<model id, inference profile or ARN>", "local/<GGUF '
    'file>" or "llama-index/<class path>".',
)


def _money(context: click.Context, parameter: click.Parameter, value: float | None) -> None:
    if value is not None:
        if not math.isfinite(value):
            raise click.BadParameter("it is a sum of money", ctx=context)
        _remember(context, parameter, Decimal(str(value)))


def caps_options(command: C) -> C:
    """Add the caps of a run to a command."""
    money = click.option(
        "--max-cost",
        type=click.FloatRange(min=0, min_open=True),
        metavar="MONEY",
        expose_value=False,
        callback=_money,
        help="Send no call that could take the run over it, in the currency of [prices].",
    )
    tokens = click.option(
        "--max-tokens",
        type=click.IntRange(min=1),
        metavar="N",
        expose_value=False,
        callback=_remember,
        help="Send no call that could take the run over so many tokens.",
    )
    return money(tokens(command))


_record_option = click.option(
    "--record",
    envvar="RAG_RECORD",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    expose_value=False,
    callback=_remember,
    help="Keep what is asked of a model on Bedrock, and its replies, in this folder.",
)
_replay_option = click.option(
    "--replay",
    envvar="RAG_REPLAY",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    expose_value=False,
    callback=_remember,
    help="Take the replies from a folder that was recorded; nothing is sent.",
)


def exchange_options(command: C) -> C:
    """Add `--record DIR` and `--replay DIR`."""
    return _record_option(_replay_option(command))


references_option = click.option(
    "--reference", metavar="KEY", multiple=True, help="Only this one; may be given several times."
)
strict_option = click.option(
    "--strict", is_flag=True, help="Exit with 1 when something was skipped."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


def _seconds(context: click.Context, parameter: click.Parameter, value: float) -> float:  # noqa: ARG001 - click's
    if math.isnan(value):  # it is in any range
        raise click.BadParameter("it is a number of seconds", ctx=context)
    return value


wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    callback=_seconds,
    default=0.0,
    metavar="SECONDS",
    help="Wait for another run to end.",
)
