"""The commands of the ledger as a user meets them: lines, exit statuses, JSON, nothing lost."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import projects
import pytest
from program import Ran, run, run_each
from projects import local_project_at

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.models

DELTA = """# Delta accelerators

The Alpha accelerator has 80 GB of memory on each chip and moves 2.9 TB/s to and from it.
"""
OUTLINE = f"""{projects.OUTLINE}
[[sections]]
id = "conflicts"
title = "Where the references disagree"
form = "conflicts"
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of three editions whose references disagree once; tests of it change nothing."""
    root = tmp_path_factory.mktemp("ledger") / "project"
    local_project_at(root, ("alpha", "garden", "delta"))
    (root / "config/report.toml").write_text(OUTLINE, encoding="utf-8")
    (root / "delta.md").write_text(DELTA, encoding="utf-8")
    done = run(root, "compose", "--all")
    assert done.status == 0, done.err
    return root


@pytest.fixture
def copy(ledger: Path, tmp_path: Path) -> Path:
    """A copy of the project to change."""
    return shutil.copytree(ledger, tmp_path / "copy")


def files(root: Path) -> dict[str, bytes]:
    """Return what the user's own files of a project hold."""
    return {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}


def edit(root: Path, old: str, new: str, name: str = "report.md") -> int:
    """Put other words into a file; return the line on which they begin."""
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return 1 + text[: text.index(old)].count("\n")


# --- bad input ----------------------------------------------------------------------------------

NO_PROJECT = [
    "verify",
    "history",
    "diff",
    "blame",
    "retract alpha",
    "refresh",
    "resolve",
    "restore",
]


def test_no_project(tmp_path: Path) -> None:
    """A folder without references.md is refused in one line, and nothing is made there."""
    for done in run_each(tmp_path, *NO_PROJECT):
        assert done.status == 2
        assert "no references.md" in done.line
    assert list(tmp_path.iterdir()) == []


def test_help(tmp_path: Path) -> None:
    """Each of the commands explains itself, with no project at hand."""
    names = [words.split()[0] for words in NO_PROJECT]
    for name, done in zip(names, run_each(tmp_path, *(f"{x} --help" for x in names)), strict=True):
        assert (done.status, done.err) == (0, "")
        assert f"rag {name} [OPTIONS]" in done.out


UNKNOWN = {
    "diff 1 9": "edition 9",
    "diff 8": "edition 8",
    "history 9": "edition 9",
    "blame nowhere": "no section 'nowhere'",
    "retract nobody": "no reference has the key 'nobody'",
    "refresh --reference nobody": "no reference has the key 'nobody'",
    "resolve c000000 --keep 1 --reason because": "no open conflict is called 'c000000'",
    "restore 99": "edition 99",
    f"restore {10**20}": f"edition {10**20}",
    f"diff {10**20}": f"edition {10**20}",
    f"diff 1 {10**20}": f"edition {10**20}",
    "verify nothing.md": "there is no nothing.md: name a report that is there",
    "verify config": "config is a folder",
    "verify --from-bundle nothing.json": "nothing.json is no bundle",
    "verify --from-bundle report.md": "no proof bundle",
    "verify --from-bundle config": "config is no bundle",
}


def test_what_is_not_there(ledger: Path) -> None:
    """An unknown edition, section, key, conflict or file: one line that names it, no file changed.

    The status is 2; a file that is there and is no bundle gets 1.
    """
    before = files(ledger)
    for (words, told), done in zip(UNKNOWN.items(), run_each(ledger, *UNKNOWN), strict=True):
        assert done.status == (1 if words.endswith("report.md") else 2), words
        assert told in done.line
        assert done.out == ""
    assert files(ledger) == before


EMPTY = '{"claims": [], "report": ""}'

