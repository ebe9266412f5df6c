"""Ingest: each reference once, whatever happened before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import FakeEmbedder, FakeIndex
from projects import PAGES, SITE, FakeTools, checklist, local_project_at, of, project_at

from rag.errors import PrerequisiteError, UsageError
from rag.flows.ask import ask
from rag.flows.compose import compose
from rag.flows.doctor import doctor
from rag.flows.events import Embedding, Ingest, NothingToDo, Reading, Unchanged
from rag.flows.ingest import ingest
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rag.flows.project import Project
    from rag.ports import Vector


class _Failing(FakeEmbedder):
    """An embedder that is interrupted after so many texts."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`."""
        for item in super().embed_documents(texts):
            if self._left == 0:
                raise KeyboardInterrupt
            self._left -= 1
            yield item


def _everything(tools: FakeTools) -> dict[str, list[str]]:
    """Return the chunks of the store, by reference."""
    return {
        key: [chunk.id for chunk in tools.store.chunks(item.document_id)[0]]
        for key, item in tools.store.ingested().items()
    }


def test_every_reference_is_read(project: Project, tools: FakeTools) -> None:
    """A first run fetches, chunks, embeds and indexes each reference, checked or not."""
    text = checklist().replace("- [ ] [Beta]", "- [x] [Beta]")
    project.checklist.write_text(text, encoding="utf-8")
    seen = list(ingest(project, tools))
    assert [event.key for event in of(Reading, seen)] == ["alpha", "beta", "gamma", "garden"]
    assert [event.key for event in of(Ingest, seen)] == ["alpha", "beta", "gamma", "garden"]
    assert {event.key: event.done for event in of(Embedding, seen)} == {
        event.key: event.chunks for event in of(Ingest, seen)
    }
    total = sum(event.chunks for event in of(Ingest, seen))
    assert tools.index.count() == total == sum(tools.store.chunk_counts().values())
    assert project.checklist.read_text(encoding="utf-8") == text


def test_second_run_does_nothing(project: Project, tools: FakeTools) -> None:
    """A second run fetches nothing, embeds nothing and says so."""
    list(ingest(project, tools))
    asked, embedded = list(tools.web.asked), list(tools.embedder.documents)
    seen = list(ingest(project, tools))
    assert [type(event) for event in seen] == [NothingToDo]
    assert (tools.web.asked, tools.embedder.documents) == (asked, embedded)


def test_a_file_is_one_reference_however_it_is_spelled(tmp_path: Path) -> None:
    """The first spelling stands; each other is the same locator again, named with its line."""
    project = local_project_at(tmp_path)
    file = tmp_path / "alpha.md"
    spellings = ["alpha.md", "./alpha.md", "x/../alpha.md", "/alpha.md", file, f"file://{file}"]
    project.checklist.write_text("".join(f"- [ ] {each}\n" for each in spellings))
    _, reading = project.read_checklist()
    assert [item.line for item in reading.references] == [1]
    assert [item.subject for item in reading.problems] == [f"line {line}" for line in range(2, 7)]
    assert all("same locator as on line 1" in item.reason for item in reading.problems)


def test_a_name_that_no_file_can_have_stops_no_other(tmp_path: Path) -> None:
    """A name that is too long is told, and the next reference is read."""
    project = local_project_at(tmp_path)
    project.checklist.write_text(f"- [ ] {'a' * 300}.md\n- [ ] alpha.md\n")
    seen = list(ingest(project, FakeTools(project, {})))
    assert "too long" in of(Skipped, seen)[0].reason
    assert [event.key for event in of(Ingest, seen)] == ["alpha"]


def test_failure_is_recorded_and_the_others_go_on(project: Project, tools: FakeTools) -> None:
    """What cannot be read is skipped with its reason; once it can, only it is read."""
    page = tools.web.pages.pop(f"{SITE}beta.md")
    seen = list(ingest(project, tools))
    assert [event.subject for event in of(Skipped, seen)] == ["beta"]
    assert [event.key for event in of(Ingest, seen)] == ["alpha", "gamma", "garden"]
    assert tools.store.failed()["beta"].reason == of(Skipped, seen)[0].reason
    tools.web.pages[f"{SITE}beta.md"] = page
    tools.web.asked.clear()
    assert [event.key for event in of(Ingest, ingest(project, tools))] == ["beta"]
    assert tools.web.asked == [f"{SITE}beta.md"]
    assert tools.store.failed() == {}


def test_problems_of_the_checklist_are_named(project: Project, tools: FakeTools) -> None:
    """Entries that are no references are named with their line; the others go on."""
    text = checklist(["alpha"]) + f"- [ ] nothing here\n- [ ] <{SITE}alpha.md>\n- [ ] <ftp://a/b>\n"
    project.checklist.write_text(text, encoding="utf-8")
    skipped = of(Skipped, ingest(project, tools))
    assert [item.subject for item in skipped] == ["line 4", "line 5", "b"]
    assert "ftp: locators are not read" in skipped[-1].reason
    assert set(tools.store.ingested()) == {"alpha"}


