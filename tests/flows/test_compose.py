"""Compose: the next unchecked reference enters the report, and only then is its box ticked."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEmbedder, ScriptedWriter
from projects import NAMES, PAGES, SITE, FakeTools, boxes, checklist, of, project_at, quoting

from rag.errors import CapError, RagError, ServiceError, UsageError
from rag.flows.compose import compose
from rag.flows.events import (
    Adopted,
    Composed,
    Composing,
    Fallen,
    Ingest,
    NothingToDo,
    Planned,
    Reading,
    SetAside,
    Ticked,
    Unchanged,
)
from rag.flows.ingest import ingest
from rag.flows.status import status
from rag.flows.verify import verify_report
from rag.types import Block, Draft, QuestionTask, Section, SectionTask, Skipped, proposed_again

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.flows.project import Project
    from rag.ports import Vector


def _report(project: Project) -> str:
    return project.report.read_text(encoding="utf-8")


def _files(project: Project) -> dict[Path, bytes]:
    """Return what stands in the project's files, but for its store."""
    return {
        path: path.read_bytes()
        for path in project.root.rglob("*")
        if path.is_file() and project.store not in path.parents
    }


def _dump(project: Project) -> list[str]:
    """Return what the store holds, as SQL."""
    with contextlib.closing(sqlite3.connect(project.store / "rag.db")) as database:
        return list(database.iterdump())


def _untick(project: Project, key: str) -> None:
    text = project.checklist.read_text(encoding="utf-8")
    mine = re.sub(rf"\[x\](.*{key}\.md)", r"[ ]\1", text)
    assert mine != text
    project.checklist.write_text(mine, encoding="utf-8")


class _Refusing:
    """A script that gives no draft for some sections, as often as it is told."""

    def __init__(self, **refusals: int) -> None:
        self.left = refusals

    def __call__(self, task: SectionTask | QuestionTask) -> Draft | Skipped:
        """Return a draft, or `Skipped` while a refusal is left for the section."""
        section = task.spec.id if isinstance(task, SectionTask) else ""
        if self.left.get(section, 0):
            self.left[section] -= 1
            return Skipped(subject="model", stage="draft", reason="the model is busy")
        return quoting(task)


def _drafted(writer: ScriptedWriter) -> list[str]:
    return [task.spec.id for task in writer.tasks if isinstance(task, SectionTask)]


# --- which reference -------------------------------------------------------------------------


def test_the_next_unchecked_is_taken(project: Project, tools: FakeTools) -> None:
    """Each run takes the first box that is open, ticks it and leaves the others."""
    text = checklist().replace("- [ ] [Alpha]", "- [x] [Alpha]")
    project.checklist.write_text(text, encoding="utf-8")
    ticked = of(Ticked, compose(project, tools))
    assert [(event.key, event.outcome) for event in ticked] == [("beta", "used")]
    assert boxes(project) == {"alpha": True, "beta": True, "gamma": False, "garden": False}
    assert "141 GB" in _report(project)
    assert "96 GB" not in _report(project)
    assert [event.key for event in of(Ticked, compose(project, tools))] == ["gamma"]
    assert "141 GB" in _report(project)
    assert "9 minutes" in _report(project)


def test_only_the_mark_in_the_box_changes(project: Project, tools: FakeTools) -> None:
    """The checklist keeps its BOM, line ends, indentation and trailing spaces byte for byte."""
    before = f"\ufeff# Mine\r\n\r\n  1. [ ] <{SITE}alpha.md>  \r\n\tprose \x0b here\r\n".encode()
    before += b"Latin-1: caf\xe9\r\n"
    project.checklist.write_bytes(before)
    assert of(Ticked, compose(project, tools))
    assert project.checklist.read_bytes() == before.replace(b"[ ]", b"[x]")


def test_unreadable_stays_unchecked(project: Project, tools: FakeTools) -> None:
    """A reference that cannot be read keeps its box open, and the run takes the next one."""
    tools.web.pages.pop(f"{SITE}alpha.md")
    seen = list(compose(project, tools))
    assert [event.subject for event in of(Skipped, seen)] == ["alpha"]
    assert [event.key for event in of(Ticked, seen)] == ["beta"]
    assert boxes(project) == {"alpha": False, "beta": True, "gamma": False, "garden": False}
    assert status(project, tools).references[0].state == "failed"


def test_no_evidence_is_no_material_change(project: Project, tools: FakeTools) -> None:
    """A reference that is about something else is ticked, and the report stays as it is."""
    project.checklist.write_text(checklist(["alpha", "garden"]), encoding="utf-8")
    list(compose(project, tools))
    before = project.report.read_bytes()
    ticked = of(Ticked, compose(project, tools))
    assert [(event.key, event.outcome, event.sections) for event in ticked] == [
        ("garden", "no material change", ())
    ]
    assert project.report.read_bytes() == before
    assert all(boxes(project).values())


def test_all_goes_on_until_none_is_left(project: Project, tools: FakeTools) -> None:
    """`every` takes one reference after the other, and those that fail stay open."""
    tools.web.pages.pop(f"{SITE}gamma.md")
    seen = list(compose(project, tools, every=True))
    assert [event.key for event in of(Ticked, seen)] == ["alpha", "beta", "garden"]
    assert boxes(project) == {"alpha": True, "beta": True, "gamma": False, "garden": True}


def test_nothing_unchecked_changes_nothing(project: Project, tools: FakeTools) -> None:
    """With no box open a run says so and leaves every file byte-identical."""
    list(compose(project, tools, every=True))
    before, database = _files(project), _dump(project)
    tools.writer = ScriptedWriter([])
    seen = list(compose(project, tools, every=True))
    assert [type(event) for event in seen] == [NothingToDo]
    assert _files(project) == before
    assert _dump(project) == database


