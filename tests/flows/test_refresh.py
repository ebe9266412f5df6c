"""Refreshes that come to no end: what is drafted is kept, the rest waits as what it is, stale."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from fakes import ScriptedWriter
from projects import OUTLINE, PAGES, SITE, FakeTools, boxes, checklist, of, project_at, quoting
from signals import interruptible, stop

from rag.errors import CapError, ServiceError, StoppedError
from rag.flows.compose import compose
from rag.flows.events import Composed, NothingToDo
from rag.flows.history import account
from rag.flows.ingest import ingest
from rag.flows.refresh import refresh
from rag.flows.resolve import open_conflicts, resolve
from rag.flows.restore import restore
from rag.flows.retract import retract
from rag.flows.standing import own
from rag.flows.status import status
from rag.flows.verify import verify_report
from rag.settings import load_config
from rag.types import Capped, SectionTask, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.flows.events import Event
    from rag.flows.project import Project
    from rag.types import Draft, QuestionTask

CHANGED = PAGES[f"{SITE}alpha.md"].replace(b"96 GB", b"128 GB").replace(b"12 days", b"11 days")
"""A page of which a claim of each section has changed."""


MOVED = PAGES[f"{SITE}alpha.md"].replace(b"12 days", b"11 days")
"""The same, changed in one section only."""
OTHER = PAGES[f"{SITE}alpha.md"].replace(b"96 GB", b"80 GB").split(b"## Training")[0]
"""A page that says otherwise of Alpha's memory."""
CONFLICTS = """
[[sections]]
id = "conflicts"
title = "Where the references disagree"
form = "conflicts"
"""


class Ending:
    """A script that ends at some sections, each once, in the way it is told."""

    def __init__(self, **endings: Skipped | BaseException) -> None:
        self._left = endings

    def __call__(self, task: SectionTask | QuestionTask) -> Draft | Skipped:
        """Return a draft, or end."""
        found = self._left.pop(task.spec.id, None) if isinstance(task, SectionTask) else None
        if isinstance(found, BaseException):
            raise found
        return found or quoting(task)


CAP = Capped(subject="", stage="draft", reason="the cap of 1 token is reached")
BUSY = Skipped(subject="", stage="draft", reason="the model is busy")
DOWN = ServiceError("the service is down", advice="try again later")


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[FakeTools]:
    """A project that was composed, of which the page has changed since."""
    project = project_at(tmp_path, checklist(["alpha", "beta"]))
    made = FakeTools(project, PAGES, ScriptedWriter(quoting))
    list(compose(project, made, every=True))
    made.web.pages = PAGES | {f"{SITE}alpha.md": CHANGED}
    yield made
    made.store.close()


@pytest.fixture
def project(tools: FakeTools) -> Project:
    """The project of the tools."""
    return tools.project


def test_what_a_cap_left_is_all_that_is_drafted_next(project: Project, tools: FakeTools) -> None:
    """The sections drafted before are committed; a stale one stays as it was, note and all."""
    (note,) = (line for line in _lines(project) if line.startswith("[^alpha") and "12 days" in line)
    tools.writer = ScriptedWriter(Ending(training=CAP, summary=CAP))
    with pytest.raises(CapError, match="not drafted: training, summary") as caught:
        list(refresh(project, tools))
    assert "rag refresh" in str(caught.value.advice)
    text = project.report.read_text("utf-8")
    assert "128 GB" in text.split("## Memory")[1]
    assert "12 days" in text.split("## Training")[1]
    assert note in text.splitlines()
    assert [item.section for item in verify_report(project, tools).failures][-1] == "training"
    assert "stale" in status(project, tools).problems[0]
    assert not any(item.text.startswith("A training") for item in _retired(tools))
    writer = tools.writer = ScriptedWriter(quoting)
    list(refresh(project, tools))
    assert [task.spec.id for task in writer.tasks] == ["training", "summary"]
    _assert_finished(project, tools)


