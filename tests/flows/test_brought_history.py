"""A bundle brings a report's whole history to a clone, and no history that is not its."""

from __future__ import annotations

import json
import random
import re
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from projects import NAMES, PAGES, SITE, FakeTools, boxes, checklist, of, project_at

from rag.errors import RagError, UsageError
from rag.flows.bundle import bundle_of, check
from rag.flows.compose import compose
from rag.flows.diff import diff
from rag.flows.events import Adopted, Recovered
from rag.flows.history import blame, history
from rag.flows.ingest import ingest
from rag.flows.publish import recover
from rag.flows.refresh import refresh
from rag.flows.restore import restore
from rag.flows.retract import retract
from rag.flows.standing import own
from rag.flows.verify import verify_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rag.flows.project import Project


def read(project: Project) -> str:
    """Return what report.md holds."""
    return project.report.read_bytes().decode()


def edit(project: Project, old: str, new: str) -> None:
    """Put other words into the report, above its footnotes."""
    text = read(project)
    assert old in text.partition("## References")[0]
    project.report.write_bytes(text.replace(old, new, 1).encode())


def delete_line(project: Project, part: str) -> None:
    """Take the lines with these words out of the report, but no footnote."""
    lines = read(project).splitlines(keepends=True)
    kept = [line for line in lines if part not in line or line.startswith("[^")]
    assert len(kept) < len(lines)
    project.report.write_bytes("".join(kept).encode())


def bundled(tools: FakeTools) -> str:
    """Return the proof bundle of the report as it stands."""
    return bundle_of(tools, read(tools.project), verify_report(tools.project, tools))


def clone(tools: FakeTools, root: Path) -> FakeTools:
    """Return a clone of the project: its checklist and its report, and no store."""
    copy = project_at(root, tools.project.checklist.read_text(encoding="utf-8"))
    copy.report.write_bytes(tools.project.report.read_bytes())
    return FakeTools(copy, dict(tools.web.pages))


def tells(tools: FakeTools) -> dict[str, object]:
    """Return all that the ledger tells its reader."""
    records = history(tools)
    pairs = [(one, two.number) for two in records for one in range(two.number)]
    return {
        "history": records,
        "blame": blame(tools),
        **{f"diff {one} {two}": diff(tools, one, two).as_markdown for one, two in pairs},
    }


@pytest.fixture
def lived(project: Project, tools: FakeTools) -> FakeTools:
    """A project that composed, was edited, retracted, restored, and edited by hand again."""
    list(compose(project, tools))
    list(compose(project, tools))
    delete_line(project, "12 days")
    list(compose(project, tools, every=True))
    list(retract(project, tools, "beta"))
    tools.web.pages = PAGES | {
        f"{SITE}gamma.md": PAGES[f"{SITE}gamma.md"].replace(b"28 days", b"29 days")
    }
    list(refresh(project, tools))
    edit(project, "The training cluster Gamma recovers", "I read that it recovers")
    edit(project, "# Accelerators\n", "# Accelerators\n\nMy own words.\n")
    return tools


def test_a_clone_tells_what_the_project_tells(lived: FakeTools, tmp_path: Path) -> None:
    """History, differences and blame are the same; report and boxes stay as they were."""
    copy = clone(lived, tmp_path / "clone")
    boxed = copy.project.checklist.read_bytes()
    seen = list(compose(copy.project, copy, proof=bundled(lived)))
    (adopted,) = of(Adopted, seen)
    assert (adopted.editions, adopted.lost) == (len(history(lived)), ())
    assert tells(copy) == tells(lived)
    assert copy.store.history() == lived.store.history()
    assert read(copy.project) == read(lived.project)
    assert copy.project.checklist.read_bytes() == boxed
    copy.store.close()


