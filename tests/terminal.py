"""The program on a terminal, as a user at a keyboard meets it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Self

from program import command, environment

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 90
_TRIES = 5
"""How often a signal is sent to a program at its prompt. Python does not hear one that comes just
before it begins to wait for a key (`select` in Modules/readline.c) until a key or another comes."""
_STEERING = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]")
"""What readline tells the terminal besides text."""


def _take_the_terminal() -> None:
    """Make standard input the terminal whose Ctrl-C is this process's."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """The program on a pseudo-terminal, what it printed, and the keyboard."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command(*arguments),
            cwd=folder,
            env=environment() | {"TERM": "xterm", "LINES": "50", "COLUMNS": "300"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_the_terminal,  # noqa: PLW1509 - nothing else makes Ctrl-C a signal
        )
        os.close(theirs)
        self._raw = b""
        self._read = 0

    def until(self, words: str) -> str:
        """Wait until these words are printed; return what was printed since the last wait."""
        assert self._prints(words, _PATIENCE), f"{words!r} is not in {self.rest!r}"
        at = self._text.find(words, self._read)
        found = self._text[self._read : at + len(words)]
        self._read = at + len(words)
        return found

    def _prints(self, words: str, patience_s: float) -> bool:
        """Wait until these words are printed; return whether they are."""
        end = time.monotonic() + patience_s
        while words not in self.rest:
            if not self._ready(end):
                return False
            assert self._more(), f"the program has ended: {self.rest!r}"
        return True

    @property
    def _text(self) -> str:
        text = self._raw.decode("utf-8", "replace").replace("\r", "")
        return _STEERING.sub("", text)

    def _ready(self, end: float) -> bool:
        """Wait for something printed, or the program's end; return whether it came in time."""
        left = max(0.0, end - time.monotonic())
        return bool(select.select([self._ours], [], [], left)[0])

    def _more(self) -> bool:
        """Read what was printed meanwhile; return whether the program may print more."""
        try:
            new = os.read(self._ours, 65536)
        except OSError:  # Linux says so when nobody holds the other end
            return False
        self._raw += new
        return bool(new)

    def type(self, keys: str) -> None:
        r"""Type keys; the terminal's own are Ctrl-C, `\x03`, and Ctrl-D, `\x04`."""
        os.write(self._ours, keys.encode())

    def give_up_line(self) -> None:
        """Press Ctrl-C at the prompt until there is a new one: see `_TRIES`."""
        for _ in range(_TRIES):
            self.type("\x03")
            if self._prints("\n> ", _PATIENCE / 10):
                break
        self.until("\n> ")

    def ask(self, line: str) -> str:
        """Type a line at the prompt; return what is printed until the next prompt."""
        self.type(f"{line}\n")
        return self.until("\n> ").removesuffix("\n> ").partition("\n")[2]

    def terminate(self) -> int:
        """Send SIGTERM at the prompt until the program ends: see `_TRIES`; return its status."""
        for _ in range(_TRIES):
            self._process.terminate()
            if self._ends(_PATIENCE / 10):
                break
        return self.end()

    def end(self) -> int:
        """Wait for the program to end; return its exit status."""
        assert self._ends(_PATIENCE), f"the program goes on: {self.rest!r}"
        return self._process.wait(_PATIENCE)

    def _ends(self, patience_s: float) -> bool:
        """Wait until nobody holds the other end; return whether that came in time."""
        end = time.monotonic() + patience_s
        while self._ready(end):
            if not self._more():
                return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the program, if it has not ended."""
        self._process.kill()
        self._process.wait(_PATIENCE)
        os.close(self._ours)

    @property
    def rest(self) -> str:
        """What was printed after the last wait."""
        return self._text[self._read :]
