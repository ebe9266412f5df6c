"""The road on real documents: pages over HTTP, transcripts, articles and questions from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from program import Ran, run
from servers import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from servers import Request, Server

pytestmark = pytest.mark.models

_Composed = tuple["Path", Ran, "Server"]


def _page(path: Path) -> Callable[[Request], None]:
    content = path.read_bytes()
    return lambda request: request.send(200, content, Content_Type="text/html; charset=utf-8")


@pytest.fixture(scope="module")
def composed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Composed]:
    """A project over all real documents, ingested and composed."""
    root = tmp_path_factory.mktemp("real")
    documents = sorted((shared / "references").iterdir())
    assert documents
    with serving() as server:
        lines = []
        for path in documents:
            locator = str(path)
            if path.suffix == ".html":
                server.routes[f"/{path.name}"] = _page(path)
                locator = server.url(f"/{path.name}")
            lines.append(f"- [ ] <{locator}>: what it says of training, inference and instances\n")
        (root / "references.md").write_text("".join(lines), encoding="utf-8")
        read = run(root, "ingest")
        done = run(root, "compose", "--all")
        assert (done.status, done.err) == (0, ""), done
        yield root, read, server


def test_every_document_is_read(composed: _Composed) -> None:
    """Nothing is skipped, and every reference ends checked."""
    root, read, _ = composed
    assert (read.status, read.err) == (0, "")
    text = (root / "references.md").read_text(encoding="utf-8")
    assert len(read.out.splitlines()) == len(text.splitlines()) == text.count("- [x]")


def test_every_quote_stands_in_its_document(
    composed: _Composed, grounded: Callable[[Path], int]
) -> None:
    """Each citation's words stand in its document at its offsets; each footnote is defined."""
    root, _, _ = composed
    assert grounded(root) >= 50


def test_a_web_citation_says_when_and_opens_on_the_passage(composed: _Composed) -> None:
    """A footnote of a page has the date of reading and a link to the very words."""
    root, _, server = composed
    text = (root / "report.md").read_text(encoding="utf-8")
    notes = [line for line in text.splitlines() if f"]({server.url('/')}" in line]
    notes = [line for line in notes if line.startswith("[^")]
    assert notes
    for line in notes:
        assert "#:~:text=" in line
        assert ", read 20" in line


def test_a_second_ingest_does_nothing(composed: _Composed) -> None:
    """Nothing is fetched and nothing is embedded a second time."""
    root, _, server = composed
    before = len(server.requests)
    done = run(root, "ingest")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("nothing to do: ")
    assert len(server.requests) == before
