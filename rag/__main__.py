"""The program: `rag` and `python -m rag`."""

import sys


def main() -> None:
    """Run the program; an interrupt ends it with one line even before the commands are loaded."""
    try:
        from rag.cli import main as run  # noqa: PLC0415 - see above

        run()
    except KeyboardInterrupt:
        sys.stderr.write("rag: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