def test_an_unticked_box_is_read_again(project: Project, tools: FakeTools) -> None:
    """A box that the user opens is fetched again; what did not change ends as it was."""
    list(compose(project, tools, every=True))
    before = project.report.read_bytes()
    _untick(project, "alpha")
    seen = list(compose(project, tools))
    assert of(Unchanged, seen)
    assert [event.key for event in of(Ticked, seen)] == ["alpha"]
    assert project.report.read_bytes() == before


def test_an_unticked_box_whose_text_changed(project: Project, tools: FakeTools) -> None:
    """Read again, a reference's old claims go with its old text, in every section."""
    list(compose(project, tools, every=True))
    tools.web.pages[f"{SITE}alpha.md"] = b"""# Alpha accelerators

## Memory of Alpha

The Alpha accelerator has 97 GB of memory on each chip and moves 2.9 TB/s to and from it.
"""
    _untick(project, "alpha")
    list(compose(project, tools))
    text = _report(project)
    assert "97 GB" in text
    assert "96 GB" not in text
    assert "12 days" not in text, "the section on training had it from the old text"
    _assert_grounded(tools)


def test_a_reference_refreshed_meanwhile(project: Project, tools: FakeTools) -> None:
    """What `ingest --refresh` changed enters with the next reference; no quote is left behind."""
    project.checklist.write_text(checklist(["alpha", "garden"]), encoding="utf-8")
    list(compose(project, tools))
    changed = PAGES[f"{SITE}alpha.md"].replace(b"96 GB", b"97 GB")
    tools.web.pages[f"{SITE}alpha.md"] = changed
    list(ingest(project, tools, refresh=True))
    list(compose(project, tools))
    assert "97 GB" in _report(project)
    assert "96 GB" not in _report(project)
    _assert_grounded(tools)


def test_no_draft_for_what_changed_commits_nothing(project: Project, tools: FakeTools) -> None:
    """Where sections' old text is gone and no new draft came, the report stays as it is."""
    project.checklist.write_text(checklist(["alpha", "garden"]), encoding="utf-8")
    tools.writer = ScriptedWriter(quoting)
    list(compose(project, tools))
    before = project.report.read_bytes()
    changed = PAGES[f"{SITE}alpha.md"].replace(b"96 GB", b"97 GB")
    tools.web.pages[f"{SITE}alpha.md"] = changed
    list(ingest(project, tools, refresh=True))
    tools.writer = ScriptedWriter(_Refusing(memory=1, summary=1))
    seen = list(compose(project, tools))
    assert [event.subject for event in of(Skipped, seen)] == ["memory", "summary"]
    assert project.report.read_bytes() == before
    assert boxes(project) == {"alpha": True, "garden": False}
    assert [event.key for event in of(Ticked, compose(project, tools))] == ["garden"]
    assert "97 GB" in _report(project)
    _assert_grounded(tools)


def test_what_is_drafted_beside_a_stale_section_is_committed(
    project: Project, tools: FakeTools
) -> None:
    """A stale section without a draft stays as it was, told to be stale; the next run drafts it."""
    project.checklist.write_text(checklist(["alpha", "gamma"]), encoding="utf-8")
    tools.writer = ScriptedWriter(quoting)
    list(compose(project, tools))
    page = f"{SITE}alpha.md"
    tools.web.pages[page] = PAGES[page].replace(b"96 GB", b"97 GB")
    list(ingest(project, tools, refresh=True))
    tools.writer = ScriptedWriter(_Refusing(memory=1))
    note = next(line for line in _report(project).splitlines() if "96 GB" in line and ": “" in line)
    assert not of(Ticked, compose(project, tools))
    assert "9 minutes" in _report(project)
    assert "96 GB" in _report(project)
    assert note in _report(project).splitlines()
    assert "a claim is stale" in status(project, tools).problems[0]
    assert [item.verdict for item in verify_report(project, tools).failures] == ["quote_absent"]
    writer = tools.writer = ScriptedWriter(quoting)
    assert [event.key for event in of(Ticked, compose(project, tools))] == ["gamma"]
    assert _drafted(writer) == ["memory", "summary"]
    assert "97 GB" in _report(project)
    assert "96 GB" not in _report(project)
    assert "9 minutes" in _report(project)
    _assert_grounded(tools)
    assert verify_report(project, tools).failures == ()


def test_a_deleted_line_leaves_its_claims(project: Project, tools: FakeTools) -> None:
    """A reference off the checklist stays in the report, shown as unlisted there and in status."""
    project.checklist.write_text(checklist(["alpha", "beta"]), encoding="utf-8")
    list(compose(project, tools))
    project.checklist.write_text(checklist(["beta"]), encoding="utf-8")
    list(compose(project, tools))
    text = _report(project)
    assert "96 GB" in text
    assert "12 days" in text
    line = next(line for line in text.splitlines() if line.startswith("- [Alpha"))
    assert line.endswith("(no longer in the checklist)")
    found = {item.key: item for item in status(project, tools).references}
    assert (found["alpha"].listed, found["alpha"].state) == (False, "used")
    assert (found["beta"].listed, found["beta"].state) == (True, "used")


def _assert_grounded(tools: FakeTools) -> None:
    """Assert that every quote of the last edition stands in its document at its offsets."""
    edition = tools.store.latest()
    assert edition
    cited = [
        item for section in edition.sections for claim in section.claims for item in claim.citations
    ]
    assert cited
    for item in cited:
        assert tools.store.document(item.document_id).text[item.start : item.end] == item.quote


# --- drafts that fail ------------------------------------------------------------------------


