"""Embedding and reranking on Bedrock, as a user meets them: the program, over the wire."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from embedding_service import COHERE_4, RERANKER, TITAN, EmbeddingService, serving_embeddings
from program import run
from responder import Fault, dummy_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.models
QUESTION = "How much memory does the Beta accelerator have on each chip?"
SETTINGS = f"""
[embedder]
adapter = "bedrock"
model = "{TITAN}"
dimensions = 256
[reranker]
model = "bedrock/{RERANKER}"
[ask]
min_score = 0.3
[compose]
min_cosine = 0.1
"""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EmbeddingService]:
    """A service that embeds and reranks; the environment leads to it."""
    dummy_credentials(monkeypatch, tmp_path)
    with serving_embeddings() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME", server.url)
        yield server


@pytest.fixture
def project(bare: Path, service: EmbeddingService) -> Path:  # noqa: ARG001 - the service runs
    """A project that embeds and reranks on Bedrock, nothing read yet."""
    tell(bare, SETTINGS)
    return bare


def tell(root: Path, text: str) -> None:
    """Set a project's settings."""
    (root / "config").mkdir(exist_ok=True)
    (root / "config" / "rag.toml").write_text(text, encoding="utf-8")


def test_it_reads_and_answers(project: Path, service: EmbeddingService) -> None:
    """References are embedded there, the answer found there; what it took is shown."""
    done = run(project, "ingest")
    assert (done.status, done.err) == (0, "")
    embedded = len(service.asked)
    assert {asked.model for asked in service.asked} == {TITAN}
    assert run(project, "ingest").status == 0
    assert len(service.asked) == embedded  # nothing is embedded twice
    done = run(project, "ask", QUESTION)
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    last = service.asked[-1]
    assert last.model.endswith(f"foundation-model/{RERANKER}")
    assert len(service.asked) == embedded + 2
    shown = run(project, "runs").out
    assert f"embedding ({embedded} calls)" in shown
    assert "rerank" in shown
    calls = json.loads(run(project, "runs", "--json").out)
    assert len(calls) == embedded + 2
    assert all(call["tokens"]["input"] for call in calls if call["purpose"] == "embedding")
    assert run(project, "ask", "Who painted Mona Lisa?").out == (
        "The references do not answer this.\n"
    )


def test_a_report_is_written(project: Path) -> None:
    """Sections draw on what the model finds near, and stay as they are in the next run."""
    done = run(project, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    report = (project / "report.md").read_text(encoding="utf-8")
    assert "141 GB" in report
    assert run(project, "compose", "--all").out.startswith("nothing to do")


def test_vectors_of_two_models_are_never_mixed(project: Path) -> None:
    """Another model or another dimension asks for a rebuild."""
    assert run(project, "ingest").status == 0
    for change in (("256", "512"), (TITAN, COHERE_4)):
        tell(project, SETTINGS.replace(*change))
        done = run(project, "ask", QUESTION)
        assert done.status == 3
        assert "rag ingest --rebuild" in done.line
    assert run(project, "ingest", "--rebuild").status == 0
    assert run(project, "ask", QUESTION).status == 0


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            TITAN,
            "example.embed-v1",
            r"'example\.embed-v1' is no embedding model.*\[\[embedders\]\]",
        ),
        ("= 256", "= 300", r"embedder\.dimensions = 300 .*use one of 1024, 512, 256"),
        ("min_score = 0.3", "min_score = -6.5", r"ask\.min_score = -6\.5 is no relevance"),
        ('adapter = "bedrock"', 'adapter = "onnx"', r"embedder\.dimensions = 256 is for"),
    ],
)
def test_settings_that_cannot_be(project: Path, before: str, after: str, words: str) -> None:
    """Exit status 2 and what to write, before anything is asked of the service."""
    assert run(project, "ingest").status == 0
    tell(project, SETTINGS.replace(before, after))
    done = run(project, "ask", QUESTION)
    assert done.status == 2, done
    assert re.search(words, done.line), done.line


def test_a_failure_is_one_line(project: Path, service: EmbeddingService) -> None:
    """With its exit status; what was read stays, and the next run goes on."""
    service.plays(Fault(403, "AccessDeniedException", "no"))
    done = run(project, "ingest")
    assert done.status == 3
    assert "allow bedrock:InvokeModel" in done.line
    service.plays(None)
    assert run(project, "ingest").status == 0


