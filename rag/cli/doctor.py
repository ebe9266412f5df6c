"""`rag doctor`."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import json_option, model_option

if TYPE_CHECKING:
    from rag.types import Check
    from rag.wiring import Wired


@click.command(name="doctor")
@click.option("--offline", is_flag=True, help="Ask nothing of services and of models that write.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before a call that costs something.")
@json_option
@model_option
@click.pass_obj
def command(root: Path, offline: bool, yes: bool, as_json: bool) -> int:
    """Check checklist, store, index, models, credentials and services; say what to do about each.

    A model that writes, or lives on a service, is asked one short question; what that takes is said
    before, and on a terminal confirmed. Exit status 0 if no check failed, else 1.
    """
    from rag.cli.screen import as_json_list, say
    from rag.cli.session import reading
    from rag.flows.doctor import doctor

    checks = []
    with reading(root) as (project, tools):
        project.read_checklist()
        call = not offline and _agreed(tools, asks=not yes)
        for check in doctor(project, tools, call=call):
            checks.append(check)
            if not as_json:
                say(_line(check))
    if as_json:
        say(as_json_list(checks))
    return 1 if any(check.state == "failed" for check in checks) else 0


def _agreed(tools: Wired, *, asks: bool) -> bool:
    """Say what will be asked of services; return whether it may be."""
    costs = ", ".join([*tools.remote.values(), *(service.cost for service in tools.services)])
    if not costs:
        return True
    if asks and sys.stdin.isatty():
        return click.confirm(f"This makes {costs}. Go on?", default=True, err=True)
    click.echo(f"this makes {costs}; --offline makes none", err=True)
    return True


def _line(check: Check) -> str:
    advice = f": {check.advice}" if check.advice else ""
    return f"{check.state:<8} {check.name}: {check.found}{advice}"