def test_a_missing_draft_keeps_the_box_open(project: Project, tools: FakeTools) -> None:
    """What was drafted is committed; the next run drafts only what is missing, then ticks."""
    tools.writer = ScriptedWriter(_Refusing(training=1))
    seen = list(compose(project, tools))
    assert [(event.subject, event.reason) for event in of(Skipped, seen)] == [
        ("training", "the model is busy")
    ]
    assert not of(Ticked, seen)
    assert not any(boxes(project).values())
    assert "96 GB" in _report(project)
    assert "12 days" not in _report(project)
    writer = tools.writer = ScriptedWriter(quoting)
    seen = list(compose(project, tools))
    assert _drafted(writer) == ["training", "summary"]
    assert [event.key for event in of(Ticked, seen)] == ["alpha"]
    assert "12 days" in _report(project)
    assert boxes(project)["alpha"]


def test_what_is_missing_shrinks(project: Project, tools: FakeTools) -> None:
    """Of two sections without a draft, the one that got it is not drafted again."""
    tools.writer = ScriptedWriter(_Refusing(memory=1, training=2))
    list(compose(project, tools))
    assert not project.report.exists(), "there was nothing to write"
    list(compose(project, tools))
    writer = tools.writer = ScriptedWriter(quoting)
    assert of(Ticked, compose(project, tools))
    assert _drafted(writer) == ["training", "summary"]


def test_a_missing_summary_is_drafted(project: Project, tools: FakeTools) -> None:
    """A section made of the others is among what can be missing."""
    tools.writer = ScriptedWriter(_Refusing(summary=1))
    assert not of(Ticked, compose(project, tools))
    writer = tools.writer = ScriptedWriter(quoting)
    assert of(Ticked, compose(project, tools))
    assert _drafted(writer) == ["summary"]
    assert "## Summary" in _report(project)


def test_a_reference_with_a_missing_draft_is_not_lost(project: Project, tools: FakeTools) -> None:
    """The next reference's drafts keep the claims of one that still lacks a section."""
    tools.writer = ScriptedWriter(_Refusing(training=1))
    seen = list(compose(project, tools, every=True))
    assert [event.key for event in of(Ticked, seen)] == ["beta", "gamma", "garden"]
    assert "96 GB" in _report(project)
    list(compose(project, tools, every=True))
    assert all(boxes(project).values())
    plain = FakeTools(project_at(project.root.parent / "plain"), PAGES, ScriptedWriter(quoting))
    list(compose(project_at(project.root.parent / "plain"), plain, every=True))
    assert _report(project) == (project.root.parent / "plain/report.md").read_text("utf-8")
    plain.store.close()


def test_a_reference_without_any_draft_takes_part(project: Project, tools: FakeTools) -> None:
    """What got no draft yet is evidence for the next reference's sections all the same."""
    writer = tools.writer = ScriptedWriter(_Refusing(memory=1, training=1))
    list(compose(project, tools))
    writer.tasks.clear()
    tools.web.pages.pop(f"{SITE}alpha.md")
    tools.store.save_failed("alpha", f"{SITE}alpha.md", "fetch", "gone")
    project.checklist.write_text(checklist(["beta", "alpha"]), encoding="utf-8")
    list(compose(project, tools))
    assert _drafted(writer)[0] == "memory"
    assert {item.reference.key for item in writer.tasks[0].evidence} == {"alpha", "beta"}


def test_missing_drafts_of_a_text_with_more(project: Project, tools: FakeTools) -> None:
    """Sections that only the new text brings evidence for are drafted with the missing ones."""
    project.checklist.write_text(checklist(["beta"]), encoding="utf-8")
    tools.writer = ScriptedWriter(_Refusing(memory=1))
    list(compose(project, tools))
    page = PAGES[f"{SITE}beta.md"] + PAGES[f"{SITE}gamma.md"]
    tools.web.pages[f"{SITE}beta.md"] = page
    list(ingest(project, tools, refresh=True))
    list(compose(project, tools))
    assert "141 GB" in _report(project)
    assert "9 minutes" in _report(project)


def test_missing_drafts_of_a_text_that_changed(project: Project, tools: FakeTools) -> None:
    """What was missing of an old text says nothing of the new one: all its sections are drafted."""
    tools.writer = ScriptedWriter(_Refusing(training=1))
    list(compose(project, tools))
    page = PAGES[f"{SITE}alpha.md"].replace(b"96 GB", b"97 GB")
    tools.web.pages[f"{SITE}alpha.md"] = page
    list(ingest(project, tools, refresh=True, only=["alpha"]))
    list(compose(project, tools))
    assert "97 GB" in _report(project)
    assert "12 days" in _report(project)
    _assert_grounded(tools)


# --- sections made of sections ---------------------------------------------------------------

_MATCHES = """
[[sections]]
id = "{name}"
title = "{name}"
[[sections.topics]]
id = "{name}-matches"
heading = "Matches"
form = "matches"
questions = ["Which service?"]
terms = ["service"]
"""
_CHOICE = """
[[sections.topics]]
id = "choice"
heading = "Choosing"
questions = ["{question}"]
terms = ["memory"]
"""


def test_a_section_sees_only_what_it_is_made_of(project: Project) -> None:
    """Matches are made of the sections with evidence, a summary of all but itself."""
    outline = project.root / "config/report.toml"
    more = "".join(_MATCHES.format(name=name) for name in ("guide", "atlas"))
    outline.write_text(outline.read_text(encoding="utf-8") + more, encoding="utf-8")
    writer = ScriptedWriter(quoting)
    tools = FakeTools(project, PAGES, writer)
    for _ in range(2):
        writer.tasks.clear()
        list(compose(project, tools))
    seen = {
        task.spec.id: [item.id for item in task.others]
        for task in writer.tasks
        if isinstance(task, SectionTask)
    }
    assert seen == {
        "memory": [],
        "guide": ["memory", "training"],
        "atlas": ["memory", "training"],
        "summary": ["memory", "training", "guide", "atlas"],
    }
    tools.store.close()


