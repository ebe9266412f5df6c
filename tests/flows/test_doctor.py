"""Doctor: what is there, what is not, and what to do about it; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import FakeEmbedder, FakeService
from projects import FakeTools, checklist

from rag.errors import PrerequisiteError
from rag.flows.doctor import doctor
from rag.flows.ingest import ingest

if TYPE_CHECKING:
    from rag.flows.project import Project
    from rag.types import Check


def found(project: Project, tools: FakeTools, *, call: bool = False) -> dict[str, Check]:
    """Return the last check of each name."""
    return {check.name: check for check in doctor(project, tools, call=call)}


def troubled(checks: dict[str, Check]) -> dict[str, str]:
    """Return the checks that did not come to ok, with their states; each has advice."""
    bad = {name: check for name, check in checks.items() if check.state in {"warning", "failed"}}
    assert all(check.advice for check in bad.values())
    return {name: check.state for name, check in bad.items()}


@pytest.fixture
def tools(tools: FakeTools) -> FakeTools:
    """Tools that have a scorer of support, too."""
    tools.support = tools.reranker
    return tools


def test_all_is_well(project: Project, tools: FakeTools) -> None:
    """Before a first run and after it; each thing has a line."""
    assert troubled(found(project, tools)) == {}
    list(ingest(project, tools))
    checks = found(project, tools)
    assert troubled(checks) == {}
    assert set(checks) == {
        "checklist", "store", "sources", "index", "embedder", "reranker", "support", "writer"
    }  # fmt: skip
    assert "4 references, 4 unchecked" in checks["checklist"].found
    assert "sound" in checks["store"].found


def test_an_entry_that_is_none_is_a_warning(project: Project, tools: FakeTools) -> None:
    """With its line."""
    project.checklist.write_text(checklist(["alpha"]) + "- [ ] nothing\n", encoding="utf-8")
    (first, *_) = doctor(project, tools, call=False)
    assert (first.name, first.state) == ("checklist", "warning")
    assert "line 4" in first.found


def test_a_source_that_was_changed_is_a_warning(project: Project, tools: FakeTools) -> None:
    """It is named by its reference; so is one that is gone."""
    list(ingest(project, tools))
    one, two = list(tools.store.ingested().items())[:2]
    folder = tools.store.folder / "sources"
    (folder / one[1].source.sha256).write_bytes(b"something else")
    (folder / two[1].source.sha256).unlink()
    checks = found(project, tools)
    assert troubled(checks) == {"sources": "warning"}
    assert one[0] in checks["sources"].found
    assert two[0] in checks["sources"].found


@pytest.mark.parametrize(("less", "state"), [(True, "warning"), (False, "failed")])
def test_an_index_that_disagrees_is_told(
    project: Project, tools: FakeTools, *, less: bool, state: str
) -> None:
    """What it lacks the next run adds; what it has too much must be made anew."""
    list(ingest(project, tools))
    document = next(iter(tools.store.chunk_counts()))
    if less:
        tools.index.remove([document])
    else:
        chunks, vectors = tools.store.chunks(document)
        more = [chunk.model_copy(update={"id": f"{chunk.id}x"}) for chunk in chunks]
        tools.index.add(more, vectors)
    before = tools.index.count()
    assert troubled(found(project, tools)) == {"index": state}
    assert tools.index.count() == before


def test_another_embedder_is_told(project: Project, tools: FakeTools) -> None:
    """The store was made with one, the configuration has another."""
    list(ingest(project, tools))
    tools.embedder = FakeEmbedder()
    tools.embedder.fingerprint = "other/1"
    checks = found(project, tools)
    assert troubled(checks) == {"made with": "failed"}
    assert "other/1" in checks["made with"].found
    assert checks["made with"].advice == "set it back, or run `rag ingest --rebuild`"


def test_models_that_are_not_there_are_told(project: Project) -> None:
    """With what would install them; what comes after is looked at all the same."""

    class Without(FakeTools):
        @property
        def embedder_fingerprint(self) -> str:
            raise PrerequisiteError("the model 'x' is nowhere", advice="pip install 'y'")

    tools = Without(project, {})
    tools.reranker, tools.support = None, None
    checks = found(project, tools)
    assert troubled(checks) == {"embedder": "failed", "support": "warning"}
    assert checks["embedder"].advice == "pip install 'y'"
    assert checks["writer"].state == "ok"
    tools.store.close()


def test_a_model_that_tells_nothing_apart_is_told(project: Project, tools: FakeTools) -> None:
    """It loads, but it finds nothing."""

    class Flat:
        name = "flat/1"

        def score(self, pairs) -> list[float]:
            return [0.5 for _ in pairs]

    tools.reranker = tools.support = Flat()
    assert troubled(found(project, tools)) == {"reranker": "failed", "support": "failed"}


def test_services_are_asked_only_if_they_may(project: Project, tools: FakeTools) -> None:
    """What they find stands beside the rest."""
    service = FakeService("access is denied")
    tools.services = (service,)
    assert found(project, tools)["model"].state == "skipped"
    assert service.asked == 0
    assert troubled(found(project, tools, call=True)) == {"model": "failed"}
    assert service.asked == 1


def test_models_on_a_service_are_looked_at_only_if_they_may(
    project: Project, tools: FakeTools
) -> None:
    """An embedder or a reranker out there costs something, too."""
    tools.remote = {"embedder": "2 calls", "reranker": "1 call"}
    states = {name: check.state for name, check in found(project, tools).items()}
    assert (states["embedder"], states["reranker"], states["support"]) == (
        "skipped", "skipped", "ok"
    )  # fmt: skip
    assert tools.embedder.queries == []
    assert troubled(found(project, tools, call=True)) == {}
    assert tools.embedder.queries
