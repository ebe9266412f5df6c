"""The project's own references make the report that it ships with."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from program import REPOSITORY, run

from rag.adapters.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.models

_LABEL = re.compile(r"^\[\^([\w.-]+)\]:", re.MULTILINE)


def _copy(root: Path) -> Path:
    """Return a copy of what a run reads, all boxes open."""
    shutil.copytree(REPOSITORY / "references", root / "references")
    shutil.copytree(REPOSITORY / "config", root / "config")
    shutil.copyfile(REPOSITORY / "references.md", root / "references.md")
    return root


def _report(root: Path) -> str:
    return (root / "report.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project after `rag compose --all`, with no report to begin with."""
    root = _copy(tmp_path_factory.mktemp("project"))
    done = run(root, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    return root


def test_all_references_are_used(project: Path) -> None:
    """The report stands on all eight references, and every box is ticked."""
    found = json.loads(run(project, "status", "--json").out)
    assert [item["state"] for item in found["references"]] == ["used"] * 8
    assert all(item["checked"] for item in found["references"])
    assert [section["id"] for section in found["sections"]] == [
        "executive-summary",
        "architecture-landscape",
        "training",
        "inference",
        "compute",
        "decision-guides",
    ]


def test_a_clone_takes_the_committed_report_over(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Adopted, it has the claims, ids and spans that composing gave; only boxes change."""
    clone = _copy(tmp_path_factory.mktemp("clone"))
    shutil.copyfile(project / "report.md", clone / "report.md")
    done = run(clone, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    assert "report.md is taken over" in done.out
    assert _report(clone) == _report(project)
    found = json.loads(run(clone, "status", "--json").out)
    assert [item["state"] for item in found["references"]] == ["used"] * 8
    with closing(Store(project / "store")) as one, closing(Store(clone / "store")) as other:
        composed, adopted = one.latest(), other.latest()
        assert composed
        assert adopted
        assert adopted.sections == composed.sections
        assert adopted.calls == 0


def test_the_report_verifies_and_its_proof_needs_no_project(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every claim holds; a third party finds the same from the bundle alone."""
    proof = tmp_path_factory.mktemp("proof") / "proof.json"
    done = run(project, "verify", "--to-bundle", str(proof))
    assert (done.status, done.err) == (0, "")
    there = run(proof.parent, "verify", "--from-bundle", str(proof))
    assert (there.status, there.err) == (0, "")
    assert "0 problems" in there.out
    assert not (proof.parent / "store").exists()


def test_every_quote_stands_where_it_is_said_to(
    project: Path, grounded: Callable[[Path], int]
) -> None:
    """Each citation's words stand in its document at its offsets; each footnote is defined."""
    assert grounded(project) >= 100


def test_the_committed_report_is_reproduced(project: Path) -> None:
    """The run ends with the report that is committed, but for a CPU that rounds otherwise."""
    committed = (REPOSITORY / "report.md").read_text(encoding="utf-8")
    if _report(project) != committed:
        ours, theirs = (set(_LABEL.findall(text)) for text in (_report(project), committed))
        assert len(ours & theirs) / len(ours | theirs) >= 0.98


def test_another_order_makes_the_same_report(project: Path, tmp_path: Path) -> None:
    """In reverse order, one run after another, the last report is the same byte for byte."""
    root = _copy(tmp_path)
    lines = (root / "references.md").read_text(encoding="utf-8").splitlines(keepends=True)
    entries = [line for line in lines if line.startswith("- [ ]")]
    others = [line for line in lines if not line.startswith("- [ ]")]
    (root / "references.md").write_text("".join([*others, *reversed(entries)]), encoding="utf-8")
    for _ in entries:
        done = run(root, "compose")
        assert (done.status, done.err) == (0, "")
    assert _report(root) == _report(project)


def test_with_the_report_there_it_is_the_same(project: Path, tmp_path: Path) -> None:
    """A clone with the report but no store ends with the same bytes and sets nothing aside."""
    root = _copy(tmp_path)
    shutil.copyfile(project / "report.md", root / "report.md")
    done = run(root, "compose")
    assert (done.status, done.err) == (0, "")
    assert _report(root) == _report(project)
    done = run(root, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    assert _report(root) == _report(project)
    assert not list(root.glob("*.bak"))
