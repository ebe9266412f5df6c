"""`rag ask` without a question, as a user at a terminal meets it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from typing import TYPE_CHECKING

import pytest
from modelled import two_claims
from program import command, environment, run
from responder import Fault, Held, dummy_credentials, responding

from rag import wiring
from rag.adapters.onnx import OnnxEmbedder, OnnxPairScorer
from rag.cli import talk
from rag.flows.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from responder import Responder

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals"),
]
_PATIENCE = 90
MODEL = "us.anthropic.claude-sonnet-4-20250514-v1:0"
QUESTION = "How much memory does the Beta accelerator have on each chip?"
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
        end = time.monotonic() + _PATIENCE
        while (at := self._text.find(words, self._read)) < 0:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{words!r} is not in {self._text[self._read :]!r}"
            assert self._more(), f"the program has ended: {self._text[self._read :]!r}"
        found = self._text[self._read : at + len(words)]
        self._read = at + len(words)
        return found

    @property
    def _text(self) -> str:
        text = self._raw.decode("utf-8", "replace").replace("\r", "")
        return _STEERING.sub("", text)

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

    def ask(self, line: str) -> str:
        """Type a line at the prompt; return what is printed until the next prompt."""
        self.type(f"{line}\n")
        return self.until("\n> ").removesuffix("\n> ").partition("\n")[2]

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Wait for the program to end; return its exit status."""
        while self._more():
            pass
        status = self._process.wait(_PATIENCE)
        os.close(self._ours)
        return status

    @property
    def rest(self) -> str:
        """What was printed after the last wait."""
        return self._text[self._read :]


def test_a_session(composed: Path) -> None:
    """Questions, a follow-up, a refusal, commands; what is printed is what `rag ask "…"` prints."""
    terminal = Terminal(composed, "ask")
    assert "extractive answers" in terminal.until("\n> ")
    assert terminal.ask("/sources") == "Nothing is cited yet."
    told = terminal.ask(QUESTION)
    assert told.strip() == run(composed, "ask", QUESTION).out.strip()
    told = terminal.ask("and its price?")
    assert told.startswith("(searching for: Beta: and its price?)\n- One Beta instance costs 40")
    told = terminal.ask("/sources")
    assert told.startswith("[1] Beta accelerators, Price of Beta\n    “One Beta instance costs 40")
    assert terminal.ask("Who won the cup in 1974?") == "The references do not answer this."
    assert "/quit" in terminal.ask("/help")
    assert "rag: /frobnicate is no command: use /sources" in terminal.ask("/frobnicate now")
    assert terminal.ask("/new") == ""
    assert "searching for" not in terminal.ask("and its price?")
    assert terminal.ask("") == ""
    terminal.type("/quit\n")
    assert terminal.end() == 0


def test_questions_are_kept_for_the_arrow_keys(composed: Path) -> None:
    """Across sessions; commands are not, and Ctrl-D ends a session."""
    terminal = Terminal(composed, "ask")
    terminal.until("\n> ")
    terminal.ask("What does the Gamma training plan reserve?")
    terminal.ask("/help")
    terminal.type("\x04")
    assert terminal.end() == 0
    kept = (composed / "store" / talk.HISTORY).read_text(encoding="utf-8").splitlines()
    assert kept[-1] == "What does the Gamma training plan reserve?"
    assert "/help" not in kept
    terminal = Terminal(composed, "ask")
    terminal.until("\n> ")
    terminal.type("\x1b[A\n")
    assert "16 nodes" in terminal.until("\n> ")
    terminal.type("half a quest\x03")
    terminal.until("\n> ")
    terminal.type("\x04")
    assert terminal.end() == 0


def test_a_store_that_cannot_keep_them(composed: Path) -> None:
    """One line says so; questions are answered all the same."""
    path = composed / "store" / talk.HISTORY
    path.unlink(missing_ok=True)
    path.mkdir()
    try:
        terminal = Terminal(composed, "ask")
        assert "its questions are not kept" in terminal.until("\n> ")
        assert "141 GB" in terminal.ask(QUESTION)
        terminal.type("\x04")
        assert terminal.end() == 0
    finally:
        path.rmdir()


def test_what_is_missing_is_said_before_the_first_question(bare: Path, tmp_path: Path) -> None:
    """Nothing ingested, no checklist, no such reference: as without a session."""
    for folder, arguments, status in ((bare, ["ask"], 3), (tmp_path, ["ask"], 2)):
        terminal = Terminal(folder, *arguments)
        assert terminal.end() == status
        assert terminal.rest.startswith("rag: ")
    assert run(bare, "ask").line.startswith("rag: the question is empty")


@pytest.fixture
def responder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Responder]:
    """A model that is honest; the environment leads to it."""
    dummy_credentials(monkeypatch, tmp_path)
    with responding() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        server.script = two_claims
        yield server


def test_an_answer_can_be_stopped_and_can_fail(composed: Path, responder: Responder) -> None:
    """The session goes on, and the model is told what was asked and shown before."""
    responder.script = lambda asked: Held(two_claims(asked), "}]}", threading.Event())
    terminal = Terminal(composed, "ask", "--model", f"bedrock/{MODEL}")
    assert f"bedrock/{MODEL} answers" in terminal.until("\n> ")
    terminal.type(f"{QUESTION}\n")
    terminal.until("- The Beta accelerator has 141 GB")
    terminal.type("\x03")
    assert "[1] Beta accelerators" in terminal.until("rag: stopped\n> ")
    responder.plays(Fault(400, "ServiceQuotaExceededException", "oh"))
    told = terminal.ask("and its price?")
    assert re.search(r"\nrag: bedrock/.*: a quota is used up.*run again later$", told), told
    responder.script = two_claims
    told = terminal.ask("And Alpha?")
    assert "96 GB" in told
    words = responder.asked[-1].words
    assert f"<earlier>\n{QUESTION}\n- The Beta accelerator has 141 GB" in words
    assert "<earlier>\nand its price?\n(no answer)\n</earlier>" in words
    terminal.signal(signal.SIGTERM)
    assert terminal.end() == 130


def test_models_and_store_are_loaded_once(
    composed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However many questions are asked."""
    loads: list[str] = []

    def counted(kind: type) -> type:
        class Counted(kind):
            def __init__(self, *args, **more) -> None:
                loads.append(kind.__name__)
                super().__init__(*args, **more)

        return Counted

    monkeypatch.setattr("rag.adapters.onnx.OnnxEmbedder", counted(OnnxEmbedder))
    monkeypatch.setattr("rag.adapters.onnx.OnnxPairScorer", counted(OnnxPairScorer))
    lines = iter([QUESTION, "and its price?", "What does the Gamma training plan reserve?"])

    def typed(_: str) -> str:
        for line in lines:
            return line
        raise EOFError

    monkeypatch.setattr("builtins.input", typed)
    project = Project(root=composed)
    tools = wiring.Wired(project)
    talk.talk(project, tools, k=None, reference=None)
    tools.close()
    assert sorted(loads) == ["OnnxEmbedder", "OnnxPairScorer"]
    out = capsys.readouterr().out
    assert all(fact in out for fact in ("141 GB", "40 dollars", "16 nodes"))