WRONG = {
    "resolve c000000": "--keep 1, 2 or both, and --reason",
    "resolve c000000 --keep 1": "and --reason",
    "resolve --keep 1 --reason because": "name the CONFLICT",
    "resolve c000000 --keep 3 --reason because": "'3' is not one of",
    "restore 0": "0 is not in the range",
    "history 0": "0 is not in the range",
    "diff one": "'one' is not a valid integer",
    "retract": "Missing argument 'REFERENCE'",
    "verify --from-bundle a.json --to-bundle b.json": "neither a report nor --to-bundle",
    "verify --to-bundle report.md": "would overwrite report.md",
    "verify --to-bundle config": "config is a folder, name a file",
    "verify --to-bundle none/proof.json": "there is no folder none, make it",
    "verify --to-bundle references.md": "would overwrite references.md",
    "verify --to-bundle store/rag.db": "would overwrite store/rag.db",
    "verify --to-bundle config/rag.toml": "would overwrite config/rag.toml",
}


def test_a_wrong_command_line(ledger: Path) -> None:
    """What is missing or mistyped is said in the last line, and no file is changed."""
    before = files(ledger)
    for (words, told), done in zip(WRONG.items(), run_each(ledger, *WRONG), strict=True):
        assert done.status == 2, words
        assert told in done.err.splitlines()[-1]
    assert files(ledger) == before


def test_nothing_composed_yet(bare: Path) -> None:
    """Before the first edition each command says what to do first; nothing is written."""
    before = files(bare)
    lines = ("history", "blame", "resolve", "diff", "restore", "verify")
    history, blame, resolve, *others = run_each(bare, *lines)
    for done in (history, blame):
        assert (done.status, done.out) == (0, "no edition yet: run `rag compose`\n")
    assert (resolve.status, resolve.out) == (0, "the references do not disagree\n")
    for done in others:
        assert done.status == 2
        assert "rag compose" in done.line
    (bare / "report.md").write_text("# Accelerators\n", encoding="utf-8")
    done = run(bare, "verify")
    assert done.status == 3
    assert "the store is empty" in done.line
    (bare / "report.md").unlink()
    assert files(bare) == before


# --- verify -------------------------------------------------------------------------------------


def test_verify(copy: Path) -> None:
    """A report that holds is 0; a claim that does not is 1, with its line and verdict."""
    done = run(copy, "verify")
    assert (done.status, done.err) == (0, "")
    count = int(done.out.split()[0])
    assert done.out == f"{count} of {count} claims hold\n"
    line = edit(copy, "takes 12 days", "takes 13 days")
    before = files(copy)
    done, as_json = run_each(copy, "verify", "verify --json")
    assert (done.status, done.err) == (1, "")
    first, *_, last = done.out.splitlines()
    assert first.startswith(f"report.md:{line}: number_absent: ")
    assert last == f"{count - 1} of {count} claims hold"
    found = json.loads(as_json.out)
    assert [item["line"] for item in found["claims"] if item["verdict"] != "supported"] == [line]
    assert files(copy) == before


def test_verify_strict(copy: Path) -> None:
    """What the user says without a citation is listed, and fails only under --strict."""
    line = edit(copy, "## Training\n", "## Mine\n\nThis is mine.\n\n## Training\n") + 2
    done, strict = run_each(copy, "verify", "verify --strict")
    assert done.status == 0
    assert f"report.md:{line}: yours, uncited: This is mine." in done.out.splitlines()
    assert strict.status == 1
    assert f"report.md:{line}: uncited: This is mine." in strict.out.splitlines()


def test_a_report_that_is_gone(copy: Path) -> None:
    """Replaced by rubbish or deleted, it is 1 with one line that says how it comes back."""
    whole = (copy / "report.md").read_bytes()
    (copy / "report.md").write_text("Lorem ipsum.\n", encoding="utf-8")
    line = "report.md shows none of the claims of edition 3: `rag restore` brings edition 3 back"
    compose, status, verify = run_each(copy, "compose --all", "status", "verify")
    compose.fails(1, line)
    assert (status.status, verify.status) == (0, 1)
    assert f"problem: {line}" in status.out
    assert any(item.startswith(line) for item in verify.out.splitlines())
    (copy / "report.md").unlink()
    line = "report.md is not there: `rag restore` brings edition 3 back"
    compose, status, verify, restore = run_each(
        copy, "compose --all", "status", "verify", "restore"
    )
    compose.fails(1, line)
    verify.fails(1, line)
    assert f"problem: {line}" in status.out
    assert restore.status == 0
    assert (copy / "report.md").read_bytes() == whole


