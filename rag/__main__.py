"""The program: `rag` and `python -m rag`."""

import os
import signal
import sys


def main() -> None:
    """Run the program; an interrupt ends it with one line even before the commands are loaded."""
    try:
        from rag.cli import main as run  # noqa: PLC0415 - see above

        run()
    except KeyboardInterrupt:
        sys.stderr.write("rag: interrupted\n")
        _leave(130)
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else 0)


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
