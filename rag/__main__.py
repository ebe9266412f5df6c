"""The program: `rag` and `python -m rag`."""

import os
import signal
import sys


def main() -> None:
    """Run the program; an interrupt ends it with one line even before the commands are loaded."""
    try:
        _open_what_is_closed()
        from rag.cli import main as run  # noqa: PLC0415 - see above

        run()
    except KeyboardInterrupt:
        sys.stderr.write("rag: interrupted\n")
        _leave(130)
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else 0)


def _open_what_is_closed() -> None:
    """Open the streams that the program was started without, as cron and daemons do.

    Else the next file that is opened takes the place of one, and gets what is meant for it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            mode = "w" if number else "r"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _leave(status: int) -> None:
    """End the process at once: all files are closed.

    Python's own way out takes down the native threads of vendors, which costs time and, when a
    signal comes meanwhile, the exit status.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # its reader has gone
            continue
    os._exit(status)


if __name__ == "__main__":
    main()
