"""A live run is recorded and replayed offline: `--record DIR`, `--replay DIR`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from modelled import honest
from program import run, run_each
from projects import local_project_at
from responder import dummy_credentials, responding

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ran

pytestmark = pytest.mark.models
MODEL = "bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0"
QUESTION = "How much memory does the Beta accelerator have on each chip?"


def texts(root: Path) -> tuple[str, str]:
    """The report and the checklist."""
    return tuple(
        (root / name).read_text(encoding="utf-8") for name in ("report.md", "references.md")
    )


def fails(done: Ran, status: int, words: str) -> None:
    """Assert that a run ended with one line."""
    assert done.status == status, done
    assert re.search(words, done.line), done.line


def test_a_recorded_run_is_replayed_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the server gone, no credentials and no region: the same report, answer and lines."""
    live, again = (local_project_at(tmp_path / name).root for name in ("live", "again"))
    kept = str(tmp_path / "kept")
    monkeypatch.setenv("RAG_MODEL", MODEL)
    with monkeypatch.context() as online:
        dummy_credentials(online, tmp_path)
        with responding() as server:
            online.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
            server.script = honest
            first = [
                run(live, "compose", "--all", "--record", kept),
                run(live, "ask", QUESTION, "--record", kept),
            ]
        assert [item.status for item in first] == [0, 0]
        assert "141 GB" in first[1].out
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAG_REPLAY", kept)
    second = [run(again, "compose", "--all"), run(again, "ask", QUESTION)]
    second = [item._replace(out=item.out.replace(str(again), str(live))) for item in second]
    assert second == first
    assert texts(again) == texts(live)
    assert run(again, "runs").out == "no run has asked a model yet\n"  # nothing was paid

    before = texts(again)
    fails(run(again, "ask", "What is the price of Beta?"), 3, r"has no reply to this request")
    (again / "config" / "prompts").mkdir()
    (again / "config" / "prompts" / "style.md").write_text("Write in verse.", encoding="utf-8")
    fails(run(again, "compose", "--section", "memory"), 3, r"has no reply to this request")
    assert texts(again) == before


def test_what_cannot_be_recorded_or_replayed_is_one_line(bare: Path, tmp_path: Path) -> None:
    """Before anything is read or asked."""
    missing, empty = tmp_path / "kept", tmp_path / "empty"
    empty.mkdir()
    model = f"--model {MODEL}"
    extractive, both, nothing, nowhere = run_each(
        bare,
        f"compose --record {missing}",
        f"compose {model} --record {missing} --replay {empty}",
        f"compose {model} --replay {empty}",
        f"ask Why? {model} --replay {missing}",
    )
    fails(extractive, 2, r"--record is for a model on Bedrock.*--model")
    fails(both, 2, "exclude each other")
    fails(nothing, 2, r"no exchange in .*--record")
    assert nowhere.status == 2
    assert "does not exist" in nowhere.err
    assert not missing.exists()
    assert not (bare / "report.md").exists()