class _Failing(FakeEmbedder):
    """An embedder that fails at one question."""

    question = "Which accelerator has enough?"

    def __init__(self, error: RagError) -> None:
        super().__init__()
        self._error = error

    def embed_query(self, text: str) -> Vector:
        """See `Embedder.embed_query`."""
        if text == self.question:
            raise self._error
        return super().embed_query(text)


@pytest.mark.parametrize("error", [CapError("that is enough"), ServiceError("that is enough")])
def test_what_is_drafted_stands_when_the_embedder_fails(project: Project, error: RagError) -> None:
    """A section that is drafted before is committed; the next run drafts the rest, and ticks."""
    outline = project.root / "config/report.toml"
    more = _MATCHES.format(name="guide") + _CHOICE.format(question=_Failing.question)
    outline.write_text(outline.read_text(encoding="utf-8") + more, encoding="utf-8")
    failing = Skipped(subject="memory", stage="draft", reason="the service is away")
    writer = ScriptedWriter(lambda task: failing if task.spec.id == "memory" else quoting(task))
    tools = FakeTools(project, PAGES, writer)
    list(compose(project, tools))
    assert "\n## Memory\n" not in _report(project)
    tools.writer, tools.embedder = ScriptedWriter(quoting), _Failing(error)
    with pytest.raises(type(error), match="that is enough; not drafted: guide"):
        list(compose(project, tools))
    assert "\n## Memory\n" in _report(project)
    assert not any(boxes(project).values())
    tools.embedder = FakeEmbedder()
    writer = tools.writer = ScriptedWriter(quoting)
    list(compose(project, tools))
    assert "guide" in _drafted(writer)
    assert "memory" not in _drafted(writer)
    assert boxes(project)["alpha"]
    tools.store.close()


# --- one section, dry run --------------------------------------------------------------------


def test_one_section_is_recomposed(project: Project, tools: FakeTools) -> None:
    """`section` drafts it from all evidence used so far, ticks nothing, and the others stay."""
    list(compose(project, tools))
    list(compose(project, tools))
    before = project.checklist.read_bytes()
    writer = tools.writer = ScriptedWriter(quoting)
    seen = list(compose(project, tools, section="memory"))
    assert _drafted(writer)[0] == "memory"
    assert {item.reference.key for item in writer.tasks[0].evidence} == {"alpha", "beta"}
    assert set(_drafted(writer)) <= {"memory", "summary"}
    assert not of(Ticked, seen)
    assert project.checklist.read_bytes() == before


def test_what_is_recomposed_stands_when_the_service_fails_behind_it(
    project: Project, tools: FakeTools
) -> None:
    """A section that is drafted and paid for is committed, though the summary got no draft."""

    class Away(ScriptedWriter):
        def write_section(self, task: SectionTask) -> Draft | Skipped:
            if task.spec.id == "summary":
                raise ServiceError("the service is away", advice="run again later")
            return super().write_section(task)

    list(compose(project, tools))
    edition = tools.store.latest()
    assert edition is not None
    tools.writer = Away(quoting)
    with pytest.raises(ServiceError, match="away; not drafted: summary; the rest is committed"):
        list(compose(project, tools, section="memory"))
    after = tools.store.latest()
    assert after is not None
    assert after.number == edition.number + 1
    changed = {item.id for item in after.sections if item not in edition.sections}
    assert changed == {"memory"}


def _showing(task: SectionTask | QuestionTask) -> Draft:
    """Quote, and say that of each other section only the first claim had room."""
    others = task.others if isinstance(task, SectionTask) else ()
    told = frozenset(claim.id for item in others for claim in item.claims[:1])
    return quoting(task).model_copy(update={"told": told})


def test_a_writer_is_told_what_is_new(project: Project, tools: FakeTools) -> None:
    """Evidence and claims that earlier drafts had are named; asked for a section, all is new."""
    writer = tools.writer = ScriptedWriter(_showing)
    list(compose(project, tools))
    assert not any(task.seen or task.told for task in writer.tasks)
    first = {claim.id for item in writer.tasks[-1].others for claim in item.claims[:1]}
    writer.tasks.clear()
    list(compose(project, tools))
    memory, summary = (next(x for x in writer.tasks if x.spec.id == y) for y in _ends(writer))
    assert memory.spec.id == "memory"
    seen = {item.key for item in memory.evidence if item.reference.key == "alpha"}
    assert memory.seen == seen < {item.key for item in memory.evidence}
    assert summary.told == first < {claim.id for item in _sections(tools) for claim in item.claims}
    writer.tasks.clear()
    list(compose(project, tools, section="memory"))
    assert not writer.tasks[0].seen


def _repeating(task: SectionTask | QuestionTask) -> Draft:
    """Quote; a summary repeats the first claim of each other section, and was shown all."""
    if not isinstance(task, SectionTask) or task.spec.form != "summary":
        return quoting(task)
    first = [
        (item, proposed_again(item, task)) for other in task.others for item in other.claims[:1]
    ]
    claims = tuple(again.model_copy(update={"repeats": old.id}) for old, again in first if again)
    told = frozenset(claim.id for other in task.others for claim in other.claims)
    return Draft(blocks=(Block(form="bullets", claims=claims),), told=told)


