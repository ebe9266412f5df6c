"""The commands as a user meets them: lines, exit statuses, pipes, JSON, terminals."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from program import command, environment, run

if TYPE_CHECKING:
    from pathlib import Path


QUESTION = "How much memory does the Beta accelerator have on each chip?"
_VENDORS = {
    "boto3",
    "botocore",
    "chromadb",
    "httpx",
    "llama_index",
    "numpy",
    "onnxruntime",
    "pydantic",
    "rich",
    "sentence_transformers",
    "tokenizers",
    "torch",
    "trafilatura",
}


def _piped(root: Path, words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell pipeline in which `rag` is the program; the status is the program's own."""
    script = f'rag() {{ {shlex.join(command())} "$@"; }}\n{words}\nexit ${{PIPESTATUS[0]}}'
    return subprocess.run(
        ["bash", "-c", script],
        cwd=root,
        env=environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_help_loads_no_vendor() -> None:
    """`rag --help` imports none of the libraries that cost time to load."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rag", "--help"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & _VENDORS


@pytest.mark.parametrize("name", ["init", "ingest", "compose", "ask", "status", "runs", "doctor"])
def test_each_command_explains_itself(tmp_path: Path, name: str) -> None:
    """Every command has a help text, needs no project for it, and is named in the program's."""
    done = run(tmp_path, name, "--help")
    assert done.status == 0
    assert f"rag {name}" in done.out
    assert re.search(rf"^  {name}  +\S", run(tmp_path, "--help").out, re.MULTILINE)


def test_init_makes_a_project_that_works(tmp_path: Path) -> None:
    """After `rag init DIR`, `rag status` in it has nothing to complain about."""
    done = run(tmp_path, "init", "mine")
    assert done.status == 0
    assert "references.md" in done.out
    assert run(tmp_path, "-C", "mine", "status").status == 0
    assert run(tmp_path, "init", "mine").out == "all there\n"


@pytest.mark.models
def test_the_road(bare: Path) -> None:
    """Ingest, a no-op, compose one by one, nothing to do: each says what it did."""
    done = run(bare, "ingest")
    assert (done.status, done.err) == (0, "")
    assert len(done.out.splitlines()) == 4
    assert run(bare, "ingest").out == "nothing to do: all 4 references are in the store\n"
    one = run(bare, "ingest", "--reference", "alpha")
    assert one.out == "nothing to do: the reference is in the store\n"
    assert run(bare, "compose", "--dry-run").out.startswith("alpha may change memory from ")
    assert not (bare / "report.md").exists()
    done = run(bare, "compose")
    assert done.status == 0
    assert done.out.splitlines()[-1] == "alpha: used, edition 1"
    assert run(bare, "compose", "--all").status == 0
    assert (bare / "references.md").read_text(encoding="utf-8").count("- [x]") == 4
    before = (bare / "report.md").read_bytes()
    done = run(bare, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    assert done.out == "nothing to do: none of 4 references is unchecked\n"
    assert run(bare, "compose", "--section", "memory").status == 0
    assert (bare / "report.md").read_bytes() == before


@pytest.mark.models
def test_an_answer(composed: Path) -> None:
    """An answer has numbered claims and their sources; as JSON it has the same, with offsets."""
    done = run(composed, "ask", QUESTION)
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    assert "[1] Beta accelerators, Memory of Beta" in done.out
    answer = json.loads(run(composed, "ask", "--json", "-k", "1", QUESTION).out)
    assert answer["claims"][0]["citations"][0]["reference_key"] == "beta"
    assert answer["sources"][0]["quote"] in answer["passages"][0]["text"]
    assert len(answer["passages"]) == 1


@pytest.mark.models
def test_a_source_is_named_from_the_working_folder(composed: Path, tmp_path: Path) -> None:
    """Also in a folder whose name a link has percent-encoded."""
    folder = shutil.copytree(composed, tmp_path / "my Überblick 100%")
    here = run(folder, "ask", QUESTION).out
    assert here == run(composed, "ask", QUESTION).out
    assert "\n    /" not in here
    there = run(tmp_path, "-C", str(folder), "ask", QUESTION).out
    assert "\n    my%20%C3%9Cberblick%20100%25/" in there


@pytest.mark.models
def test_a_question_from_a_pipe(composed: Path) -> None:
    """A piped question is answered as one on the command line, whatever its bytes."""
    expected = run(composed, "ask", QUESTION).out
    assert run(composed, "ask", given=QUESTION.encode() + b"\n").out == expected
    assert run(composed, "ask", "-", given=QUESTION.encode()).out == expected
    done = run(composed, "ask", given=b"\xff\xfe\x00 memory of Beta?")
    assert (done.status, done.err) == (0, "")
    done = run(composed, "ask", given=b"memory " * 20_000)
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "status", "line"),
    [
        ("ask <&-", 2, "rag: the question is empty"),
        ("status >&-", 0, ""),
        ("status --json <&- >&-", 0, ""),
        ("compose --section nope >&- 2>&-", 2, ""),
    ],
)
def test_closed_streams(composed: Path, words: str, status: int, line: str) -> None:
    """What a daemon has closed is no failure, and no file of the store takes its place."""
    done = _piped(composed, f"rag {words}")
    assert done.returncode == status
    assert done.stderr.decode().startswith(line)
    assert b"Traceback" not in done.stderr


