"""The errors a user can meet, each with its exit status and its advice.

    RagError                    1  nothing could be done
    ├── UsageError              2  a wrong word on the command line
    │   └── ConfigError         2  a wrong key or value in config/
    ├── PrerequisiteError       3  a model, an extra, a store of another model
    ├── LockedError             4  another run holds the lock
    ├── CapError                5  a cap was reached
    ├── ServiceError            6  a service, a disk or a file system failed
    └── StoppedError          130  the user stopped a run that had something to keep

A mistake of the user's, or of the world, is one of these and is printed as one line; anything
else is a bug of ours and keeps its traceback.
"""

from __future__ import annotations


class RagError(Exception):
    """What went wrong, where, and what to do about it.

    Args:
        message: what happened and where, one line, without a final full stop.
        advice: what the user can do, one imperative phrase; empty where nothing can be done.
    """

    exit_status = 1

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Return the one line that is printed."""
        return f"{self.message}: {self.advice}" if self.advice else self.message


class UsageError(RagError):
    """The command line asks for something that cannot be."""

    exit_status = 2


class ConfigError(UsageError):
    """A configuration file has an unknown key or a bad value."""


class PrerequisiteError(RagError):
    """Something that must be there first is missing or of another kind."""

    exit_status = 3


class LockedError(RagError):
    """Another run is at work on this project."""

    exit_status = 4


class CapError(RagError):
    """A cap that the user set was reached."""

    exit_status = 5


class ServiceError(RagError):
    """A service, the disk or the file system failed."""

    exit_status = 6


INTERRUPTED = 130
"""Exit status after Ctrl-C (128 + SIGINT)."""


class StoppedError(RagError):
    """The user stopped a run (Ctrl-C, SIGTERM), and what was finished is kept."""

    exit_status = INTERRUPTED