def test_a_clone_goes_on_as_the_project_does(lived: FakeTools, tmp_path: Path) -> None:
    """Hand edits, deletions and what was retracted have the same effect on the next edition."""
    copy = clone(lived, tmp_path / "clone")
    list(compose(copy.project, copy, proof=bundled(lived)))
    for tools in (lived, copy):
        list(compose(tools.project, tools, section="training"))
    assert read(copy.project) == read(lived.project)
    assert [item.model_dump(exclude={"at"}) for item in history(copy)] == [
        item.model_dump(exclude={"at"}) for item in history(lived)
    ]
    assert "12 days" not in read(copy.project)
    assert "My own words." in read(copy.project)
    copy.store.close()


def test_a_clone_restores_an_edition(lived: FakeTools, tmp_path: Path) -> None:
    """With what was written since, if the store has what it stands on; else one line says not."""
    copy = clone(lived, tmp_path / "clone")
    list(compose(copy.project, copy, proof=bundled(lived)))
    with pytest.raises(UsageError, match="stands on what the store lacks: beta"):
        list(restore(copy.project, copy, 3))
    list(ingest(copy.project, copy))
    for tools in (lived, copy):
        list(restore(tools.project, tools, 3))
    assert read(copy.project) == read(lived.project)
    assert read(copy.project).replace("My own words.\n\n", "") == lived.store.edition(3).text
    assert boxes(copy.project) == boxes(lived.project)
    assert copy.store.used().keys() == lived.store.used().keys()
    copy.store.close()


