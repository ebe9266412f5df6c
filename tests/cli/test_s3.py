"""References in S3, as a user meets them: the program in its own process, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from program import run
from projects import NAMES
from responder import dummy_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.models
BUCKET = "team-notes"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[object]:
    """A server that speaks S3, with a bucket; the environment leads to it."""
    moto = pytest.importorskip("moto.server", reason="needs moto's server")
    dummy_credentials(monkeypatch, tmp_path)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    yield client
    server.stop()


@pytest.fixture
def project(bare: Path, s3: object) -> Path:
    """A project whose notes moved to S3: one by its key, the others below a prefix."""
    for name in NAMES:
        key = f"{name}.md" if name == "alpha" else f"notes/{name}.md"
        s3.upload_file(str(bare / f"{name}.md"), BUCKET, key)
        (bare / f"{name}.md").unlink()
    (bare / "references.md").write_text(
        f"- [ ] [First](s3://{BUCKET}/alpha.md)\n- [ ] [Others](s3://{BUCKET}/notes/)\n",
        encoding="utf-8",
    )
    return bare


def test_a_report_stands_on_them(project: Path, s3: object) -> None:
    """Footnotes name the object and lead to it; what did not change is not read again."""
    s3.put_object(Bucket=BUCKET, Key="notes/picture.png", Body=b"\x89PNG\r\n\x1a\n" + bytes(50))
    done = run(project, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    assert f"left out: s3://{BUCKET}/notes/picture.png" in done.out
    report = (project / "report.md").read_text(encoding="utf-8")
    for fact in ("96 GB", "141 GB", "12 days", "9 minutes"):
        assert fact in report
    assert f"](s3://{BUCKET}/notes/beta.md), beta.md › " in report
    assert f"[Notes](s3://{BUCKET}/notes/)" in report
    assert run(project, "verify").status == 0
    assert "notes: unchanged" in run(project, "refresh").out
    (project / "store").rename(project / "old")
    done = run(project, "status")
    assert done.status == 0
    assert "is taken over" in run(project, "compose").out  # read back from the report alone


def test_an_answer_opens_on_the_object(project: Path) -> None:
    """Not on the prefix."""
    assert run(project, "ingest").status == 0
    done = run(project, "ask", "How much memory does the Beta accelerator have on each chip?")
    assert "141 GB" in done.out
    assert f"s3://{BUCKET}/notes/beta.md" in done.out


def test_what_is_not_there_is_skipped(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, and the others go on; without credentials, too."""
    checklist = project / "references.md"
    text = checklist.read_text(encoding="utf-8")
    checklist.write_text(text + f"- [ ] s3://{BUCKET}/absent.md\n", encoding="utf-8")
    done = run(project, "ingest")
    assert done.status == 0
    listed = f"skipped absent (line {len(text.splitlines()) + 1}, fetch)"
    assert f"{listed}: s3://{BUCKET}/absent.md is not there" in done.out
    assert run(project, "ingest", "--strict").status == 1
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run(project, "ingest")
    assert "no credentials are found" in done.out