def test_caps_hold_for_embeddings_too(project: Path, service: EmbeddingService) -> None:
    """Exit status 5 with nothing sent; a cap in money needs the embedder's price."""
    done = run(project, "ingest", "--max-tokens", "10")
    done.fails(5, "the cap is reached .--max-tokens 10: 0 are spent")
    assert service.asked == []
    run(project, "ingest", "--max-cost", "1").fails(2, f"there is no price of '{TITAN}'")
    tell(project, f'{SETTINGS}[prices]\n"{TITAN}" = {{ in = 0.02, out = 0 }}\n')
    assert run(project, "ingest", "--max-cost", "1").status == 0
    run(project, "ask", QUESTION, "--max-cost", "0.0000001").fails(5, "--max-cost 0.0000001")


def test_a_model_of_one_s_own_may_be_stated(project: Path, service: EmbeddingService) -> None:
    """An ARN that says nothing of its model works once the project's table says it."""
    profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    (project / "config" / "models").mkdir()
    (project / "config" / "models" / "bedrock.toml").write_text(
        f'[[embedders]]\nmatch = "{profile}"\nbody = "cohere-v4"\ndimensions = [256]\n'
        "max_tokens = 1000\nmax_characters = 4000\n",
        encoding="utf-8",
    )
    tell(project, SETTINGS.replace(TITAN, profile))
    assert run(project, "ingest").status == 0
    assert {asked.model for asked in service.asked} == {profile}


def test_doctor_says_what_it_asks(project: Path, service: EmbeddingService) -> None:
    """And asks nothing of a service offline."""
    done = run(project, "doctor", "--offline")
    assert [line.split(":")[0] for line in done.out.splitlines() if "skipped" in line] == [
        "skipped  embedder", "skipped  reranker",
    ]  # fmt: skip
    assert service.asked == []
    done = run(project, "doctor")
    assert f"to bedrock/{TITAN}" in done.err
    assert f"to bedrock/{RERANKER}" in done.err
    assert f"bedrock/{TITAN}@256, 256 dimensions" in done.out
    assert len(service.asked) == 4


def test_a_recorded_run_is_replayed_offline(
    project: Path, service: EmbeddingService, tmp_path: Path
) -> None:
    """With the same answer, though nobody is there any more."""
    assert run(project, "ingest").status == 0
    kept = str(tmp_path / "kept")
    recorded = run(project, "ask", QUESTION, "--record", kept)
    asked = len(service.asked)
    replayed = run(project, "ask", QUESTION, "--replay", kept)
    assert (replayed.status, replayed.err) == (0, "")
    assert replayed.out == recorded.out
    assert len(service.asked) == asked


def test_a_dry_run_asks_nothing_of_it(project: Path, service: EmbeddingService) -> None:
    """What is not read yet is said to be; of what is, all is foreseen from kept vectors."""
    done = run(project, "compose", "--all", "--dry-run")
    assert (done.status, done.err, service.asked) == (0, "", [])
    assert done.out.count("is not read yet, and reading it asks an embedder that may cost") == 4
    assert run(project, "ingest").status == 0
    asked = len(service.asked)
    done = run(project, "compose", "--all", "--dry-run")
    assert (done.status, done.err) == (0, "")
    assert "alpha may change memory from" in done.out
    assert run(project, "compose").status == 0
    assert run(project, "compose", "--section", "memory", "--dry-run").status == 0
    checklist = project / "references.md"
    text = checklist.read_text(encoding="utf-8")
    checklist.write_text(text.replace("[x]", "[ ]"), encoding="utf-8")
    (project / "alpha.md").write_text("# Alpha\n\nIt is no more. " * 9, encoding="utf-8")
    assert run(project, "compose", "--dry-run").status == 0
    assert len(service.asked) == asked
    lines = [line + ": what it costs" for line in text.splitlines() if line]
    checklist.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run(project, "compose", "--dry-run").fails(3, "asks nothing that may cost.*run `rag ingest`")
    assert run(project, "ingest").status == 0
    assert len(service.asked) == asked + 1
    assert run(project, "compose", "--dry-run").status == 0
    assert len(service.asked) == asked + 1
