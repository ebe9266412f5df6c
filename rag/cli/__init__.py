"""The command line. Commands are imported when they are called: `rag --help` loads no vendor."""

from __future__ import annotations

import importlib
import io
import signal
import sys
from pathlib import Path
from typing import Any

import click

from rag import __version__
from rag.errors import INTERRUPTED, StoppedError

# What each command does, in one line; the help of `rag` must not import them.
_COMMANDS = {
    "init": "Make a new project.",
    "ingest": "Read references into the store.",
    "compose": "Rewrite the report with the next unchecked reference.",
    "ask": "Answer a question from the references.",
    "status": "Show references, sections and models.",
    "verify": "Check every claim of the report again.",
    "history": "Show what each edition changed.",
    "diff": "Show what changed between editions, claim by claim.",
    "blame": "Show who brought each claim, and what stands behind it.",
    "refresh": "Read references again and reconcile the report.",
    "retract": "Take a reference back.",
    "resolve": "Settle where the references disagree.",
    "restore": "Make an earlier edition the last one.",
    "doctor": "Check credentials, models, store and services, and say what to do.",
    "runs": "Show what runs asked of a model, and what it took.",
}


_INTERRUPTED = "interrupted; what was committed stays, the next run goes on", INTERRUPTED
_interrupts: list[int] = []
"""The signals that have asked this process to end."""
_AGAIN_S = 0.02


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"rag.cli.{cmd_name}")
        command: click.Command = module.command
        for option in command.params:
            if isinstance(option, click.Option) and option.envvar is None:
                option.envvar = _variable(cmd_name, option)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _variable(command: str, option: click.Option) -> str:
    """Return the environment variable of an option: named as a user types it, `--all` by ALL."""
    typed = max(option.opts, key=len).lstrip("-")
    return f"RAG_{command}_{typed.replace('-', '_')}".upper()


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done; 1 nothing could be done; 2 usage or config; 3 a prerequisite is "
    "missing; 4 another run holds the lock; 5 a cap was reached; 6 a service failed; "
    "130 interrupted.",
)
@click.version_option(__version__, prog_name="rag")
@click.option(
    "-C",
    "--project",
    envvar="RAG_PROJECT",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="the working folder",
    help="The folder with references.md.",
)
@click.pass_context
def group(context: click.Context, project: Path) -> None:
    """Keep a living report in which every statement is cited to the exact passage."""
    context.obj = project


def main() -> None:
    """Run the program; the one place where errors become a line and an exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is to be ignored
        signal.signal(signal.SIGINT, _interrupt)
    sys.unraisablehook = _unraisable
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack some of our characters
            stream.reconfigure(errors="replace")
    try:
        status: Any = group(prog_name="rag", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _end(*_INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "rag"
        _end(f"{error.format_message().rstrip('.')}: see `{where} --help`", error.exit_code)
    except Exception as error:
        from rag.cli.failures import explained

        known = explained(error)
        # An extension that was being loaded made an error of its own of an interrupt.
        if _interrupts and not isinstance(error, StoppedError):
            known = _INTERRUPTED
        if known is None:
            raise
        _end(*known)
    sys.exit(status if isinstance(status, int) else 0)


def was_interrupted() -> bool:
    """Whether a signal has asked the program to stop what it does."""
    return bool(_interrupts)


def go_on() -> None:
    """Go on after Ctrl-C, in a session that it does not end.

    Raises:
        KeyboardInterrupt: the program was asked to end (SIGTERM).
    """
    if signal.SIGTERM in _interrupts:
        raise KeyboardInterrupt
    _interrupts.clear()


def _interrupt(number: int, _: object) -> None:
    _interrupts.append(number)
    raise KeyboardInterrupt


def _unraisable(ignored: sys.UnraisableHookArgs) -> None:
    """Interrupt again in a moment where an extension, called back, could not hand it on."""
    if not issubclass(ignored.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(ignored)
        return
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)


def _end(message: str, status: int) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    click.echo(f"rag: {message}", err=True)
    sys.exit(status)