@pytest.mark.parametrize("ending", [CAP, BUSY, DOWN, CapError("enough"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", ["memory", "training"])
def test_every_end_leads_to_the_same_report(
    project: Project, tools: FakeTools, at: str, ending: Skipped | BaseException
) -> None:
    """Whatever ends a refresh, wherever: the next ones bring the report that one would have."""
    tools.writer = ScriptedWriter(Ending(**{at: ending}))
    try:
        list(refresh(project, tools))
    except (CapError, ServiceError, StoppedError, KeyboardInterrupt):
        assert ending is not BUSY
    tools.writer = ScriptedWriter(quoting)
    list(refresh(project, tools))
    _assert_finished(project, tools)


def test_nothing_drafted_is_nothing_committed(project: Project, tools: FakeTools) -> None:
    """A service that is down from the first call leaves the report byte for byte."""
    before, latest = project.report.read_bytes(), tools.store.latest()
    tools.writer = ScriptedWriter(Ending(memory=DOWN))
    with pytest.raises(ServiceError, match="the service is down"):
        list(refresh(project, tools))
    assert project.report.read_bytes() == before
    assert tools.store.latest() == latest
    list(refresh(project, tools))
    _assert_finished(project, tools)


def test_whoever_stops_a_run_keeps_what_is_drafted(project: Project, tools: FakeTools) -> None:
    """Ctrl-C is an end like others; before anything is drafted there is nothing to keep."""
    before = project.report.read_bytes()
    tools.writer = ScriptedWriter(Ending(memory=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        list(refresh(project, tools))
    assert project.report.read_bytes() == before
    tools.writer = ScriptedWriter(Ending(training=KeyboardInterrupt()))
    with pytest.raises(StoppedError, match="interrupted; not drafted: training, summary; the rest"):
        list(refresh(project, tools))
    assert "128 GB" in project.report.read_text("utf-8")
    assert "12 days" in project.report.read_text("utf-8")
    list(refresh(project, tools))
    _assert_finished(project, tools)


@pytest.mark.parametrize("section", ["memory", "training", "summary"])
def test_an_interrupt_waits_for_what_is_drafted(
    project: Project, tools: FakeTools, section: str
) -> None:
    """Whether it comes between two drafts or while they are committed, none of them is lost."""
    writer = tools.writer = ScriptedWriter(quoting)
    with interruptible(), pytest.raises((KeyboardInterrupt, StoppedError)):
        list(_stopping(refresh(project, tools), section))
    drafted = [task.spec.id for task in writer.tasks]
    assert drafted[-1] == section
    writer.tasks.clear()
    list(refresh(project, tools))
    assert not {task.spec.id for task in writer.tasks} & set(drafted)
    _assert_finished(project, tools)


def test_a_summary_that_got_no_draft_waits(project: Project, tools: FakeTools) -> None:
    """None of its claims is stale: it is known to lack a draft until the next refresh drafts it."""
    tools.web.pages = PAGES
    tools.writer = ScriptedWriter(Ending(summary=CAP))
    with pytest.raises(CapError) as caught:
        list(retract(project, tools, "beta"))
    assert "rag refresh" in str(caught.value.advice)
    assert status(project, tools).problems == ("not drafted: summary: run `rag refresh`",)
    tools.writer = ScriptedWriter(Ending(summary=DOWN))
    with pytest.raises(ServiceError, match="down"):
        list(refresh(project, tools))
    assert tools.store.owed() == {"summary"}
    writer = tools.writer = ScriptedWriter(quoting)
    list(refresh(project, tools))
    assert [task.spec.id for task in writer.tasks] == ["summary"]
    assert status(project, tools).problems == ()
    assert of(NothingToDo, refresh(project, tools))
    _assert_accounted(tools)


def test_a_retraction_leaves_stale_claims_to_their_sections(
    project: Project, tools: FakeTools
) -> None:
    """What got no draft stays as it was but for what is taken back; the next refresh goes on."""
    list(ingest(project, tools, refresh=True))
    tools.writer = ScriptedWriter(Ending(memory=BUSY, training=BUSY, summary=BUSY))
    list(retract(project, tools, "beta"))
    text = project.report.read_text("utf-8")
    assert "96 GB" in text.split("## Memory")[1]
    assert "12 days" in text.split("## Training")[1]
    assert "141 GB" not in text
    assert {item.text[:8] for item in _retired(tools)} == {"The Beta"}
    assert "stale" in status(project, tools).problems[0]
    _assert_brought(project, tools, "128 GB")


def test_a_retraction_that_a_service_ends_says_what_it_did(
    project: Project, tools: FakeTools
) -> None:
    """It is committed before anything could be drafted: the message is not the service's alone."""
    tools.web.pages = PAGES
    tools.writer = ScriptedWriter(Ending(summary=DOWN))
    with pytest.raises(ServiceError, match="not drafted: summary; the rest is committed; `rag ref"):
        list(retract(project, tools, "beta"))


def test_a_conflict_is_settled_beside_stale_claims(project: Project, tools: FakeTools) -> None:
    """The claim that lost leaves a section that got no draft; a stale one there waits on."""
    pages = PAGES | {f"{SITE}beta.md": OTHER}
    tools.web.pages = pages
    (project.root / "config/report.toml").write_text(OUTLINE + CONFLICTS, encoding="utf-8")
    tools.config = load_config(project.root)
    list(refresh(project, tools))
    tools.web.pages = pages | {f"{SITE}alpha.md": MOVED}
    list(ingest(project, tools, refresh=True))
    (found,) = open_conflicts(tools)
    keep = 1 + ["96 GB" in claim.text for claim in found.claims].index(True)
    tools.writer = ScriptedWriter(Ending(memory=BUSY, training=BUSY, summary=BUSY))
    list(resolve(project, tools, found.name, keep, "measured"))
    text = project.report.read_text("utf-8")
    assert "80 GB" not in text
    assert "12 days" in text.split("## Training")[1]
    _assert_brought(project, tools, "11 days")


def test_a_section_that_the_outline_has_no_more_is_not_waited_for(
    project: Project, tools: FakeTools
) -> None:
    """No refresh could ever draft it."""
    tools.web.pages = PAGES
    tools.writer = ScriptedWriter(Ending(summary=BUSY))
    list(retract(project, tools, "beta"))
    first, _, rest = OUTLINE.partition("[[sections]]")
    outline = first + rest[rest.index("[[sections]]") :]
    (project.root / "config/report.toml").write_text(outline, encoding="utf-8")
    tools.config = load_config(project.root)
    assert status(project, tools).problems == ()
    assert of(NothingToDo, refresh(project, tools))


def test_the_next_reference_brings_what_is_owed(project: Project, tools: FakeTools) -> None:
    """A section that waits for its draft is drafted with whatever comes first."""
    tools.web.pages = PAGES
    tools.writer = ScriptedWriter(Ending(summary=BUSY))
    list(retract(project, tools, "beta"))
    assert tools.store.owed() == {"summary"}
    project.checklist.write_text(checklist(["alpha", "garden"]).replace("[ ]", "[x]", 1), "utf-8")
    writer = tools.writer = ScriptedWriter(quoting)
    list(compose(project, tools))
    assert [task.spec.id for task in writer.tasks] == ["summary"]
    assert tools.store.owed() == frozenset()
    assert all(boxes(project).values())


def test_a_restored_edition_owes_nothing(project: Project, tools: FakeTools) -> None:
    """It is as it was, with the summary that it had."""
    tools.web.pages = PAGES
    tools.writer = ScriptedWriter(Ending(summary=BUSY))
    list(retract(project, tools, "beta"))
    list(restore(project, tools, 2))
    assert status(project, tools).problems == ()
    assert boxes(project) == {"alpha": True, "beta": True}


def _stopping(events: Iterator[Event], section: str) -> Iterator[Event]:
    """Yield events; when a section has its draft, the user stops the run."""
    for event in events:
        if isinstance(event, Composed) and event.section == section:
            stop()
        yield event


def _assert_brought(project: Project, tools: FakeTools, words: str) -> None:
    """Assert that a refresh which nothing ends brings words, and that nothing waits then."""
    tools.writer = ScriptedWriter(quoting)
    list(refresh(project, tools))
    assert words in project.report.read_text("utf-8")
    assert status(project, tools).problems == ()
    _assert_accounted(tools)


def _assert_finished(project: Project, tools: FakeTools) -> None:
    """Assert that the report is the one that one refresh would have made, and holds."""
    root = project.root.parent / f"{project.root.name}-whole"
    whole = project_at(root, checklist(["alpha", "beta"]))
    pages, plain = tools.web.pages, FakeTools(whole, PAGES, ScriptedWriter(quoting))
    list(compose(whole, plain, every=True))
    plain.web.pages = pages
    list(refresh(whole, plain))
    assert _lines(project) == _lines(whole)
    assert {claim.id for _, claim in own(tools.store.latest().sections)} == {  # type: ignore[union-attr]
        claim.id
        for _, claim in own(plain.store.latest().sections)  # type: ignore[union-attr]
    }
    plain.store.close()
    assert verify_report(project, tools).failures == ()
    assert status(project, tools).problems == ()
    assert all(boxes(project).values())
    _assert_accounted(tools)
    assert of(NothingToDo, refresh(project, tools))


def _assert_accounted(tools: FakeTools) -> None:
    """Assert the ledger's law: what an edition has and the next one has not left with a reason."""
    for old, new in pairwise(tools.store.editions()):
        before, after = (
            {(section.id, claim.id) for section, claim in own(edition.sections)}
            for edition in (old, new)
        )
        told = {
            (entry.section, entry.claim.id): entry.reason
            for number, entry in tools.store.entries()
            if number == new.number and entry.fate in {"merged", "superseded", "retired"}
        }
        assert before - after <= told.keys()
        assert all(told.values())
        assert not told.keys() & after


def _retired(tools: FakeTools) -> list[object]:
    latest = tools.store.latest()
    assert latest
    return [item for item in account(tools, latest.number).happenings if item.fate == "retired"]


def _lines(project: Project) -> list[str]:
    return project.report.read_text("utf-8").splitlines()
