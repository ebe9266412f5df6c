"""A model in a GGUF file writes, as a user meets it: the program in its own process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from program import command, environment, run
from projects import local_project_at

pytest.importorskip("xllamacpp", reason="needs rag[local]")
tinymodel = pytest.importorskip("tinymodel", reason="needs gguf")

pytestmark = pytest.mark.models
QUESTION = "How much memory does the Alpha accelerator have on each chip?"


def set_model(root: Path, name: str, more: str = "") -> None:
    """Have a file write."""
    path = root / "config" / "rag.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f'model = "local/{name}"\n{text}\n{more}', encoding="utf-8")


def calls(root: Path) -> list[dict]:
    """What the last runs asked."""
    return json.loads(run(root, "runs", "--json").out)


def test_a_model_that_says_nothing_writes_nothing(bare: Path) -> None:
    """Its file is found from the project's folder; each call stands in the record, at no cost."""
    (bare / "models").mkdir()
    tinymodel.saved(bare / "models" / "tiny.gguf", tinymodel.LACONIC)
    set_model(bare, "models/tiny.gguf", "[local]\ncontext_tokens = 40_000\n")
    assert run(bare, "compose", "--dry-run").status == 0
    assert not calls(bare)
    done = run(bare, "compose")
    assert (done.status, done.err) == (0, "")
    assert "memory: 0 claims" in done.out
    done = run(bare, "ask", QUESTION)
    assert (done.status, done.out) == (0, "The references do not answer this.\n")
    found = calls(bare)
    assert {call["purpose"] for call in found} >= {"section memory", "section training", "answer"}
    for call in found:
        assert re.fullmatch(r"local/tiny\.gguf@[0-9a-f]{8}", call["model"])
        assert (call["stop"], call["error"], call["cost"]) == ("stop", "", None)
        assert call["tokens"]["input"] > call["tokens"]["output"] > 0


def test_doctor_loads_and_asks_it(bare: Path) -> None:
    """Once, which is said before and recorded. A file that is none is told."""
    tinymodel.saved(bare / "tiny.gguf", tinymodel.LACONIC)
    set_model(bare, "tiny.gguf", "[local]\ncontext_tokens = 40_000\n")
    done = run(bare, "doctor", "--offline")
    assert (done.status, done.err) == (0, "")
    assert "skipped  model: local/tiny.gguf was not asked" in done.out
    done = run(bare, "doctor")
    assert done.status == 0
    assert done.line.startswith("this makes 1 call of about 600 tokens to local/tiny.gguf; ")
    assert re.search(r"ok       model: local/tiny\.gguf@\w+ answers \(schema\)", done.out)
    (call,) = calls(bare)
    assert call["purpose"] == "doctor"
    (bare / "tiny.gguf").write_bytes(b"GGUF, or so it says")
    done = run(bare, "doctor")
    assert done.status == 1
    assert re.search("failed   model: .*tiny.gguf cannot be loaded", done.out)


def test_a_file_that_is_not_there(bare: Path) -> None:
    """One line, exit status 3."""
    done = run(bare, "compose", "--model", "local/models/none.gguf")
    assert done.status == 3
    assert re.search(r"none\.gguf cannot be read \(No such file.*local/models/", done.line)
    done = run(bare, "compose", "--model", "local/references.md")
    assert (done.status, "is no GGUF file" in done.line) == (3, True)


def test_a_model_that_never_ends(bare: Path) -> None:
    """Its sections wait, with the reason; Ctrl-C does not wait for it."""
    set_model(bare, "endless.gguf", "[local]\ncontext_tokens = 40_000\noutput_tokens = 100\n")
    tinymodel.saved(bare / "endless.gguf", f"{tinymodel.ENDLESS}{{")
    done = run(bare, "compose")
    assert done.status == 0
    assert re.search(r"skipped memory \(draft\): .*cut at its longest \(length\)", done.out)
    assert {call["stop"] for call in calls(bare)} == {"length"}
    config = bare / "config" / "rag.toml"
    long = config.read_text(encoding="utf-8").replace(
        "output_tokens = 100", "output_tokens = 20000"
    )
    config.write_text(long, encoding="utf-8")
    process = subprocess.Popen(
        command("ask", QUESTION), cwd=bare, env=environment(), stderr=subprocess.PIPE, text=True
    )
    time.sleep(4)  # wherever it is then
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=240)
    lines = [line for line in err.splitlines() if line.strip()]
    assert (process.returncode, len(lines), "interrupted" in err) == (130, 1, True), err


@pytest.fixture
def weights() -> Path:
    """Give the file of a real model that can chat and follow a schema."""
    name = os.environ.get("RAG_TEST_GGUF", "")
    if not name:
        pytest.skip("RAG_TEST_GGUF names no GGUF file: a real model of 1 GB or more")
    return Path(name)


@pytest.mark.slow
def test_a_real_model(tmp_path: Path, weights: Path) -> None:
    """Whatever it proposes, all that stands holds; it answers, or nothing is printed."""
    root = local_project_at(tmp_path / "project", ("alpha", "beta")).root
    set_model(root, str(weights))
    assert run(root, "compose", timeout_s=3600).status == 0
    assert run(root, "verify", "--strict").status == 0
    written = (root / "report.md").read_text(encoding="utf-8")
    assert set(re.findall(r"[\d.]+ (?:GB|TB/s|days)", written)) <= {"96 GB", "2.9 TB/s", "12 days"}
    done = run(root, "ask", QUESTION, timeout_s=3600)
    assert done.status in {0, 6}
    assert "96 GB" in done.out or done.out in {"", "The references do not answer this.\n"}
    found = calls(root)
    assert {call["purpose"] for call in found} >= {"section memory", "section training", "answer"}
    assert all(call["tokens"]["output"] for call in found)
