"""A model of LlamaIndex's classes writes, and one embeds, as a user meets them: over the wire."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from compatible import Compatible, compatible
from modelled import honest, item, judged, judging, lying
from program import REPOSITORY, environment, run, run_each
from projects import report, tell
from responder import Fault, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = pytest.mark.models
CLASS = "llama_index.llms.openai_like.OpenAILike"
QUESTION = "How much memory does the Beta accelerator have on each chip?"
FACTS = ("96 GB", "141 GB", "12 days", "9 minutes")


@pytest.fixture
def server(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Compatible]:
    """A model that is honest; the project leads to it."""
    with compatible() as made:
        made.script = honest
        monkeypatch.setenv("RAG_TEST_KEY", "s3cret-k3y")
        tell(
            bare,
            f"""
            [llama_index]
            attempts = 1
            [llama_index.model]
            model = "example-7b"
            api_base = "{made.url}"
            api_key = {{ env = "RAG_TEST_KEY" }}
            is_chat_model = true
            """,
            first=f'model = "llama-index/{CLASS}"\n',
        )
        yield made


def test_an_honest_model_writes_and_answers(bare: Path, server: Compatible) -> None:
    """A dry run asks nothing, a run writes, another asks nothing; its calls are shown."""
    assert run(bare, "compose", "--dry-run").status == 0
    assert server.asked == []
    done = run(bare, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    assert all(fact in report(bare) for fact in FACTS)
    asked = len(server.asked)
    assert {item.headers["Authorization"] for item in server.asked} == {"Bearer s3cret-k3y"}
    again, verified, answer, runs, status = run_each(
        bare, "compose --all", "verify", f"ask '{QUESTION}'", "runs --json", "status"
    )
    assert again.out.startswith("nothing to do")
    assert (verified.status, answer.status) == (0, 0)
    assert "141 GB" in answer.out
    calls = json.loads(runs.out)
    assert len(calls) == asked + 1 == len(server.asked)
    assert calls[0]["model"] == f"llama-index/{CLASS} example-7b"
    assert calls[0]["tokens"] == {"input": 1000, "output": 300, "cache_read": 200, "cache_write": 0}
    assert f"writer llama-index/{CLASS}" in "".join(status.out.split("\n")).replace("  ", " ")
    assert b"s3cret-k3y" not in (bare / "store" / "rag.db").read_bytes()
    tell(bare, f'[prices]\n"{calls[0]["model"]}" = {{ in = 3.0, out = 15.0, cached_in = 0.3 }}')
    costs = [call["cost"] for call in json.loads(run(bare, "runs", "--json").out)]
    assert costs == pytest.approx([0.00756] * len(calls))


def test_by_a_function_it_writes_as_well(bare: Path, server: Compatible) -> None:
    """By a function that it must call the same stands in the report."""
    config = bare / "config" / "rag.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("attempts = 1", 'attempts = 1\nstructure = "tool"')
    text = text.replace("is_chat_model", "is_function_calling_model = true\nis_chat_model")
    config.write_text(text, encoding="utf-8")
    done = run(bare, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    assert all(fact in report(bare) for fact in FACTS)
    assert all(asked.tool for asked in server.asked)


def test_it_judges_as_well(bare: Path, server: Compatible) -> None:
    """Behind `judge/` it says whether passages bear a claim."""
    tell(bare, f'[verify]\nsupport = "judge/llama-index/{CLASS}"')
    writing = lying(lambda key, line: [item(key, line, f"It is known that {line}")])
    server.script = lambda asked: (judging if judged(asked.words) else writing)(asked)
    done = run(bare, "compose")
    assert (done.status, done.err) == (0, "")
    assert any(judged(asked.words) for asked in server.asked)
    assert "It is known that" in report(bare)


def test_a_lying_model_writes_nothing(bare: Path, server: Compatible) -> None:
    """Whoever writes, what does not hold never stands in the report."""

    def lies(key: str, line: str) -> list[dict]:
        return [
            item("E99", line, f"{line} Indeed."),
            item(key, line, re.sub(r"\d+", lambda found: str(int(found[0]) + 7), line)),
            item(key, line.replace(" ", "  very "), line),
        ]

    server.script = lying(lies)
    assert "rejected" in run(bare, "compose", "--all").out
    assert not (bare / "report.md").exists() or "[^" not in report(bare)


def test_a_model_that_only_echoes(bare: Path) -> None:
    """LlamaIndex's own mock is no writer: every section is skipped, and the boxes stay open."""
    done = run(bare, "compose", "--model", "llama-index/llama_index.core.llms.MockLLM")
    assert "its reply is no draft" in done.out
    assert "[x]" not in (bare / "references.md").read_text(encoding="utf-8")
    assert not (bare / "report.md").exists() or "[^" not in report(bare)


