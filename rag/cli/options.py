"""Options that several commands have."""

import click

MODEL = "rag.model"
"""Where the context keeps who writes."""


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