def test_one_reference_alone(project: Project, tools: FakeTools) -> None:
    """`only` reads one reference; an unknown key is refused with those that there are."""
    assert [event.key for event in of(Ingest, ingest(project, tools, only=["gamma"]))] == ["gamma"]
    with pytest.raises(UsageError, match="alpha, beta, gamma, garden"):
        list(ingest(project, tools, only=["alpha", "delta"]))
    both = of(Ingest, ingest(project, tools, only=["alpha", "beta"]))
    assert [event.key for event in both] == ["alpha", "beta"]


def test_refresh_of_what_did_not_change(project: Project, tools: FakeTools) -> None:
    """A refresh asks for each reference again and embeds nothing when nothing changed."""
    list(ingest(project, tools))
    embedded = len(tools.embedder.documents)
    seen = list(ingest(project, tools, refresh=True))
    assert [event.key for event in of(Unchanged, seen)] == ["alpha", "beta", "gamma", "garden"]
    assert len(tools.web.asked) == 8
    assert len(tools.embedder.documents) == embedded


def test_refresh_of_other_bytes_with_the_same_text(project: Project, tools: FakeTools) -> None:
    """Bytes that changed with no change of the text are kept, and nothing is embedded."""
    list(ingest(project, tools))
    embedded, before = len(tools.embedder.documents), tools.store.ingested()["alpha"]
    tools.web.pages[f"{SITE}alpha.md"] = PAGES[f"{SITE}alpha.md"].replace(b"\n", b"\r\n")
    seen = list(ingest(project, tools, only=["alpha"], refresh=True))
    assert [event.key for event in of(Unchanged, seen)] == ["alpha"]
    after = tools.store.ingested()["alpha"]
    assert after.document_id == before.document_id
    assert after.source.sha256 != before.source.sha256
    assert len(tools.embedder.documents) == embedded


def test_refresh_of_a_changed_text(project: Project, tools: FakeTools) -> None:
    """A changed text takes the place of the old one, in the store and in the index."""
    list(ingest(project, tools))
    old = tools.store.ingested()["alpha"].document_id
    tools.web.pages[f"{SITE}alpha.md"] = PAGES[f"{SITE}beta.md"].replace(b"141", b"142")
    seen = list(ingest(project, tools, refresh=True))
    assert [event.key for event in of(Ingest, seen)] == ["alpha"]
    assert old not in tools.store.chunk_counts()
    assert tools.index.count() == sum(tools.store.chunk_counts().values())
    tools.web.pages.pop(f"{SITE}alpha.md")
    assert [event.subject for event in of(Skipped, ingest(project, tools, refresh=True))] == [
        "alpha"
    ]
    assert tools.store.ingested()["alpha"].chunks, "what was read before stays"


def test_same_bytes_under_two_references(project: Project, tools: FakeTools) -> None:
    """The same text is embedded once, and stays when one of its two references changes."""
    tools.web.pages[f"{SITE}beta.md"] = PAGES[f"{SITE}alpha.md"]
    list(ingest(project, tools, only=["alpha"]))
    embedded = len(tools.embedder.documents)
    seen = list(ingest(project, tools, only=["beta"]))
    assert [event.key for event in of(Ingest, seen)] == ["beta"]
    assert len(tools.embedder.documents) == embedded
    tools.web.pages[f"{SITE}alpha.md"] = PAGES[f"{SITE}garden.md"]
    list(ingest(project, tools, only=["alpha"], refresh=True))
    document, other = (tools.store.ingested()[key].document_id for key in ("beta", "alpha"))
    assert document != other
    assert tools.store.chunks(document)[0]
    assert tools.index.count() == sum(tools.store.chunk_counts().values())


def test_changed_locator_is_read_again(project: Project, tools: FakeTools) -> None:
    """An entry that points elsewhere is fetched again; its chunks name the new place."""
    (project.root / "old").mkdir()
    (project.root / "new").mkdir()
    (project.root / "old/alpha.md").write_bytes(PAGES[f"{SITE}alpha.md"])
    (project.root / "new/alpha.md").write_bytes(PAGES[f"{SITE}alpha.md"])
    project.checklist.write_text("- [ ] old/alpha.md\n", encoding="utf-8")
    list(ingest(project, tools))
    embedded = len(tools.embedder.documents)
    project.checklist.write_text("- [ ] new/alpha.md\n", encoding="utf-8")
    seen = list(ingest(project, tools))
    assert [event.key for event in of(Ingest, seen)] == ["alpha"]
    assert len(tools.embedder.documents) == embedded, "the text is the same"
    item = tools.store.ingested()["alpha"]
    assert item.source.location.endswith("new/alpha.md")
    assert {chunk.locator for chunk in tools.store.chunks(item.document_id)[0]} == {"new/alpha.md"}
    hits = tools.index.search_lexical("memory", 5)
    assert {hit.chunk.locator for hit in hits} == {"new/alpha.md"}


