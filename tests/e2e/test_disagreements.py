"""References that disagree, as a reader of the report meets them, until the user settles it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import projects
import pytest
from program import run, run_each
from projects import project_at

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.models

SHEET = """---
title: Alpha accelerator, data sheet
author: Alpha Systems
date: 2025-03-01
---

# Alpha accelerator, data sheet

## Memory

The Alpha accelerator has 96 GB of memory on each chip and moves 2.9 TB/s to and from it.

## Training

The Alpha compiler supports dynamic shapes in training. A training job on 64 Alpha chips takes 12
days for a model with 70 billion parameters.
"""
TEST = """---
title: Four accelerators on the bench
author: Mara Lindqvist
date: 2025-11-20
---

# Four accelerators on the bench

## What we measured

On each chip the Alpha accelerator has 80 GB of memory and moves 2.9 TB/s to and from it.

In training, the Alpha compiler does not support dynamic shapes.
"""
NOTES = """# Field notes

## Training

A training job on 64 Alpha chips takes 15 days for a model with 70 billion parameters.
"""
CHECKLIST = """# What to read

- [ ] [The vendor's data sheet](sheet.md): memory and training
- [ ] [An independent test](test.md): memory and training
- [ ] [Field notes](notes.md): training
"""
OUTLINE = f"""{projects.OUTLINE}
[[sections]]
id = "conflicts"
title = "Where the references disagree"
form = "conflicts"
lead_in = "Both sides of what cannot both be true; `rag resolve` settles it."
"""
ROW = re.compile(r"\| (c[0-9a-f]{6}) \| (.+?) \| (.+?) \| (\S+?)((?:\[\^[^\]]+\])+) \|")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A composed project whose references disagree on memory, on time and on the compiler."""
    root = project_at(tmp_path / "project", CHECKLIST).root
    (root / "config/report.toml").write_text(OUTLINE, encoding="utf-8")
    for name, text in (("sheet", SHEET), ("test", TEST), ("notes", NOTES)):
        (root / f"{name}.md").write_text(text, encoding="utf-8")
    done = run(root, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    return root


def report(root: Path) -> str:
    """Return what report.md holds."""
    return (root / "report.md").read_text(encoding="utf-8")


def shown(root: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Return the sides of each conflict that the report shows: words, reference and date."""
    _, title, rest = report(root).partition("## Where the references disagree\n")
    if not title:
        return {}
    section = rest.partition("\n## ")[0]
    assert "Both sides of what cannot both be true" in section
    rows = [line for line in section.splitlines() if line.startswith("| c")]
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in rows:
        name, words, reference, date, marks = ROW.fullmatch(line).groups()
        found.setdefault(name, []).append((words, reference, date))
        for label in re.findall(r"\[\^([^\]]+)\]", marks):
            assert re.search(
                rf"^\[\^{re.escape(label)}\]: \[{re.escape(reference)}\]", rest, re.MULTILINE
            )
    return found


def test_both_sides_are_read_with_reference_and_date(project: Path) -> None:
    """Two rows a conflict, each with its own words, reference, date and footnote."""
    found = {frozenset(sides) for sides in map(tuple, shown(project).values())}
    sheet = ("Alpha accelerator, data sheet", "2025-03-01")
    bench = ("Four accelerators on the bench", "2025-11-20")
    notes = ("Field notes", "undated")
    memory = "GB of memory on each chip and moves 2.9 TB/s to and from it."
    less = (
        "On each chip the Alpha accelerator has 80 GB of memory and moves 2.9 TB/s to and from it."
    )
    days = "days for a model with 70 billion parameters."
    denied = "In training, the Alpha compiler does not support dynamic shapes."
    pairs = [
        ((f"The Alpha accelerator has 96 {memory}", *sheet), (less, *bench)),
        (
            (f"A training job on 64 Alpha chips takes 12 {days}", *sheet),
            (f"A training job on 64 Alpha chips takes 15 {days}", *notes),
        ),
        (("The Alpha compiler supports dynamic shapes in training.", *sheet), (denied, *bench)),
    ]
    assert found == set(map(frozenset, pairs))
    assert run(project, "verify").status == 0


def test_a_denial_bears_nothing_out(project: Path) -> None:
    """What a reference denies stands on the other one alone."""
    line = next(x for x in report(project).splitlines() if "supports dynamic shapes" in x)
    marks = re.search(r"supports dynamic shapes in training\.\**((?:\[\^[^\]]+\])+)", line)[1]
    assert re.fullmatch(r"\[\^sheet-[0-9a-f]{6}\]", marks)


def test_each_conflict_is_settled_by_its_name(project: Path) -> None:
    """One by one they leave the section; what lost leaves the report; with the last, all does."""
    names = sorted(shown(project))
    listed = run(project, "resolve").out
    assert [line.partition(":")[0] for line in listed.splitlines() if line[0] == "c"] == names
    for number, (name, keep) in enumerate(zip(names, ("1", "2", "both"), strict=True), start=1):
        sides = [words for words, *_ in shown(project)[name]]
        reason = f"settled {number}"
        done = run(project, "resolve", name, "--keep", keep, "--reason", reason)
        assert (done.status, done.err) == (0, "")
        assert sorted(shown(project)) == names[number:]
        stands = [words in report(project) for words in sides]
        assert stands == [keep in {"1", "both"}, keep in {"2", "both"}]
    assert "disagree" not in report(project)
    blame, diff, verified = run_each(project, "blame", "diff 3 6", "verify")
    assert (blame.status, verified.status) == (0, 0)
    assert diff.out.count("**superseded**") == 2
    assert "(settled 1)" in diff.out
