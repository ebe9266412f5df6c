"""Editions: the user's edits stay, a run cut short is finished, the order does not matter."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import ScriptedWriter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from projects import NAMES, PAGES, SITE, FakeTools, boxes, checklist, of, project_at

from rag.adapters.store import Commit
from rag.errors import UsageError
from rag.flows.compose import compose
from rag.flows.events import Composing, Kept, Recovered, Ticked
from rag.flows.ingest import ingest
from rag.flows.publish import read_report, recover
from rag.flows.verify import verify_report
from rag.stages.merge import merge
from rag.types import Draft, Skipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.store import Edition
    from rag.flows.project import Project


def _composed(root: Path, names: Sequence[str], *, at_once: bool = True) -> bytes:
    """Return the report of a new project over these pages, in this order."""
    project = project_at(root, checklist(names))
    tools = FakeTools(project, PAGES)
    for _ in names:
        list(compose(project, tools, every=at_once))
    tools.store.close()
    assert all(boxes(project).values())
    return project.report.read_bytes()


@pytest.fixture(scope="module")
def final(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report that all references make."""
    return _composed(tmp_path_factory.mktemp("final"), NAMES)


# --- order -----------------------------------------------------------------------------------


@given(names=st.permutations(NAMES), at_once=st.booleans())
@settings(max_examples=25)
def test_the_order_of_references_does_not_matter(
    final: bytes, names: list[str], at_once: bool
) -> None:
    """Every order of the same references, in one run or in many, ends with the same report."""
    with tempfile.TemporaryDirectory() as folder:
        assert _composed(Path(folder), names, at_once=at_once) == final


# --- the user's edits ------------------------------------------------------------------------

_EDIT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1).map(
    lambda text: f"MINE {text}"
)


@given(place=st.floats(0, 1), words=_EDIT)
@example(place=0.0, words="MINE \x0c\x85\u2028")
@example(place=1.0, words="MINE")
@settings(max_examples=25)
def test_edits_survive_byte_for_byte(place: float, words: str) -> None:
    """A line that the user adds anywhere stays as it is while the report grows around it."""
    with tempfile.TemporaryDirectory() as folder:
        project = project_at(Path(folder))
        tools = FakeTools(project, PAGES)
        list(compose(project, tools))
        lines = project.report.read_bytes().split(b"\n")
        mine = words.encode()
        lines.insert(round(place * (len(lines) - 1)), mine)
        project.report.write_bytes(b"\n".join(lines))
        list(compose(project, tools, every=True))
        after = project.report.read_bytes()
        assert after.split(b"\n").count(mine) == 1
        assert b"9 minutes" in after
        tools.store.close()


def test_edits_need_not_be_utf_8(project: Project, tools: FakeTools) -> None:
    """Words that an editor saved in another charset stay byte for byte."""
    list(compose(project, tools))
    mine = b"caf\xe9 \x80\x81"
    project.report.write_bytes(mine + b"\n" + project.report.read_bytes())
    list(compose(project, tools))
    list(compose(project, tools))
    assert project.report.read_bytes().split(b"\n")[0] == mine


def test_where_both_changed_the_user_wins(project: Project, tools: FakeTools) -> None:
    """A line that the user rewrote stays theirs, and the run says where."""
    list(compose(project, tools))
    text = project.report.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "96 GB" in line and line.startswith("- "))
    project.report.write_text(text.replace(line, "- My reading of Alpha."), encoding="utf-8")
    kept = of(Kept, compose(project, tools))
    assert kept
    assert "My reading" in "".join(kept[0].lines)
    assert "- My reading of Alpha." in project.report.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_footnotes_that_the_user_cut_off_come_back(
    project: Project, tools: FakeTools, end: bytes
) -> None:
    """Whoever deletes them all but leaves the marks has them again with the next edition."""
    list(compose(project, tools))
    text = project.report.read_bytes()
    mine = text[: text.index(b"\n[^")] + b"\nMy words.\n"
    project.report.write_bytes(mine.replace(b"\n", end))
    assert verify_report(project, tools).failures
    list(compose(project, tools))
    assert not verify_report(project, tools).failures
    after = project.report.read_bytes()
    assert end + b"My words." + end in after
    assert after.count(b"\n") == after.count(end)
    list(compose(project, tools, section="memory"))
    list(compose(project, tools, section="memory"))
    assert project.report.read_bytes() == after


