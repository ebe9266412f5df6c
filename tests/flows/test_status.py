"""Status: each reference with its state, each section with what it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects import PAGES, SITE, FakeTools, checklist, of

from rag.flows.compose import compose
from rag.flows.events import NothingToDo
from rag.flows.ingest import ingest
from rag.flows.refresh import refresh
from rag.flows.status import status

if TYPE_CHECKING:
    from rag.flows.project import Project


def test_states(project: Project, tools: FakeTools) -> None:
    """A reference goes from unread over ingested to used; one that fails says why."""
    assert {item.state for item in status(project, tools).references} == {"unread"}
    tools.web.pages.pop(f"{SITE}gamma.md")
    list(ingest(project, tools))
    found = {item.key: item for item in status(project, tools).references}
    assert [found[key].state for key in ("alpha", "beta", "gamma", "garden")] == [
        "ingested",
        "ingested",
        "failed",
        "ingested",
    ]
    assert "gamma.md" in found["gamma"].reason
    assert (found["alpha"].chunks > 0, found["gamma"].chunks) == (True, 0)
    list(compose(project, tools, every=True))
    after = status(project, tools)
    found = {item.key: item for item in after.references}
    assert (found["alpha"].state, found["garden"].state) == ("used", "no material change")
    assert (found["alpha"].claims > 0, found["garden"].claims) == (True, 0)
    assert found["alpha"].used_at >= found["alpha"].ingested_at > ""
    memory = next(section for section in after.sections if section.id == "memory")
    assert memory.references == ("alpha", "beta")
    assert after.edition == 3


def test_a_corrected_locator_is_no_longer_failed(project: Project, tools: FakeTools) -> None:
    """What failed under another locator says nothing of the one that stands there now."""
    project.checklist.write_text("- [ ] nowhere/alpha.md\n", encoding="utf-8")
    list(ingest(project, tools))
    assert status(project, tools).references[0].state == "failed"
    project.checklist.write_text("- [ ] here/alpha.md\n", encoding="utf-8")
    assert status(project, tools).references[0].state == "unread"


def test_problems_are_listed(project: Project, tools: FakeTools) -> None:
    """Entries that are no references are named with their line."""
    project.checklist.write_text(checklist(["alpha"]) + "- [ ] nothing\n", encoding="utf-8")
    assert [item.split(":")[0] for item in status(project, tools).problems] == ["line 4"]


def test_stale_claims_are_told(project: Project, tools: FakeTools) -> None:
    """What was read again and no longer bears its claims is told by the status and by compose."""
    list(compose(project, tools, every=True))
    assert status(project, tools).problems == ()
    tools.web.pages[f"{SITE}alpha.md"] = PAGES[f"{SITE}alpha.md"].replace(b"96 GB", b"97 GB")
    list(ingest(project, tools, refresh=True))
    (problem,) = status(project, tools).problems
    assert "stale" in problem
    assert "`rag refresh`" in problem
    (nothing,) = of(NothingToDo, compose(project, tools, every=True))
    assert problem in nothing.reason
    list(refresh(project, tools))
    assert status(project, tools).problems == ()


def test_models_in_use(project: Project, tools: FakeTools) -> None:
    """The writer, the embedder and the reranker are named."""
    found = status(project, tools)
    assert found.writer == "extractive"
    assert "bge-small-en-v1.5" in found.embedder
    assert "ms-marco-MiniLM" in found.reranker


def test_an_unticked_box_is_not_used(project: Project, tools: FakeTools) -> None:
    """A reference that is to be read again shows as ingested."""
    list(compose(project, tools))
    project.checklist.write_text(checklist(), encoding="utf-8")
    assert status(project, tools).references[0].state == "ingested"
    assert PAGES
