"""The command line. Commands are imported when they are called: `rag --help` loads no vendor."""

from __future__ import annotations

import errno
import importlib
import io
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click

from rag import __version__
from rag.errors import INTERRUPTED, RagError, ServiceError

# What each command does, in one line; the help of `rag` must not import them.
_COMMANDS = {
    "init": "Make a new project.",
    "ingest": "Read references into the store.",
    "compose": "Rewrite the report with the next unchecked reference.",
    "ask": "Answer a question from the references.",
    "status": "Show references, sections and models.",
}


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"rag.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Group,
    context_settings={"auto_envvar_prefix": "RAG", "help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done; 1 nothing could be done; 2 usage or config; 3 a prerequisite is "
    "missing; 4 another run holds the lock; 5 a cap was reached; 6 a service failed; "
    "130 interrupted.",
)
@click.version_option(__version__, prog_name="rag")
@click.option(
    "-C",
    "--project",
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack some of our characters
            stream.reconfigure(errors="replace")
    try:
        status: Any = group(standalone_mode=False)
    except click.exceptions.Abort:
        _end("interrupted; what was committed stays, the next run goes on", INTERRUPTED)
    except KeyboardInterrupt:
        _end("interrupted; what was committed stays, the next run goes on", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except RagError as error:
        _end(str(error), error.exit_status)
    except sqlite3.OperationalError as error:
        _end(f"the store cannot be used ({error}): {_mend(error)}", ServiceError.exit_status)
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise  # a bug of ours
        _end(
            f"a file of the store is damaged ({error}): delete store/index.db and store/chroma, which "
            "the next run makes anew; if that does not help, move store/ away",
            ServiceError.exit_status,
        )
    except OSError as error:
        if error.filename is None and error.strerror is None:
            raise
        where = f"{error.filename}: " if error.filename else ""
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        advice = ": free some space" if full else ""
        _end(f"{where}{error.strerror}{advice}", ServiceError.exit_status)
    sys.exit(status if isinstance(status, int) else 0)


def _mend(error: sqlite3.OperationalError) -> str:
    """Return what the user can do about a store that SQLite cannot use."""
    if _code(error) & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return "free some space"
    if _code(error) == sqlite3.SQLITE_BUSY:
        return "wait for the other run to end"
    return "see that the folder store/ can be written"


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0)  # absent where SQLite itself was not reached


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _end(message: str, status: int) -> None:
    click.echo(f"rag: {message}", err=True)
    sys.exit(status)