def test_where_a_chosen_claim_left_those_beside_it_are_new(
    project: Project, tools: FakeTools
) -> None:
    """Another one of its section may take its place; those of other sections were shown before."""
    writer = tools.writer = ScriptedWriter(_repeating)
    for _ in range(3):
        list(compose(project, tools))
    sections = {item.id: item for item in _sections(tools)}
    training = {claim.id for claim in sections["training"].claims}
    gone = sections["training"].claims[0]
    assert len(training) > 1
    assert gone.id in {item.repeats for item in sections["summary"].claims}
    text = project.report.read_text(encoding="utf-8")
    kept = [line for line in text.split("\n") if gone.text not in line or line.startswith("[^")]
    project.report.write_text("\n".join(kept), encoding="utf-8")
    page = PAGES[f"{SITE}alpha.md"].replace(b"Alpha", b"Delta")
    tools.web.pages[f"{SITE}delta.md"] = page
    project.checklist.write_text(
        project.checklist.read_text("utf-8") + f"- [ ] [Delta]({SITE}delta.md)\n", encoding="utf-8"
    )
    writer.tasks.clear()
    list(compose(project, tools, every=True))
    summary = next(task for task in writer.tasks if task.spec.form == "summary")
    memory = {claim.id for claim in sections["memory"].claims}
    assert memory <= summary.told
    assert not (training - {gone.id}) & summary.told


def test_what_a_missing_draft_was_to_be_made_from_is_new(
    project: Project, tools: FakeTools
) -> None:
    """A section that got no draft has not read what it was asked for with, in whose turn ever."""
    list(compose(project, tools))
    tools.writer = ScriptedWriter(_Refusing(memory=1))
    list(compose(project, tools))
    more = checklist(["delta", "beta", "alpha"]).replace("[ ] [Alpha", "[x] [Alpha")
    project.checklist.write_text(more, encoding="utf-8")
    page = PAGES[f"{SITE}alpha.md"].replace(b"Alpha", b"Delta")
    tools.web.pages[f"{SITE}delta.md"] = page
    writer = tools.writer = ScriptedWriter(quoting)
    list(compose(project, tools))
    task = writer.tasks[0]
    assert task.spec.id == "memory"
    new = {item.reference.key for item in task.evidence if item.key not in task.seen}
    assert new == {"beta", "delta"}


def _sections(tools: FakeTools) -> tuple[Section, ...]:
    latest = tools.store.latest()
    return latest.sections if latest else ()


def _ends(writer: ScriptedWriter) -> tuple[str, str]:
    drafted = _drafted(writer)
    return drafted[0], drafted[-1]


# --- in passes -------------------------------------------------------------------------------


def _long(tools: FakeTools) -> None:
    """Give Alpha a page of several chunks on memory."""
    told = (
        f"The Alpha accelerator number {n} has {95 + n} GB of memory on each chip. "
        + " ".join(f"It is part {part} of model {n} and has memory." for part in range(30))
        for n in range(1, 4)
    )
    page = "# Alpha\n\n" + "\n\n".join(f"## Memory {n}\n\n{text}" for n, text in enumerate(told))
    tools.web.pages[f"{SITE}alpha.md"] = page.encode()


def _one_at_a_time(task: SectionTask | QuestionTask) -> Draft:
    """Quote one new piece of evidence, and leave the rest unread."""
    if not isinstance(task, SectionTask) or task.spec.form == "summary":
        return Draft(blocks=())
    new = [item for item in task.evidence if item.key not in task.seen]
    draft = quoting(task.model_copy(update={"evidence": tuple(new[:1])}))
    stays = frozenset(claim.id for claim in task.prior.claims) if task.prior else frozenset()
    return draft.model_copy(
        update={"stays": stays, "unread": frozenset(item.key for item in new[1:])}
    )


def test_a_section_is_written_in_passes(project: Project, tools: FakeTools) -> None:
    """What is unread is asked for again, on top of what was drafted; it is one edition."""
    _long(tools)
    writer = tools.writer = ScriptedWriter(_one_at_a_time)
    seen = list(compose(project, tools))
    passes = [task for task in writer.tasks if task.spec.id == "memory"]
    assert len(passes) == len(passes[0].evidence) > 1
    assert [len(task.prior.claims) if task.prior else 0 for task in passes] == [*range(len(passes))]
    assert [len(task.seen) for task in passes] == [*range(len(passes))]
    (section,) = [item for item in _sections(tools) if item.id == "memory"]
    assert len(section.claims) == len(passes)
    fates = [entry.fate for _, entry in tools.store.entries() if entry.section == "memory"]
    assert fates == ["added"] * len(passes)
    assert tools.store.latest().calls == len(writer.tasks)
    assert [event.key for event in of(Ticked, seen)] == ["alpha"]


def test_a_writer_is_told_how_many_drafts_may_come(project: Project, tools: FakeTools) -> None:
    """A pass reads one passage at least: what could reach a cap is known before."""
    _long(tools)
    told = []

    class Told(ScriptedWriter):
        def at_once(self, drafts: int) -> int:
            told.append(drafts)
            return super().at_once(drafts)

    writer = tools.writer = Told(_one_at_a_time)
    list(compose(project, tools))
    asked = [task for task in writer.tasks if task.spec.id != "summary"]
    assert len(asked) == len(asked[0].evidence) > 1
    assert told[0] == len(asked)
    assert told[-1] == 1


def test_a_pass_that_fails_leaves_the_section_as_it_was(project: Project, tools: FakeTools) -> None:
    """Half a reading is none: the box stays open, and the next run reads all of it."""
    _long(tools)

    def tired(task: SectionTask | QuestionTask) -> Draft | Skipped:
        if isinstance(task, SectionTask) and task.spec.id == "memory" and task.seen:
            return Skipped(subject="", stage="draft", reason="the model is busy")
        return _one_at_a_time(task)

    tools.writer = ScriptedWriter(tired)
    seen = list(compose(project, tools))
    assert [event.subject for event in of(Skipped, seen)] == ["memory"]
    assert not of(Ticked, seen)
    assert not project.report.exists(), "there was nothing to write"
    writer = tools.writer = ScriptedWriter(_one_at_a_time)
    assert of(Ticked, compose(project, tools))
    assert not writer.tasks[0].seen
    assert "96 GB" in _report(project)