# --- a run cut short -------------------------------------------------------------------------


def test_interrupted_at_any_event(project: Project, tools: FakeTools, final: bytes) -> None:
    """Cut short after any event, the next run ends with the same report and the same boxes."""
    total = len(list(compose(project, tools, every=True)))
    assert project.report.read_bytes() == final
    for cut in range(total):
        copy = project_at(project.root.parent / f"cut-{cut}")
        cut_tools = FakeTools(copy, PAGES)
        run = compose(copy, cut_tools, every=True)
        for _ in range(cut):
            next(run)
        run.close()
        cut_tools.store.close()
        again = FakeTools(copy, PAGES)
        list(compose(copy, again, every=True))
        again.store.close()
        assert copy.report.read_bytes() == final, cut
        assert all(boxes(copy).values()), cut


def test_a_note_stays_when_the_user_edits_between_commit_and_recovery(
    project: Project, tools: FakeTools
) -> None:
    """The edition's own text has it in another place: the claim that it stood behind has left."""

    def commit(before: str | None, report: str, text: str) -> None:
        tools.store.commit_edition(
            Commit(before=before, report=report, text=text, sections=(), cause="a test")
        )

    head, tail = "# Title\n\n## Memory\n\n", "\n\n## Training\n\nLast.[^z-9]\n"
    bullets = [f"- Chip {name} has {name} GB.[^c-{name}]" for name in "12345"]
    first = head + "\n".join(bullets) + tail
    commit(None, first, first)
    list(recover(project, tools))
    noted = first.replace("[^c-4]", "[^c-4] Note of mine.")
    second = head + "- Other has 9 GB.[^o-9]" + tail
    commit(noted, second, merge(first, noted, second).text)
    project.report.write_text(noted.replace(f"{bullets[1]}\n", ""), encoding="utf-8")
    (recovered,) = recover(project, tools)
    assert recovered.what == "edition 2"
    text = project.report.read_text(encoding="utf-8")
    assert text.count("Note of mine.") == 1
    assert "Other has 9 GB" in text
    assert "Chip" not in text


def _committed(project: Project, tools: FakeTools) -> Edition:
    """Commit the first reference's edition without publishing it; return it."""
    other = project_at(project.root.parent / "other")
    made = FakeTools(other, PAGES)
    list(compose(other, made))
    whole = made.store.latest()
    made.store.close()
    assert whole
    list(ingest(project, tools))
    return tools.store.commit_edition(
        Commit(
            before=read_report(project),
            report=whole.report,
            text=whole.text,
            sections=whole.sections,
            cause="compose alpha",
            outcomes={"alpha": "used"},
        )
    )


@pytest.mark.parametrize("written", ["nothing", "the report"])
def test_a_commit_is_published_by_the_next_run(
    project: Project, tools: FakeTools, final: bytes, written: str
) -> None:
    """Killed between commit and publication, the next run finishes both files, then goes on."""
    edition = _committed(project, tools)
    if written == "the report":
        project.report.write_text(edition.text, encoding="utf-8")
    seen = list(compose(project, tools))
    assert len(of(Recovered, seen)) == 1
    assert [event.key for event in of(Ticked, seen)] == ["beta"]
    assert boxes(project) == {"alpha": True, "beta": True, "gamma": False, "garden": False}
    seen = list(compose(project, tools, every=True))
    assert not of(Recovered, seen)
    assert project.report.read_bytes() == final