def test_open_boxes_are_ticked_whenever_the_run_is_killed(
    lived: FakeTools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clone whose checklist has no tick gets those of the history, after a crash as well."""
    copy = clone(lived, tmp_path / "clone")
    copy.project.checklist.write_text(checklist(), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("rag.flows.adopt.publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            list(compose(copy.project, copy, proof=bundled(lived)))
    assert not any(boxes(copy.project).values())
    assert of(Recovered, recover(copy.project, copy))
    assert all(boxes(copy.project).values())
    assert read(copy.project) == read(lived.project)
    assert tells(copy) == tells(lived)
    copy.store.close()


def test_what_left_the_checklist_is_read_from_where_the_bundle_has_it(
    project: Project, tools: FakeTools, tmp_path: Path
) -> None:
    """Claims of a reference whose line was deleted stay, in the clone as in the project."""
    list(compose(project, tools, every=True))
    text = project.checklist.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if "beta" not in line]
    project.checklist.write_text("".join(lines), encoding="utf-8")
    copy = clone(tools, tmp_path / "clone")
    list(compose(copy.project, copy, proof=bundled(tools)))
    assert blame(copy) == blame(tools)
    copy.store.close()
    other = clone(tools, tmp_path / "other")
    other.web.pages = {name: page for name, page in PAGES.items() if "beta" not in name}
    with pytest.raises(RagError, match="stands on beta, which cannot be read"):
        list(compose(other.project, other, proof=bundled(tools)))
    assert other.store.latest() is None
    other.store.close()


def test_a_passage_that_changed_is_named_and_written_anew(lived: FakeTools, tmp_path: Path) -> None:
    """History stays what it was; the next edition retires what its reference no longer says."""
    copy = clone(lived, tmp_path / "clone")
    copy.web.pages |= {f"{SITE}alpha.md": PAGES[f"{SITE}alpha.md"].replace(b"96 GB", b"97 GB")}
    (adopted,) = of(Adopted, compose(copy.project, copy, proof=bundled(lived)))
    assert [label.split("-")[0] for label in adopted.lost] == ["alpha"]
    assert history(copy) == history(lived)
    list(compose(copy.project, copy, section="memory"))
    assert "96 GB" not in read(copy.project)
    assert "97 GB" in read(copy.project)
    assert any("stale" in entry.reason for _, entry in copy.store.entries())
    copy.store.close()


# --- any life -----------------------------------------------------------------------------------


def steps(tools: FakeTools, chance: random.Random) -> Iterator[Callable[[], object]]:
    """Yield things that may happen to a project, drawn by chance."""
    project = tools.project
    for _ in range(chance.randint(3, 8)):
        latest = tools.store.latest()
        what = chance.choice(["compose", "compose", "retract", "restore", "delete", "section"])
        if what == "compose" or latest is None:
            yield lambda: list(compose(project, tools))
        elif what == "retract":
            yield lambda: list(retract(project, tools, chance.choice(NAMES)))
        elif what == "restore":
            number = chance.randint(1, latest.number)
            yield lambda number=number: list(restore(project, tools, number))
        elif what == "section":
            yield lambda: list(
                compose(project, tools, section=chance.choice(["memory", "summary"]))
            )
        else:
            yield lambda: _delete_one(tools, chance)


def _delete_one(tools: FakeTools, chance: random.Random) -> None:
    latest = tools.store.latest()
    text = read(tools.project)
    shown = [claim.text for _, claim in own(latest.sections) if claim.text in text]
    if len(shown) > 1:
        words = chance.choice(shown)
        body, mark, rest = text.partition("## References")
        gone = re.sub(rf"\*?\*?{re.escape(words)}\*?\*?(\[\^[^\]]+\])*", "", body)
        tools.project.report.write_bytes((gone + mark + rest).encode())


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_project_went_through(tmp_path: Path, seed: int) -> None:
    """A clone of it, its references taken in by chance, tells the same and composes the same."""
    chance = random.Random(seed)  # noqa: S311 - no secrets
    tools = FakeTools(project_at(tmp_path / "project"), dict(PAGES))
    for step in steps(tools, chance):
        step()
    list(compose(tools.project, tools, every=True))
    proof = bundled(tools)
    found = check(proof)
    assert found.problems == ()
    assert found.history == tools.store.history()
    copy = clone(tools, tmp_path / "clone")
    list(compose(copy.project, copy, proof=proof))
    assert tells(copy) == tells(tools)
    assert bundled(copy) == proof
    copy.store.close()
    tools.store.close()


# --- what is not its history --------------------------------------------------------------------


def forged(content: dict) -> str:
    """Return a bundle that was sealed again."""
    rest = {key: value for key, value in content.items() if key != "seal"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return json.dumps(rest | {"seal": sha256(text.encode()).hexdigest()})


def _drop_last(past: dict) -> None:
    del past["editions"][2:]  # what Gamma brought is in the report, and in no edition


def _another_number(past: dict) -> None:
    past["editions"][0]["number"] = 2


def _drop_entry(past: dict) -> None:
    past["editions"][1]["entries"].pop()


def _no_reason(past: dict) -> None:
    for entry in past["editions"][-1]["entries"]:
        entry["reason"] = ""


def _other_words(past: dict) -> None:
    past["claims"][0]["text"] += " And more."


def _other_quote(past: dict) -> None:
    past["citations"][0]["quote"] = past["citations"][0]["quote"].replace("9", "8")


def _ungrounded(past: dict) -> None:
    past["claims"][0]["citations"] = []


def _other_text(past: dict) -> None:
    past["editions"][0]["text"] = [[0, 0, "# Another text\n"]]
    past["editions"][0]["report"] = []
    past["editions"][1]["text"] = [[0, 0, "# Another text\n"]]
    past["editions"][1]["report"] = []
    del past["editions"][2:]


def _unknown_place(past: dict) -> None:
    past["claims"][0]["citations"] = [999]


def _impossible_text(past: dict) -> None:
    past["editions"][0]["text"] = [[5, 9, "x"]]


FORGED = {
    _drop_last: "does not lead to the report",
    _another_number: "it has edition 2 instead",
    _drop_entry: "nothing says how",
    _no_reason: "nothing says why",
    _other_words: "is not the id of",
    _other_quote: "is not the label of its words",
    _ungrounded: "nothing is cited for",
    _other_text: "shows none of its claims",
}


@pytest.mark.parametrize("forge", FORGED)
def test_a_history_that_does_not_add_up_is_refused(
    project: Project, tools: FakeTools, tmp_path: Path, forge: Callable[[dict], None]
) -> None:
    """Sealed again, it is not proved to whoever checks it, and no clone takes it over."""
    list(compose(project, tools, every=True))
    list(retract(project, tools, "alpha"))
    content = json.loads(bundled(tools))
    forge(content["history"])
    problems = [item for item in check(forged(content)).problems if item.check == "history"]
    assert any(FORGED[forge] in item.reason for item in problems), problems
    copy = clone(tools, tmp_path / "clone")
    with pytest.raises(UsageError, match=r"does not prove report\.md") as refused:
        list(compose(copy.project, copy, proof=forged(content)))
    assert "\n" not in str(refused.value)
    assert copy.store.latest() is None
    copy.store.close()


@pytest.mark.parametrize("forge", [_unknown_place, _impossible_text])
def test_a_history_that_cannot_be_unfolded_is_no_bundle(
    project: Project, tools: FakeTools, forge: Callable[[dict], None]
) -> None:
    """A claim, a citation or a line that is not there: one line that names the history."""
    list(compose(project, tools))
    content = json.loads(bundled(tools))
    forge(content["history"])
    with pytest.raises(RagError, match="no proof bundle of version 2 \\(history") as refused:
        check(forged(content))
    assert "\n" not in str(refused.value)


def test_the_history_of_another_report_is_refused(
    project: Project, tools: FakeTools, tmp_path: Path
) -> None:
    """A bundle of another state of the report, or with another one's history, is not taken."""
    list(compose(project, tools))
    early = json.loads(bundled(tools))
    list(retract(project, tools, "alpha"))
    list(compose(project, tools, every=True))
    late = json.loads(bundled(tools))
    copy = clone(tools, tmp_path / "clone")
    for content, said in (
        (early, "it is of another report"),
        (late | {"history": early["history"]}, "does not lead to the report"),
    ):
        with pytest.raises(UsageError, match=said):
            list(compose(copy.project, copy, proof=forged(content)))
    assert copy.store.latest() is None
    copy.store.close()


def test_a_report_elsewhere_is_bundled_without_a_history(
    project: Project, tools: FakeTools, tmp_path: Path
) -> None:
    """It is proved all the same, and taken over as any report is that has no history."""
    list(compose(project, tools))
    early = read(project)
    list(retract(project, tools, "alpha"))
    list(compose(project, tools))
    other = tmp_path / "other.md"
    other.write_text(early, encoding="utf-8")
    proof = bundle_of(tools, early, verify_report(project, tools, other))
    assert check(proof).problems == ()
    assert check(proof).history.editions == ()
    copy = clone(tools, tmp_path / "clone")
    copy.project.report.write_text(early, encoding="utf-8")
    (adopted,) = of(Adopted, compose(copy.project, copy, proof=proof))
    assert adopted.editions == 0
    assert history(copy)[0].cause == "adopt report.md"
    copy.store.close()


def test_words_that_are_no_unicode_do_not_keep_a_history_back(
    project: Project, tools: FakeTools, tmp_path: Path
) -> None:
    """Bytes that the user had in an earlier report are question marks in the clone's copy of it."""
    list(compose(project, tools))
    project.report.write_bytes(project.report.read_bytes() + b"\nMine, caf\xe9.\n")
    list(compose(project, tools))
    project.report.write_bytes(project.report.read_bytes().replace(b"caf\xe9", b"tea"))
    list(compose(project, tools, every=True))
    copy = clone(tools, tmp_path / "clone")
    list(compose(copy.project, copy, proof=bundled(tools)))
    assert tells(copy) == tells(tools)
    assert "Mine, caf�." in copy.store.edition(2).text
    copy.store.close()
