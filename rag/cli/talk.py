"""`rag ask` without a question: one after the other, on a terminal."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from rag import cli
from rag.cli.answers import Page, show_answer
from rag.cli.failures import explained
from rag.cli.screen import say
from rag.flows.ask import one_line
from rag.flows.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from rag.flows.project import Project
    from rag.flows.tools import Tools

HISTORY = "questions"
"""The file of the store that keeps what was asked, for the arrow keys."""
_LONGEST = 1000
"""Questions that it keeps."""
_PROMPT = "> "
_COMMANDS = {
    "/sources": "the passages that the last answer cites",
    "/new": "begin anew: the next question follows none",
    "/help": "what can be typed here",
    "/quit": "end, as Ctrl-D does; Ctrl-C stops an answer",
}


def talk(project: Project, tools: Tools, *, k: int | None, references: Collection[str]) -> None:
    """Read questions from the terminal and answer each, until the user ends it.

    An error is one line, and the next question can be asked; Ctrl-C stops an answer.

    Args:
        project: where the checklist and the store are.
        tools: the wired adapters: loaded once, by the first question.
        k: see `rag.flows.ask.ask`.
        references: see `rag.flows.ask.ask`.

    Raises:
        RagError: there is nothing to ask, or nobody to answer.
    """
    talking = _Talking(Conversation(project, tools, k=k, references=references))
    say(f"Ask the references; {tools.writer.name} answers. /help shows what else can be typed.")
    history = _History(project.store / HISTORY)
    while (line := _read()) is not None:
        if not line:
            continue
        if line.startswith("/"):
            if not talking.obey(line):
                break
        else:
            history.add(line)
            talking.answer(line)


def _read() -> str | None:
    """Return the next line; empty if Ctrl-C threw it away, None at the end."""
    try:
        return input(_PROMPT).strip()
    except EOFError:
        say("")
        return None
    except KeyboardInterrupt:
        cli.go_on()
        say("")
        return ""


class _Talking:
    """A conversation and what of it is on the screen."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._page = Page()

    def answer(self, question: str) -> None:
        """Show the answer to a question, or in one line why there is none."""
        words = self._conversation.understood(question)
        if words != one_line(question):
            say(f"(searching for: {words})")
        self._page = Page()
        try:
            show_answer(partial(self._conversation.ask, question), self._page)
        except KeyboardInterrupt:
            cli.go_on()
            _tell("stopped")
        except Exception as error:
            if cli.was_interrupted():  # what was being loaded made an error of its own of it
                cli.go_on()
                _tell("stopped")
                return
            known = explained(error)
            if known is None:
                raise
            _tell(known[0])

    def obey(self, line: str) -> bool:
        """Do what a command says; return whether to go on."""
        name = line.split(maxsplit=1)[0]
        if name == "/sources":
            self._show_sources()
        elif name == "/new":
            self._conversation.forget()
        elif name == "/help":
            say("\n".join(f"{name:9} {does}" for name, does in _COMMANDS.items()))
        elif name != "/quit":
            _tell(f"{name} is no command: use {', '.join(_COMMANDS)}")
        return name != "/quit"

    def _show_sources(self) -> None:
        sources = self._page.sources
        for source in sources.values():
            where = f", {source.where}" if source.where else ""
            number = self._page.number(source)
            say(f"[{number}] {source.title}{where}\n    “{' '.join(source.quote.split())}”")
        if not sources:
            say("Nothing is cited yet.")


class _History:
    """Questions of this session and of those before it, for the arrow keys.

    Where Python has no readline there is none.

    Args:
        path: the file that keeps them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readline = _readline()
        if self._readline is None:
            return
        self._readline.set_auto_history(False)  # commands are not kept
        self._readline.set_history_length(_LONGEST)
        self._readline.clear_history()
        if path.exists():
            with self._noting():
                self._readline.read_history_file(path)

    def add(self, question: str) -> None:
        """Add a question, and write it down; another session may be adding to the file too."""
        if self._readline is None:
            return
        self._readline.add_history(question)
        with self._noting():
            self._path.touch(mode=0o600)
            if hasattr(self._readline, "append_history_file"):
                self._readline.append_history_file(1, self._path)
            else:  # libedit lacks it
                self._readline.write_history_file(self._path)

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """Say that the file cannot be used, once; questions are answered without it."""
        try:
            yield
        except OSError as error:
            self._readline = None
            _tell(
                f"{self._path}: {error.strerror}: the session goes on, its questions are not kept"
            )


def _readline() -> Any:
    """Return Python's readline, which gives `input` its editing; None on systems without one."""
    try:
        import readline
    except ModuleNotFoundError:
        return None
    return readline


def _tell(line: str) -> None:
    click.echo(f"rag: {line}", err=True)
