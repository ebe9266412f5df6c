"""The program: `rag` and `python -m rag`."""

from rag.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