def test_verify_another_report(copy: Path) -> None:
    """A report elsewhere is checked against the project's store, named as it is."""
    (copy / "report.md").rename(copy / "other.md")
    line = edit(copy, "takes 12 days", "takes 13 days", "other.md")
    done = run(copy, "verify", "other.md")
    assert done.status == 1
    assert done.out.startswith(f"other.md:{line}: number_absent: ")


def test_a_bundle_needs_no_project(copy: Path, tmp_path: Path) -> None:
    """A bundle is checked in an empty folder; with a byte changed it does not hold."""
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run(copy, "verify", "--to-bundle", str(empty / "proof.json"))
    assert (done.status, done.err) == (0, "")
    content = (empty / "proof.json").read_bytes()
    check = "verify --from-bundle proof.json"
    done, as_json = run_each(empty, check, f"{check} --json")
    assert (done.status, done.err) == (0, "")
    last = done.out.splitlines()[-1]
    assert last.endswith("on 2 references, 0 problems, 0 statements without a citation")
    assert "support as recorded: " in done.out
    found = json.loads(as_json.out)
    assert found["problems"] == []
    assert {item["scorer"] for item in found["claims"]} == {"verbatim"}
    (empty / "proof.json").write_bytes(content.replace(b"12 days", b"13 days"))
    done = run(empty, "verify", "--from-bundle", "proof.json")
    assert (done.status, done.err) == (1, "")
    assert done.out.startswith("seal : ")
    assert "is not the id of" in done.out
    assert [path.name for path in empty.iterdir()] == ["proof.json"]


def test_no_bundle_of_what_does_not_hold(copy: Path) -> None:
    """With a claim that fell there is no bundle, and a file of that name stays as it is."""
    edit(copy, "takes 12 days", "takes 13 days")
    (copy / "proof.json").write_text(EMPTY, encoding="utf-8")
    done = run(copy, "verify", "--to-bundle", "proof.json")
    assert done.status == 1
    assert "does not hold" in done.line
    assert (copy / "proof.json").read_text(encoding="utf-8") == EMPTY


def test_a_clone_has_the_whole_history(copy: Path, tmp_path: Path) -> None:
    """Composed, retracted, edited and bundled: a clone without a store tells what the project does.

    A bundle that was changed, or is of an older form, is refused in one line.
    """
    assert run(copy, "retract", "delta").status == 0
    edit(copy, "A training job on", "I read that a training job on")
    clone = tmp_path / "clone"
    assert run(copy, "verify", "--to-bundle", "proof.json").status == 0
    shutil.copytree(copy, clone, ignore=shutil.ignore_patterns("store"))
    content = (clone / "proof.json").read_bytes()
    for old, new, told in (
        (b"compose garden", b"compose gardens", "changed after it was made"),
        (b'"version": 2', b'"version": 1', "no proof bundle of version 2"),
    ):
        (clone / "other.json").write_bytes(content.replace(old, new))
        done = run(clone, "compose", "--history", "other.json")
        assert done.status in {1, 2}
        assert told in done.line
    (done,) = run_each(clone, "verify --from-bundle proof.json")
    assert "history as recorded: 4 editions lead to the report, edited by hand since" in done.out
    done = run(clone, "compose", "--history", "proof.json")
    assert (done.status, done.err) == (0, "")
    assert "with 4 editions" in done.out
    asked = ["history", "history --json", "diff 1 2", "diff 0 3", "diff", "blame --json", "blame"]
    mine, theirs = run_each(clone, *asked), run_each(copy, *asked)
    assert mine == theirs
    assert {(item.status, item.err) for item in mine} == {(0, "")}
    assert (clone / "report.md").read_bytes() == (copy / "report.md").read_bytes()