def test_a_writer_that_gets_nowhere_is_not_asked_for_ever(
    project: Project, tools: FakeTools
) -> None:
    """What it leaves unread twice is left out."""

    def stuck(task: SectionTask | QuestionTask) -> Draft:
        keys = frozenset(item.key for item in task.evidence)
        return quoting(task).model_copy(update={"unread": keys | {"E99"}})

    writer = tools.writer = ScriptedWriter(stuck)
    assert of(Ticked, compose(project, tools))
    assert _drafted(writer).count("memory") == 2
    assert "96 GB" in _report(project)


def test_an_unknown_section_is_refused(project: Project, tools: FakeTools) -> None:
    """The error names the sections that there are."""
    with pytest.raises(UsageError, match="summary, memory, training"):
        list(compose(project, tools, section="prices"))


def test_a_section_with_nothing_used(project: Project, tools: FakeTools) -> None:
    """Before the first reference there is nothing to recompose, and no report is made."""
    assert [type(event) for event in compose(project, tools, section="memory")] == [NothingToDo]
    assert not project.report.exists()


@pytest.mark.parametrize("every", [False, True])
def test_a_dry_run_writes_nothing(project: Project, tools: FakeTools, every: bool) -> None:
    """It says which sections may change and from how much evidence; no file changes."""
    before = _files(project)
    writer = tools.writer = ScriptedWriter([])
    planned = of(Planned, compose(project, tools, every=every, dry_run=True))
    expected = [("alpha", "memory", 1), ("alpha", "training", 1)]
    if every:
        expected += [("beta", "memory", 1), ("gamma", "training", 1)]
    assert [(event.key, event.section) for event in planned] == [
        (key, section) for key, section, _ in expected
    ]
    assert all(event.evidence > 0 for event in planned)
    assert writer.tasks == []
    assert _files(project) == before
    assert tools.store.latest() is None


def test_a_dry_run_without_evidence_says_so(project: Project, tools: FakeTools) -> None:
    """What would change nothing is told."""
    project.checklist.write_text(checklist(["garden"]), encoding="utf-8")
    seen = list(compose(project, tools, dry_run=True))
    assert [event.reason for event in of(NothingToDo, seen)] == ["garden brings no evidence"]


def test_a_dry_run_of_one_section(project: Project, tools: FakeTools) -> None:
    """A dry run of one section says from what it would be written, and writes nothing."""
    list(compose(project, tools))
    before = _files(project)
    tools.writer = ScriptedWriter([])
    seen = list(compose(project, tools, section="memory", dry_run=True))
    assert [(event.key, event.section) for event in of(Planned, seen)] == [("alpha", "memory")]
    assert _files(project) == before


# --- what did not change ---------------------------------------------------------------------


def test_a_section_without_new_evidence_costs_nothing(project: Project, tools: FakeTools) -> None:
    """Only sections with evidence of the new reference, and those made of them, are drafted."""
    writer = tools.writer = ScriptedWriter(quoting)
    list(compose(project, tools))
    writer.tasks.clear()
    seen = list(compose(project, tools))
    assert _drafted(writer) == ["memory", "summary"]
    assert [event.section for event in of(Composed, seen)] == ["memory", "summary"]
    assert [event.section for event in of(Composing, seen)] == ["memory", "summary"]


def test_an_ingested_reference_is_not_read_again(project: Project, tools: FakeTools) -> None:
    """What the store has is neither fetched nor embedded by compose."""
    list(ingest(project, tools))
    tools.web.asked.clear()
    tools.embedder = FakeEmbedder()
    seen = list(compose(project, tools, every=True))
    assert not of(Reading, seen)
    assert not of(Ingest, seen)
    assert tools.web.asked == []
    assert tools.embedder.documents == []


# --- a report without its store --------------------------------------------------------------


def _clone(project: Project, root: Path, names: Sequence[str] = NAMES) -> FakeTools:
    """Return the tools of a copy that has the report but no store, all boxes open."""
    copy = project_at(root, checklist(names))
    copy.report.write_bytes(project.report.read_bytes())
    return FakeTools(copy, PAGES)


@pytest.mark.parametrize("names", [NAMES, ("beta", "gamma", "alpha", "garden")])
def test_a_clone_takes_its_report_over(
    project: Project, tools: FakeTools, names: Sequence[str]
) -> None:
    """With the report there but no store, what it cites is ticked without a draft.

    Its claims, ids and spans are those that composing made.
    """
    list(compose(project, tools, every=True))
    cloned = _clone(project, project.root.parent / "clone", names)
    copy = cloned.project
    seen = list(compose(copy, cloned))
    (adopted,) = of(Adopted, seen)
    assert sorted(adopted.references) == ["alpha", "beta", "gamma"]
    assert adopted.lost == ()
    assert [event.key for event in of(Ticked, seen)] == ["garden"]
    assert not of(Composed, seen)
    assert all(boxes(copy).values())
    assert copy.report.read_bytes() == project.report.read_bytes()
    whole, again = tools.store.latest(), cloned.store.latest()
    assert whole
    assert again
    assert again.sections == whole.sections
    cloned.store.close()


def test_words_that_no_store_knows_stay(project: Project, tools: FakeTools) -> None:
    """What a report without a store held beside its claims stays the user's, byte for byte."""
    list(compose(project, tools, every=True))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    mine = project.report.read_bytes() + b"\nMy own words, caf\xe9.\n"
    copy.report.write_bytes(mine)
    assert not of(SetAside, compose(copy, cloned, every=True))
    assert copy.report.read_bytes() == mine
    cloned.store.close()


