"""Options that several commands have."""

import click

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
