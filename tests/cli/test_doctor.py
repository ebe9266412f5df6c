"""`rag doctor` as a user meets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from program import run
from responder import MODEL, Fault, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from responder import Responder

pytestmark = pytest.mark.models
NAME = f"bedrock/{MODEL}"


def test_the_embedded_default_is_well(bare: Path) -> None:
    """With no credentials and no network; a line a check, and nothing is made."""
    done = run(bare, "doctor")
    assert (done.status, done.err) == (0, "")
    assert {line.split()[0] for line in done.out.splitlines()} == {"ok"}
    assert not (bare / "store").exists()


def test_a_damaged_store_is_told(bare: Path) -> None:
    """Exit status 1, what is wrong and what to do; the rest is looked at all the same."""
    (bare / "store").mkdir()
    (bare / "store" / "rag.db").write_bytes(b"this is no database, whatever its name says" * 100)
    done = run(bare, "doctor", "--json")
    assert (done.status, done.err) == (1, "")
    checks = {check["name"]: check for check in json.loads(done.out)}
    assert checks["store"]["state"] == "failed"
    assert "is not a store" in checks["store"]["found"]
    assert checks["store"]["advice"]
    assert checks["embedder"]["state"] == "ok"


def test_no_call_that_cannot_be_recorded(bare: Path, responder: Responder) -> None:
    """With a store that cannot be used the model is not asked: what it took would be lost."""
    responder.plays(Reply('{"there": true}'))
    (bare / "store").write_bytes(b"")
    is_file = run(bare, "doctor", "--model", NAME)
    (bare / "store").unlink()
    (bare / "store").mkdir()
    (bare / "store" / "rag.db").write_bytes(b"this is no database, whatever its name says" * 100)
    is_none = run(bare, "doctor", "--model", NAME)
    for done in (is_file, is_none):
        assert done.status == 1, done
        assert [line[:15] for line in done.out.splitlines() if line[:6] == "failed"] == [
            "failed   store:"
        ]
        assert f"skipped  model: {NAME} was not asked" in done.out
    assert responder.asked == []


def test_a_model_on_bedrock(bare: Path, responder: Responder) -> None:
    """What it costs is said before; what is denied is told; `--offline` asks nothing."""
    responder.plays(Reply('{"there": true}'))
    done = run(bare, "doctor", "--model", NAME)
    assert done.status == 0, done
    assert done.line == f"this makes 1 call of about 600 tokens to {NAME}; --offline makes none"
    assert f"ok       model: {NAME} answers (tool, streamed)" in done.out
    assert "ok       credentials: found (env)" in done.out
    (call,) = json.loads(run(bare, "runs", "--json").out)
    assert (call["purpose"], call["tokens"]["input"]) == ("doctor", 1200)
    responder.plays(Fault(403, "AccessDeniedException", "not authorized"))
    done = run(bare, "doctor", "--model", NAME)
    assert done.status == 1
    (line,) = [line for line in done.out.splitlines() if line.startswith("failed")]
    assert line.startswith(f"failed   model: {NAME}: access is denied")
    assert "allow bedrock:InvokeModel" in line
    asked = len(responder.asked)
    done = run(bare, "doctor", "--model", NAME, "--offline")
    assert (done.status, done.err, len(responder.asked)) == (0, "", asked)
    assert f"skipped  model: {NAME} was not asked" in done.out