def test_a_failure_is_one_line(bare: Path, server: Compatible) -> None:
    """With its exit status; nothing is half-written and the box stays open."""
    server.plays(
        Fault(401, "invalid_api_key", "bad s3cret-k3y"),
        Fault(429, "rate_limit", "slow down"),
        Fault(400, "bad", "strange"),
        Reply("{}", "length"),
    )
    key, slow, strange, cut, path, package, empty, unpriced = run_each(
        bare,
        "compose",
        "compose",
        "compose",
        f"ask '{QUESTION}'",
        "compose --model llama-index/Ollama",
        "compose --model llama-index/llama_index.llms.no_such.Model",
        "compose --model llama-index/",
        "compose --max-cost 1",
    )
    key.fails(3, "credentials are not valid .*bad …")
    slow.fails(6, "throttled.*run again later")
    strange.fails(6, r"refused as invalid.*\[llama_index\]")
    cut.fails(6, r"cut at its longest.*raise llama_index\.output_tokens")
    path.fails(2, "no path of a class.*name module and class")
    package.fails(3, "pip install llama-index-llms-no-such")
    unpriced.fails(2, f"no price of 'llama-index/{CLASS} example-7b'")
    empty.fails(2, "'llama-index/': no writer is named so.*llama-index/<class path>")
    assert not (bare / "report.md").exists()
    assert "[x]" not in (bare / "references.md").read_text(encoding="utf-8")
    server.script = honest
    assert run(bare, "compose").status == 0
    assert "96 GB" in report(bare)


def test_one_embeds_and_another_store_is_refused(bare: Path, server: Compatible) -> None:
    """Its vectors fill the store and are searched; vectors of two models are never mixed."""
    with_default = run(bare, "ingest", "--reference", "alpha")
    assert with_default.status == 0, with_default.err
    tell(
        bare,
        f"""
        [llama_index.embedder]
        model_name = "words"
        api_base = "{server.url}"
        [embedder]
        adapter = "llama-index"
        model = "llama_index.embeddings.openai_like.OpenAILikeEmbedding"
        """,
    )
    run(bare, "ingest").fails(3, "rag ingest --rebuild")
    done = run(bare, "ingest", "--rebuild")
    assert (done.status, done.err) == (0, "")
    assert any(asked.path.endswith("embeddings") for asked in server.asked)
    done = run(bare, "ask", QUESTION, "--model", "extractive")
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    calls = json.loads(run(bare, "runs", "--json").out)
    assert len(calls) == len(server.asked)
    assert {(call["purpose"], call["tokens"], call["cost"]) for call in calls} == {
        ("embedding", None, None)
    }
    asked, name = len(server.asked), calls[0]["model"]
    run(bare, "ask", QUESTION, "--max-tokens", "3", "--model", "extractive").fails(5, "the cap is")
    unpriced = run(bare, "ask", QUESTION, "--max-cost", "1", "--model", "extractive")
    unpriced.fails(2, f"no price of '{name}'")
    assert len(server.asked) == asked
    tell(bare, f'[prices]\n"{name}" = {{ in = 0, out = 0 }}')
    done = run(bare, "ask", QUESTION, "--max-cost", "1", "--model", "extractive")
    assert (done.status, done.err) == (0, "")
    assert {call["cost"] for call in json.loads(run(bare, "runs", "--json").out)} == {0}


def test_doctor_asks_it_once(bare: Path, server: Compatible) -> None:
    """Said before; what it lacks is told with what to do; `--offline` asks nothing of anything."""
    tell(
        bare,
        f"""
        [llama_index.embedder]
        model_name = "words"
        api_base = "{server.url}"
        [embedder]
        adapter = "llama-index"
        model = "llama_index.embeddings.openai_like.OpenAILikeEmbedding"
        """,
    )
    done = run(bare, "doctor", "--offline")
    assert (done.status, done.err, server.asked) == (0, "", [])
    assert f"skipped  model: llama-index/{CLASS} was not asked" in done.out
    assert "skipped  embedder" in done.out
    server.plays(Reply('{"there": true}'))
    done = run(bare, "doctor")
    assert (done.status, len([item for item in server.asked if "messages" in item.body])) == (0, 1)
    assert re.fullmatch(
        rf"this makes 2 or 3 short calls to llama-index/\S+, 1 call of about 600 tokens to "
        rf"llama-index/{CLASS}; --offline makes none",
        done.line,
    )
    assert f"ok       model: llama-index/{CLASS} example-7b answers (json)" in done.out
    calls = json.loads(run(bare, "runs", "--json").out)
    assert [item["purpose"] for item in calls if "OpenAILike e" in item["model"]] == ["doctor"]
    server.plays(Reply("I am there."))
    assert "not in the form that it was asked for (json)" in run(bare, "doctor").out
    server.plays(Fault(401, "invalid_api_key", "no"))
    done = run(bare, "doctor", "--json")
    failed = {x["name"]: x["found"] for x in json.loads(done.out) if x["state"] == "failed"}
    assert (done.status, set(failed)) == (1, {"embedder", "model"})
    assert "credentials are not valid" in failed["model"]


def test_help_loads_no_vendor() -> None:
    """Neither the help nor the configuration needs LlamaIndex."""
    program = (
        "import sys, pathlib\nfrom click.testing import CliRunner\nfrom rag.cli import group\n"
        "from rag.flows.project import Project\nfrom rag.wiring import Wired\n"
        "assert CliRunner().invoke(group, ['--help']).exit_code == 0\n"
        f"Wired(Project(root=pathlib.Path({str(REPOSITORY)!r}))).config\n"
        "print([name for name in ('llama_index', 'openai', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"