def test_an_edit_between_commit_and_publication(project: Project, tools: FakeTools) -> None:
    """What the user wrote while the commit was unpublished stays beside what it brings."""
    list(compose(project, tools))
    latest = tools.store.latest()
    assert latest
    text = latest.text.replace("# Accelerators\n", "# Accelerators, anew\n")
    tools.store.commit_edition(
        Commit(
            before=latest.text, report=text, text=text, sections=latest.sections, cause="by hand"
        )
    )
    project.report.write_text(latest.text + "\nMy last line.\n", encoding="utf-8")
    project.checklist.write_text(checklist(["alpha"]).replace("[ ]", "[x]"), encoding="utf-8")
    assert len(of(Recovered, compose(project, tools))) == 1
    after = project.report.read_text(encoding="utf-8")
    assert after.startswith("# Accelerators, anew\n")
    assert after.endswith("\nMy last line.\n")


@pytest.mark.parametrize("first", [True, False])
def test_an_edit_of_a_report_whose_boxes_were_not_set_yet(
    project: Project, tools: FakeTools, monkeypatch: pytest.MonkeyPatch, *, first: bool
) -> None:
    """Killed when the report was written, but no box was, an edit since doubles nothing of it."""
    if not first:
        list(compose(project, tools))

    def killed(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tools.store, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            list(compose(project, tools))
    text = project.report.read_text(encoding="utf-8")
    mine = text.replace("# Accelerators\n", "My words.\n", 1)
    project.report.write_text(mine, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(tools, "writer", ScriptedWriter(lambda _: Draft(blocks=())))
        assert len(of(Recovered, compose(project, tools, section="training"))) == 1
    assert project.report.read_text(encoding="utf-8") == mine


# --- the checklist is edited meanwhile --------------------------------------------------------


def _edited_meanwhile(project: Project, tools: FakeTools, text: str) -> list[object]:
    """Run compose; while the first section is written, the checklist gets this text."""
    seen = []
    for event in compose(project, tools):
        seen.append(event)
        if isinstance(event, Composing):
            project.checklist.write_text(text, encoding="utf-8")
    return seen


def test_edits_of_the_checklist_during_a_run_stay(project: Project, tools: FakeTools) -> None:
    """The box is ticked where its line stands now, and every other byte is the user's."""
    text = "New words.\n\n" + checklist(["gamma", "alpha"]) + "\nMore words."
    _edited_meanwhile(project, tools, text)
    after = project.checklist.read_text(encoding="utf-8")
    assert after == text.replace("- [ ] [Alpha]", "- [x] [Alpha]")


def test_a_line_deleted_during_its_run(project: Project, tools: FakeTools) -> None:
    """A line that went while its reference was read is not brought back."""
    text = checklist(["gamma"])
    assert of(Ticked, _edited_meanwhile(project, tools, text))
    assert project.checklist.read_text(encoding="utf-8") == text
    list(compose(project, tools))
    assert "(no longer in the checklist)" in project.report.read_text(encoding="utf-8")


def test_a_checklist_deleted_during_a_run(project: Project, tools: FakeTools) -> None:
    """With the checklist gone the edition waits; once it is back its box is ticked."""
    text = project.checklist.read_text(encoding="utf-8")
    run = compose(project, tools)
    while not isinstance(next(run), Composing):
        pass
    project.checklist.unlink()
    with pytest.raises(UsageError, match=r"no references\.md"):
        list(run)
    project.checklist.write_text(text, encoding="utf-8")
    seen = list(compose(project, tools))
    assert of(Recovered, seen)
    assert not of(Skipped, seen)
    assert boxes(project) == {"alpha": True, "beta": True, "gamma": False, "garden": False}


def test_a_read_again_text_is_cited_where_it_stands(project: Project, tools: FakeTools) -> None:
    """The last edition's citations hold in the documents that the store has."""
    list(compose(project, tools, every=True))
    edition = tools.store.latest()
    assert edition
    for section in edition.sections:
        for citation in (item for claim in section.claims for item in claim.citations):
            document = tools.store.document(citation.document_id)
            assert document.text[citation.start : citation.end] == citation.quote
    assert f"{SITE}alpha.md" in edition.report
