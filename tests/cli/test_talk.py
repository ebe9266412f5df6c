"""`rag ask` without a question, as a user at a terminal meets it."""

from __future__ import annotations

import re
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeAlias

import pytest
from modelled import two_claims
from program import run
from responder import MODEL, Fault, Held
from terminal import Terminal

from rag import wiring
from rag.adapters.onnx import OnnxEmbedder, OnnxPairScorer
from rag.cli import talk
from rag.flows.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from responder import Responder

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals"),
]
Opened: TypeAlias = "Callable[..., Terminal]"
QUESTION = "How much memory does the Beta accelerator have on each chip?"


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens terminals in a folder; what a failing test leaves behind is ended."""
    with ExitStack() as stack:
        yield lambda folder, *arguments: stack.enter_context(Terminal(folder, *arguments))


def test_a_session(composed: Path, opened: Opened) -> None:
    """Questions, a follow-up, a refusal, commands; what is printed is what `rag ask "…"` prints."""
    terminal = opened(composed, "ask")
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


def test_questions_are_kept_for_the_arrow_keys(composed: Path, opened: Opened) -> None:
    """Across sessions; commands are not, and Ctrl-D ends a session."""
    terminal = opened(composed, "ask")
    terminal.until("\n> ")
    terminal.ask("What does the Gamma training plan reserve?")
    terminal.ask("/help")
    terminal.type("\x04")
    assert terminal.end() == 0
    kept = (composed / "store" / talk.HISTORY).read_text(encoding="utf-8").splitlines()
    assert kept[-1] == "What does the Gamma training plan reserve?"
    assert "/help" not in kept
    terminal = opened(composed, "ask")
    terminal.until("\n> ")
    terminal.type("\x1b[A\n")
    assert "16 nodes" in terminal.until("\n> ")
    terminal.type("half a quest")
    terminal.until("half a quest")
    terminal.give_up_line()
    terminal.type("\x04")
    assert terminal.end() == 0


def test_a_store_that_cannot_keep_them(composed: Path, opened: Opened) -> None:
    """One line says so; questions are answered all the same."""
    path = composed / "store" / talk.HISTORY
    path.unlink(missing_ok=True)
    path.mkdir()
    try:
        terminal = opened(composed, "ask")
        assert "its questions are not kept" in terminal.until("\n> ")
        assert "141 GB" in terminal.ask(QUESTION)
        terminal.type("\x04")
        assert terminal.end() == 0
    finally:
        path.rmdir()


def test_what_is_missing_is_said_before_the_first_question(
    bare: Path, tmp_path: Path, opened: Opened
) -> None:
    """Nothing ingested, no checklist, no such reference: as without a session."""
    for folder, arguments, status in ((bare, ["ask"], 3), (tmp_path, ["ask"], 2)):
        terminal = opened(folder, *arguments)
        assert terminal.end() == status
        assert terminal.rest.startswith("rag: ")
    assert run(bare, "ask").line.startswith("rag: the question is empty")


def test_an_answer_can_be_stopped_and_can_fail(
    composed: Path, responder: Responder, opened: Opened
) -> None:
    """The session goes on, and the model is told what was asked and shown before."""
    responder.script = lambda asked: Held(two_claims(asked), "}]}", threading.Event())
    terminal = opened(composed, "ask", "--model", f"bedrock/{MODEL}")
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
    assert terminal.terminate() == 130


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
    talk.talk(project, tools, k=None, references=())
    tools.close()
    assert sorted(loads) == ["OnnxEmbedder", "OnnxPairScorer"]
    out = capsys.readouterr().out
    assert all(fact in out for fact in ("141 GB", "40 dollars", "16 nodes"))