# --- history, diff, blame -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(ledger: Path) -> dict[str, Ran]:
    """What each command says of the project, run once."""
    lines = [
        *(
            "history",
            "history --json",
            "history 3",
            "history 3 --json",
            "diff",
            "diff 1 2",
            "diff 0 3",
            "blame --json",
        ),
        *("blame memory --json", "blame training", "blame summary"),
    ]
    return dict(zip(lines, run_each(ledger, *lines), strict=True))


def test_reading_succeeds(told: dict[str, Ran]) -> None:
    """None of them fails or says anything on standard error."""
    assert {(done.status, done.err) for done in told.values()} == {(0, "")}


def test_history(told: dict[str, Ran]) -> None:
    """Each edition has a line: what made it, what it changed, or that it changed nothing."""
    lines = told["history"].out.splitlines()
    assert len(lines) == 4
    assert "no material change" in lines[2]
    found = json.loads(told["history --json"].out)
    assert [item["cause"] for item in found] == [
        "compose alpha",
        "compose garden",
        "compose delta",
    ]
    assert [item["material"] for item in found] == [True, False, True]
    assert found[0]["added"] == 2
    assert [item["rejections"] for item in found] == [[], [], []]
    head, *lines = told["history 3"].out.splitlines()
    assert head.startswith("edition 3: compose delta, 20")
    assert lines[0].startswith("added, memory: The Alpha accelerator has 80 GB")
    assert lines[0].endswith(" [delta]")
    (happening,) = json.loads(told["history 3 --json"].out)["happenings"]
    assert (happening["fate"], happening["references"]) == ("added", ["delta"])


def test_diff(told: dict[str, Ran]) -> None:
    """Without numbers the last edition against the one before; `0` is before the first."""
    assert told["diff"].out.startswith("# Edition 2 → 3\n")
    assert "- **added** The Alpha accelerator has 80 GB" in told["diff"].out
    assert told["diff 1 2"].out == "# Edition 1 → 2\n\nNo claim changed.\n"
    assert told["diff 0 3"].out.count("**added**") == 3


def test_every_command_speaks_json(copy: Path, tmp_path: Path) -> None:
    """What happened, or what there is, as a list or an object; the same words as without."""
    new = tmp_path / "new"
    lines = [
        f"init {new}", "ingest", "status", "history", "diff 1 3", "blame", "resolve", "verify",
        "refresh", "retract delta", "restore 1", "compose", "runs", "doctor --offline",
    ]  # fmt: skip
    done = run_each(copy, *(f"{line} --json" for line in lines))
    assert {(item.status, item.err) for item in done} == {(0, "")}
    said = {line.split()[0]: json.loads(item.out) for line, item in zip(lines, done, strict=True)}
    assert str(new / "references.md") in said["init"]
    assert said["ingest"][-1]["event"] == "NothingToDo"
    assert {item["fate"] for item in said["diff"]["changes"]} == {"added"}
    assert [len(item["claims"]) for item in said["resolve"]] == [2]
    assert said["retract"][-1]["event"] == "Ledger"
    assert said["restore"][-1]["event"] == "Restored"


def test_blame(told: dict[str, Ran]) -> None:
    """Each claim with its edition and reference; one section, or all; nothing for repetitions."""
    found = json.loads(told["blame --json"].out)
    assert {(item["section"], item["edition"], *item["references"]) for item in found} == {
        ("memory", 1, "alpha"),
        ("memory", 3, "delta"),
        ("training", 1, "alpha"),
    }
    mine = json.loads(told["blame memory --json"].out)
    assert mine == [item for item in found if item["section"] == "memory"]
    assert len(told["blame training"].out.splitlines()) == 2
    assert told["blame summary"].out == "no claims but repeated ones\n"


# --- what changes the report --------------------------------------------------------------------