def test_sections_that_the_outline_does_not_have_are_named(
    project: Project, tools: FakeTools
) -> None:
    """What stands in them is the user's, and the run says so: nobody would look for it there."""
    list(compose(project, tools, every=True))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    text = _report(project).replace("## Memory\n", "## Room for a model\n")
    copy.report.write_text(text, encoding="utf-8")
    (adopted,) = of(Adopted, compose(copy, cloned))
    assert adopted.unplaced == ("Room for a model",)
    assert _report(copy) == text
    cloned.store.close()


def test_a_passage_that_is_gone_is_named(project: Project, tools: FakeTools) -> None:
    """A claim whose passage no longer stands in its reference is not taken over, and said so."""
    list(compose(project, tools, every=True))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    cloned.web.pages = {name: page.replace(b"96 GB", b"99 GB") for name, page in PAGES.items()}
    seen = list(compose(copy, cloned))
    (adopted,) = of(Adopted, seen)
    assert len(adopted.lost) == 1
    assert adopted.lost[0].startswith("alpha-")
    assert "alpha" not in adopted.references
    cloned.store.close()


def test_a_claim_that_its_passage_does_not_have_is_not_taken_over(
    project: Project, tools: FakeTools
) -> None:
    """An altered figure and an altered name are told with their verdicts, and stay as the user's.

    They are no claims of the ledger, whatever is composed next, and no word of the text is lost.
    """
    list(compose(project, tools))
    list(compose(project, tools))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    false = [
        ("The Alpha accelerator has 96 GB", "The Alpha accelerator has 99 GB"),
        ("The Beta accelerator has 141", "The Gamma accelerator has 141"),
    ]
    text = _report(copy)
    body, notes = text[: text.index("\n[^")], text[text.index("\n[^") :]
    for old, new in false:
        assert old in body
        body = body.replace(old, new)
    copy.report.write_text(body + notes, encoding="utf-8")
    lines = copy.report.read_text("utf-8").splitlines()
    seen = list(compose(copy, cloned))
    fallen = of(Fallen, seen)
    assert {(item.section, item.verdict) for item in fallen} >= {
        ("memory", "number_absent"),
        ("memory", "name_absent"),
    }
    assert all(item.text in lines[item.line - 1] for item in fallen)
    assert len(of(Adopted, seen)[0].references) > 0
    whole, again = tools.store.latest(), cloned.store.edition(1)
    assert whole
    assert again
    assert again.text == body + notes
    true = {item.id: item for part in whole.sections for item in part.claims}
    assert {item.id for part in again.sections for item in part.claims} <= true.keys()
    assert [item.verdict for _, item in cloned.store.rejected(1)] == [x.verdict for x in fallen]
    list(compose(copy, cloned, every=True))
    latest = cloned.store.latest()
    assert latest
    held = [item.text for part in latest.sections for item in part.claims]
    for _, new in false:
        assert new in _report(copy)
        assert not any(new in words for words in held)
    cloned.store.close()


def test_a_clone_that_cannot_read_what_it_stands_on(project: Project, tools: FakeTools) -> None:
    """While a reference does not answer, nothing is taken over; each that does not is named.

    The user may go on without it: with its line deleted, its claims are the user's words.
    """
    list(compose(project, tools, every=True))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    cloned.web.down = {f"{SITE}beta.md", f"{SITE}gamma.md"}
    before = _files(copy)
    seen: list[object] = []
    with pytest.raises(RagError) as error:  # noqa: PT012 - what was said before counts
        for event in compose(copy, cloned):
            seen.append(event)  # noqa: PERF402
    assert [item.subject for item in of(Skipped, seen)] == ["beta", "gamma"]
    assert "stands on beta, gamma, which cannot be read" in str(error.value)
    assert "try again later, or delete their lines in references.md" in str(error.value)
    assert _files(copy) == before
    assert cloned.store.latest() is None
    copy.checklist.write_text(checklist(["alpha", "garden"]), encoding="utf-8")
    (adopted,) = of(Adopted, compose(copy, cloned, every=True))
    assert {label.split("-")[0] for label in adopted.lost} == {"beta", "gamma"}
    assert copy.report.read_bytes() == project.report.read_bytes()
    cloned.store.close()


def test_a_clone_whose_reference_is_gone(project: Project, tools: FakeTools) -> None:
    """What is gone for good does not keep the rest from being taken over; it is asked for once.

    Its claims are named and stay in the text as the user's words. When it is there again, they are
    claims again, where they stand, without a draft.
    """
    list(compose(project, tools, every=True))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    missing = {f"{SITE}beta.md", f"{SITE}gamma.md"}
    cloned.web.pages = {name: page for name, page in PAGES.items() if name not in missing}
    seen = list(compose(copy, cloned, every=True))
    assert [item.subject for item in of(Skipped, seen)] == ["beta", "gamma"]
    assert cloned.web.asked.count(f"{SITE}gamma.md") == 1
    (adopted,) = of(Adopted, seen)
    assert adopted.references == ("alpha",)
    assert {label.split("-")[0] for label in adopted.lost} == {"beta", "gamma"}
    assert copy.report.read_bytes() == project.report.read_bytes()
    assert boxes(copy) == {"alpha": True, "beta": False, "gamma": False, "garden": True}
    cloned.web.pages = dict(PAGES)
    seen = list(compose(copy, cloned, every=True))
    assert [item.references for item in of(Adopted, seen)] == [("beta",), ("gamma",)]
    assert not of(Composing, seen)
    assert copy.report.read_bytes() == project.report.read_bytes()
    whole, again = tools.store.latest(), cloned.store.latest()
    assert whole
    assert again
    assert again.sections == whole.sections
    assert all(boxes(copy).values())
    assert of(NothingToDo, compose(copy, cloned))
    cloned.store.close()