def test_store_of_another_embedder_is_refused(project: Project, tools: FakeTools) -> None:
    """Vectors of two models are never mixed: the error names the command that mends it."""
    list(ingest(project, tools))
    tools.embedder = FakeEmbedder(dimension=64)
    with pytest.raises(PrerequisiteError, match="rag ingest --rebuild"):
        list(ingest(project, tools))
    with pytest.raises(PrerequisiteError, match="rag ingest --rebuild"):
        list(compose(project, tools))


def test_rebuild_needs_no_web(project: Project, tools: FakeTools) -> None:
    """A rebuild makes all chunks anew from the kept bytes, also of what is no longer listed."""
    list(ingest(project, tools))
    list(compose(project, tools))
    project.checklist.write_text(checklist(["beta", "gamma"]), encoding="utf-8")
    tools.web.pages.clear()
    tools.web.asked.clear()
    before, edition = _everything(tools), tools.store.latest()
    tools.embedder = FakeEmbedder(dimension=64)
    tools.index = FakeIndex()
    seen = list(ingest(project, tools, rebuild=True))
    assert [event.key for event in of(Ingest, seen)] == ["alpha", "beta", "gamma", "garden"]
    assert tools.web.asked == []
    assert _everything(tools) == before
    assert tools.store.latest() == edition
    vectors = tools.store.chunks(tools.store.ingested()["alpha"].document_id)[1]
    assert {len(vector) for vector in vectors} == {64}


def test_rebuild_without_the_kept_bytes(project: Project, tools: FakeTools) -> None:
    """Where the bytes are no longer kept, a rebuild fetches them again."""
    list(ingest(project, tools))
    before = _everything(tools)
    for path in (project.store / "sources").iterdir():
        path.unlink()
    tools.web.asked.clear()
    list(ingest(project, tools, rebuild=True))
    assert len(tools.web.asked) == 4
    assert _everything(tools) == before


def test_rebuild_with_what_cannot_embed_loses_nothing(project: Project, tools: FakeTools) -> None:
    """Whether the new model is there is known before the old chunks are forgotten."""

    class Absent(FakeEmbedder):
        def embed_query(self, text: str) -> Vector:
            raise PrerequisiteError(f"no model for {text!r}", advice="install it")

    list(ingest(project, tools))
    before = tools.store.chunk_counts()
    good, tools.embedder = tools.embedder, Absent()
    with pytest.raises(PrerequisiteError, match="no model"):
        list(ingest(project, tools, rebuild=True))
    assert tools.store.chunk_counts() == before
    tools.embedder = good
    assert of(NothingToDo, ingest(project, tools))


def test_rebuild_is_of_everything(project: Project, tools: FakeTools) -> None:
    """A rebuild of one reference alone would mix two models, and is refused."""
    list(ingest(project, tools))
    with pytest.raises(UsageError, match="--rebuild"):
        list(ingest(project, tools, only=["alpha"], rebuild=True))
    assert all(item.chunks for item in tools.store.ingested().values())


@pytest.mark.parametrize("after", range(6))
def test_rebuild_cut_short_is_finished(project: Project, tools: FakeTools, after: int) -> None:
    """Whatever a rebuild had done when it was interrupted, the next run does the rest."""
    list(ingest(project, tools))
    before = _everything(tools)
    tools.embedder = _Failing(after)
    with pytest.raises(KeyboardInterrupt):
        list(ingest(project, tools, rebuild=True))
    tools.embedder = FakeEmbedder()
    tools.web.asked.clear()
    if not all(item.chunks for item in tools.store.ingested().values()):
        with pytest.raises(PrerequisiteError, match="being made anew, or that was cut short"):
            ask(project, tools, "How much memory does Alpha have?")
        store = next(check for check in doctor(project, tools, call=False) if check.name == "store")
        assert "have no chunks" in store.found
    list(ingest(project, tools))
    assert tools.web.asked == []
    assert _everything(tools) == before
    assert tools.index.count() == sum(tools.store.chunk_counts().values())


@pytest.mark.parametrize("after", range(6))
def test_ingest_cut_short_is_finished(project: Project, tools: FakeTools, after: int) -> None:
    """A reference is in the store whole or not at all; the next run ends where one would have."""
    tools.embedder = _Failing(after)
    with pytest.raises(KeyboardInterrupt):
        list(ingest(project, tools))
    done = set(tools.store.ingested())
    tools.embedder = FakeEmbedder()
    again = list(ingest(project, tools))
    assert {event.key for event in of(Ingest, again)} | done == {"alpha", "beta", "gamma", "garden"}
    other = FakeTools(project_at(project.root.parent / "other"), PAGES)
    list(ingest(project_at(project.root.parent / "other"), other))
    assert _everything(tools) == _everything(other)
    other.store.close()


def test_lost_index_is_made_anew(project: Project, tools: FakeTools) -> None:
    """The index is derived: an empty one is filled from the store, with no embedding."""
    list(ingest(project, tools))
    embedded = len(tools.embedder.documents)
    tools.index = FakeIndex()
    list(ingest(project, tools))
    assert tools.index.count() == sum(tools.store.chunk_counts().values())
    assert len(tools.embedder.documents) == embedded