@pytest.mark.models
def test_options_from_the_environment(composed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable is named as its option is typed; several keys stand in one with blanks between."""
    monkeypatch.setenv("RAG_PROJECT", str(composed))
    monkeypatch.setenv("RAG_ASK_JSON", "1")
    monkeypatch.setenv("RAG_ASK_REFERENCE", "alpha garden")
    answer = json.loads(run(composed.parent, "ask", QUESTION).out)
    assert {item["reference"] for item in answer["passages"]} == {"alpha", "garden"}


def test_all_from_the_environment(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`RAG_COMPOSE_ALL` is `--all`."""
    monkeypatch.setenv("RAG_COMPOSE_ALL", "1")
    assert run(bare, "compose").status == 0
    assert "- [ ]" not in (bare / "references.md").read_text()


def test_one_section_is_recomposed(composed: Path) -> None:
    """What would be dropped in silence is refused: a second section, `--all` beside a section."""
    two = run(composed, "compose", "--section", "memory", "--section", "training")
    two.fails(2, "'--section': give it once")
    run(composed, "compose", "--section", "memory", "--all").fails(2, "leave --all out")


def test_a_refusal(composed: Path) -> None:
    """What the references do not answer is said plainly; that is no failure."""
    done = run(composed, "ask", "Who won the football world cup in 1974?")
    assert (done.status, done.out) == (0, "The references do not answer this.\n")


@pytest.mark.models
def test_status_as_json(composed: Path) -> None:
    """`status --json` parses and has every reference and section."""
    found = json.loads(run(composed, "status", "--json").out)
    states = {item["key"]: item["state"] for item in found["references"]}
    assert states == {
        "alpha": "used",
        "beta": "used",
        "gamma": "used",
        "garden": "no material change",
    }
    assert [section["id"] for section in found["sections"]] == ["summary", "memory", "training"]


@pytest.mark.models
@pytest.mark.parametrize("words", ["status", "status --json", f"ask {shlex.quote(QUESTION)}"])
def test_a_reader_that_leaves(composed: Path, words: str) -> None:
    """With the first line read and the pipe closed, the program ends as if nothing had been."""
    done = _piped(composed, f"rag {words} | head -1")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == 1


@pytest.mark.models
def test_work_goes_on_without_a_reader(bare: Path) -> None:
    """A run whose output nobody reads any more still does its work."""
    done = _piped(bare, "rag compose --all | head -1")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (bare / "references.md").read_text(encoding="utf-8").count("- [x]") == 4


@pytest.mark.models
def test_a_terminal_that_lacks_our_characters(composed: Path) -> None:
    """On a terminal without typographic marks the answer comes with replacements."""
    done = subprocess.run(
        command("ask", "What does the Gamma training plan reserve?"),
        cwd=composed,
        env=environment() | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.models
def test_progress_on_a_terminal(bare: Path) -> None:
    """On a terminal a run shows its progress and leaves the lines that it would print."""
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        command("compose", "--all"),
        cwd=bare,
        env=environment() | {"TERM": "xterm"},
        stdin=secondary,
        stdout=secondary,
        stderr=secondary,
    )
    os.close(secondary)
    shown = b""
    while piece := _read(primary):
        shown += piece
    os.close(primary)
    assert process.wait(60) == 0
    assert b"embedding alpha" in shown
    assert b"gamma: used, edition 3" in shown


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # the other side has closed
        return b""


@pytest.mark.models
def test_warnings_are_errors(tmp_path: Path, composed: Path) -> None:
    """No code of ours relies on what is deprecated: commands run with warnings as errors."""
    copy = shutil.copytree(composed, tmp_path / "copy")
    for words in (["status"], ["ask", QUESTION], ["compose", "--section", "memory"], ["ingest"]):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "rag", *words],
            cwd=copy,
            env=environment(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
