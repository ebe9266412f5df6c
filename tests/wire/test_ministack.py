"""ministack answers as it likes: whatever it says, the user's files stay whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from program import run, run_each

if TYPE_CHECKING:
    from pathlib import Path

    from installed import Served

pytestmark = pytest.mark.models
QUESTION = "'How much memory does the Beta accelerator have on each chip?'"
MODELS = {
    "tool": "anthropic.claude-3-haiku-20240307-v1:0",
    "schema": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "json": "mistral.mistral-large-2402-v1:0",
    "careful": "ai21.jamba-1-5-large-v1:0",
}


def test_canned_replies_write_nothing(
    root: Path, ministack: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By each form of a draft: a documented end, the report as it was, each call recorded."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", ministack.url)
    names = ("report.md", "references.md")
    before = [(root / name).read_bytes() for name in names]
    lines = [
        f"{words} --model bedrock/{model}"
        for model in MODELS.values()
        for words in ("compose", f"ask {QUESTION}", "doctor --yes")
    ]
    done = run_each(root, *lines)
    for line, ran in zip(lines, done, strict=True):
        assert ran.status in {0, 1, 6}, (line, ran)
        assert len(ran.err.splitlines()) <= 1, (line, ran)
        if line.startswith("ask"):
            assert "141 GB" not in ran.out, line  # nobody quoted it
        if line.startswith("doctor"):
            assert "failed" not in ran.out, (line, ran)  # it answers, in whichever form
    assert [(root / name).read_bytes() for name in names] == before
    calls = json.loads(run(root, "runs", "100", "--json").out)
    assert {call["model"] for call in calls} == {f"bedrock/{model}" for model in MODELS.values()}
    assert all(call["tokens"]["output"] for call in calls)
    assert run(root, "verify").status == 0
