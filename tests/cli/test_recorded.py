"""A live run is recorded and replayed offline: `--record DIR`, `--replay DIR`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from modelled import honest
from program import run, run_each
from projects import local_project_at
from responder import MODEL, dummy_credentials, responding

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.models
QUESTION = "How much memory does the Beta accelerator have on each chip?"


def texts(root: Path) -> tuple[str, str]:
    """The report and the checklist."""
    return tuple(
        (root / name).read_text(encoding="utf-8") for name in ("report.md", "references.md")
    )


def test_a_recorded_run_is_replayed_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the server gone, no credentials and no region: the same report, answer and lines."""
    live, again = (local_project_at(tmp_path / name).root for name in ("live", "again"))
    kept = str(tmp_path / "kept")
    monkeypatch.setenv("RAG_MODEL", f"bedrock/{MODEL}")
    with monkeypatch.context() as online:
        dummy_credentials(online, tmp_path)
        with responding() as server:
            online.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
            server.script = honest
            first = [
                run(live, "compose", "--all", "--record", kept),
                run(live, "ask", QUESTION, "--record", kept),
                run(live, "retract", "alpha", "--record", kept),
            ]
            assert re.search("Section: Summary", server.asked[-1].words)  # it draws on claims
        assert [item.status for item in first] == [0, 0, 0]
        assert "141 GB" in first[1].out
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAG_REPLAY", kept)
    second = [
        run(again, "compose", "--all"),
        run(again, "ask", QUESTION),
        run(again, "retract", "alpha"),
    ]
    second = [item._replace(out=item.out.replace(str(again), str(live))) for item in second]
    assert second == first
    assert texts(again) == texts(live)
    assert run(again, "runs").out == "no run has asked a model yet\n"  # nothing was paid

    before = texts(again)
    run(again, "ask", "What is the price of Beta?").fails(3, r"has no reply to this request")
    (again / "config" / "prompts").mkdir()
    (again / "config" / "prompts" / "style.md").write_text("Write in verse.", encoding="utf-8")
    run(again, "compose", "--section", "memory").fails(3, r"has no reply to this request")
    assert texts(again) == before


def test_what_cannot_be_recorded_or_replayed_is_one_line(bare: Path, tmp_path: Path) -> None:
    """Before anything is read or asked."""
    missing, empty = tmp_path / "kept", tmp_path / "empty"
    empty.mkdir()
    model = f"--model bedrock/{MODEL}"
    extractive, both, nothing, nowhere = run_each(
        bare,
        f"compose --record {missing}",
        f"compose {model} --record {missing} --replay {empty}",
        f"compose {model} --replay {empty}",
        f"ask Why? {model} --replay {missing}",
    )
    extractive.fails(2, r"--record is for a model on Bedrock.*--model")
    both.fails(2, "exclude each other")
    nothing.fails(2, r"no exchange in .*--record")
    assert nowhere.status == 2
    assert "does not exist" in nowhere.err
    assert not missing.exists()
    assert not (bare / "report.md").exists()