def test_what_is_lost_stays_beside_what_comes(project: Project, tools: FakeTools) -> None:
    """Another reference's drafts take no lost line away; what returns stands there once."""
    list(compose(project, tools, every=True))
    page = PAGES[f"{SITE}alpha.md"].replace(b"Alpha", b"Delta").replace(b"64", b"32")
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root, (*NAMES, "delta"))
    cloned.web.pages = {**PAGES, f"{SITE}delta.md": page}
    del cloned.web.pages[f"{SITE}alpha.md"]
    list(compose(copy, cloned, every=True))
    lost = {line for line in _report(project).splitlines() if "alpha" in line}
    assert lost <= set(_report(copy).splitlines())
    cloned.web.pages |= PAGES
    list(compose(copy, cloned, every=True))
    body = _report(copy).partition("\n## References")[0].partition("\n## Memory")[2]
    for words in ("The Alpha accelerator has", "The Delta accelerator has", "A training job on 64"):
        assert body.count(words) == 1
    assert verify_report(copy, cloned).failures == ()
    cloned.store.close()


def test_a_clone_of_which_everything_is_gone(project: Project, tools: FakeTools) -> None:
    """A report that would stand on nothing is not taken over."""
    list(compose(project, tools, every=True))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    cloned.web.pages = {}
    before = _files(copy)
    with pytest.raises(RagError, match="put it there, or move report"):
        list(compose(copy, cloned))
    assert _files(copy) == before
    assert cloned.store.latest() is None
    cloned.store.close()


def test_a_report_that_was_cut_off_is_refused(project: Project, tools: FakeTools) -> None:
    """Claims without their footnotes would be drafted again, beside themselves."""
    list(compose(project, tools, every=True))
    copy = project_at(project.root.parent / "clone")
    cloned = _clone(project, copy.root)
    whole = copy.report.read_text("utf-8")
    second = [match.start() for match in re.finditer(r"^\[\^[^\]]+\]:", whole, re.MULTILINE)][1]
    copy.report.write_text(whole[:second], "utf-8")
    before = _files(copy)
    with pytest.raises(UsageError, match="as if it had been cut off"):
        list(compose(copy, cloned))
    assert _files(copy) == before
    copy.report.write_text(whole, "utf-8")
    assert of(Adopted, compose(copy, cloned))
    cloned.store.close()


@pytest.mark.parametrize("text", [b"# My novel\n\nIt was a dark night.\n", b"\xff\xfe\x00\x01"])
def test_a_report_that_is_not_ours_is_refused(
    project: Project, tools: FakeTools, text: bytes
) -> None:
    """A report.md that rag did not write is left alone."""
    project.report.write_bytes(text)
    with pytest.raises(UsageError, match="not written by rag"):
        list(compose(project, tools))
    assert project.report.read_bytes() == text
    assert not any(boxes(project).values())


@pytest.mark.parametrize("left", [None, "", "# Lorem ipsum\n"])
def test_a_lost_report_is_written_again(
    project: Project, tools: FakeTools, left: str | None
) -> None:
    """With its store there, it comes back whole with the next reference: the user's words, too."""
    list(compose(project, tools))
    project.report.write_text(f"{_report(project)}\nMine: 3 of 4 agree.\n", encoding="utf-8")
    list(compose(project, tools))
    project.report.unlink()
    if left is not None:
        project.report.write_text(left, encoding="utf-8")
    list(compose(project, tools))
    assert all(words in _report(project) for words in ("96 GB", "141 GB", "9 minutes"))
    assert _report(project).count("Mine: 3 of 4 agree.") == 1


def test_a_claim_stands_once_in_a_section(project: Project) -> None:
    """What a writer says again and again is said once, and leaves no empty heading behind."""

    def repeating(task: SectionTask | QuestionTask) -> Draft:
        (block,) = quoting(task).blocks
        heading = Block(form="heading", text="How much memory")
        return Draft(blocks=(block, heading, block.model_copy(update={"claims": block.claims * 2})))

    tools = FakeTools(project, PAGES, ScriptedWriter(repeating))
    list(compose(project, tools))
    report = _report(project)
    line = "The Alpha accelerator has 96 GB of memory"
    memory = report.partition("## Memory\n")[2].partition("## Training\n")[0]
    assert memory.count(line) == 1
    assert "### How much memory" not in memory
    tools.store.close()


def test_a_heading_that_no_store_knows_stays(project: Project, tools: FakeTools) -> None:
    """A heading of the user's over a claim that is taken over is his through all that follows."""
    list(compose(project, tools))
    cloned = _clone(project, project.root.parent / "clone")
    report = cloned.project.report
    old = "**A training job"
    text = report.read_text(encoding="utf-8")
    assert old in text
    report.write_text(text.replace(old, f"### My heading\n\n{old}"), encoding="utf-8")
    assert of(Adopted, compose(cloned.project, cloned, every=True))
    assert "### My heading\n" in report.read_text(encoding="utf-8")
    list(compose(cloned.project, cloned, section="training"))
    assert "### My heading\n" in report.read_text(encoding="utf-8")
    latest = cloned.store.latest()
    assert latest
    assert "My heading" not in latest.report
    cloned.store.close()


def test_a_clone_takes_what_changed_anew(project: Project, tools: FakeTools) -> None:
    """All boxes are ticked in a clone: that of a reference that says something else is opened."""
    list(compose(project, tools, every=True))
    cloned = _clone(project, project.root.parent / "clone")
    copy = cloned.project
    copy.checklist.write_bytes(project.checklist.read_bytes())
    page = PAGES[f"{SITE}alpha.md"].replace(b"12 days", b"13 days")
    cloned.web.pages = PAGES | {f"{SITE}alpha.md": page}
    seen = list(compose(copy, cloned))
    assert of(Adopted, seen)[0].references == ("beta", "gamma")
    assert [event.key for event in of(Ticked, seen)] == ["alpha"]
    assert all(boxes(copy).values())
    assert "13 days" in _report(copy)
    cloned.store.close()