def test_resolve(copy: Path) -> None:
    """Conflicts are listed by name; settled with a reason, one claim leaves for the other."""
    done = run(copy, "resolve")
    assert (done.status, done.err) == (0, "")
    name = done.out.split(":")[0]
    assert name in (copy / "report.md").read_text(encoding="utf-8")
    first, second = (line[5:].split(" [")[0] for line in done.out.splitlines()[1:])
    done = run(copy, "resolve", name, "--keep", "1", "--reason", "the vendor says so")
    assert (done.status, done.err) == (0, "")
    text = (copy / "report.md").read_text(encoding="utf-8")
    assert first in text
    assert second not in text
    assert "disagree" not in text
    again = f"resolve {name} --keep 2 --reason no"
    listed, diff, again, verified = run_each(copy, "resolve", "diff", again, "verify")
    assert listed.out == "the references do not disagree\n"
    assert "(the vendor says so)" in diff.out
    assert again.status == 2
    assert "there are none" in again.line
    assert verified.status == 0


def test_retract_and_restore(copy: Path) -> None:
    """A reference is taken back with its claims; the edition before comes back whole."""
    before = (copy / "report.md").read_bytes()
    done = run(copy, "retract", "delta")
    assert (done.status, done.err) == (0, "")
    assert b"80 GB" not in (copy / "report.md").read_bytes()
    again, done, history = run_each(copy, "retract delta", "restore 3", "history --json")
    assert (again.status, again.out) == (0, "nothing to do: the report does not stand on delta\n")
    assert (done.status, done.out) == (0, "report.md is edition 3 again, as edition 5\n")
    assert (copy / "report.md").read_bytes() == before
    causes = [item["cause"] for item in json.loads(history.out)]
    assert causes[3:] == ["retract delta", "restore 3"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_notes_beside_claims_keep_none_of_them(copy: Path, ends: str) -> None:
    """Whatever stands beside the user's notes leaves with its reference; the notes stay."""
    report = copy / "report.md"
    lines = report.read_text(encoding="utf-8").split("\n")
    noted = "\n".join(
        f"{line}\n\nMy note {at}.\n" if "[^" in line and not line.startswith(("[^", "|")) else line
        for at, line in enumerate(lines)
    )
    report.write_bytes(noted.replace("\n", ends).encode())
    (done,) = run_each(copy, "retract delta")
    assert (done.status, done.err) == (0, "")
    text = report.read_bytes().decode()
    assert "delta" not in text
    assert text.count("My note") == noted.count("My note") > 2
    assert text.count(ends) == text.count("\n")
    verified, status = run_each(copy, "verify", "status --json")
    assert verified.status == 0
    claims = sum(item["claims"] for item in json.loads(status.out)["sections"])
    assert verified.out.splitlines()[-1] == f"{claims} of {claims} claims hold"


def test_restore_a_lost_report(copy: Path) -> None:
    """A report that was deleted is written again; one that is there is left alone."""
    before = (copy / "report.md").read_bytes()
    done = run(copy, "restore")
    assert (done.status, done.out) == (0, "nothing to do: report.md is edition 3\n")
    (copy / "report.md").unlink()
    assert run(copy, "restore").status == 0
    assert (copy / "report.md").read_bytes() == before


def test_refresh(copy: Path) -> None:
    """Nothing changed: nothing is done. A changed reference changes its claims alone."""
    before = (copy / "report.md").read_bytes()
    done = run(copy, "refresh")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "nothing to do: the report stands as it is"
    assert (copy / "report.md").read_bytes() == before
    edit(copy, "12 days", "11 days", "alpha.md")
    done = run(copy, "refresh", "--reference", "delta")
    assert (copy / "report.md").read_bytes() == before
    done, verified = run_each(copy, "refresh --reference alpha", "verify")
    assert (done.status, done.err) == (0, "")
    assert verified.status == 0
    text = (copy / "report.md").read_text(encoding="utf-8")
    assert "11 days" in text
    assert "12 days" not in text


def test_refresh_of_what_is_gone(copy: Path) -> None:
    """A reference that can no longer be read is named; its claims stay; --strict fails.

    So does a run in which nothing else could be read.
    """
    (copy / "alpha.md").unlink()
    before = (copy / "report.md").read_bytes()
    assert run(copy, "refresh").status == 0
    for words in (["--strict"], ["--reference", "alpha"]):
        done = run(copy, "refresh", *words)
        assert done.status == 1
        assert "skipped alpha" in done.out
    assert (copy / "report.md").read_bytes() == before
