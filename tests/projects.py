"""Small projects: a checklist, a few documents, an outline of three sections, and fake tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes import FakeEmbedder, FakeFetcher, FakeIndex, FakePairScorer

from rag.adapters.extractive import ExtractiveWriter
from rag.adapters.fetch_file import FileFetcher
from rag.adapters.store import Store
from rag.flows.project import Project
from rag.settings import load_config
from rag.types import Block, Draft, ProposedCitation, ProposedClaim, SectionTask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rag.ports import Embedder, PairScorer, Service, Writer
    from rag.settings import Config
    from rag.types import QuestionTask

SITE = "https://example.org/"

PAGES: dict[str, bytes] = {
    f"{SITE}alpha.md": b"""# Alpha accelerators

## Memory of Alpha

The Alpha accelerator has 96 GB of memory on each chip and moves 2.9 TB/s to and from it.

## Training on Alpha

A training job on 64 Alpha chips takes 12 days for a model with 70 billion parameters.
""",
    f"{SITE}beta.md": b"""# Beta accelerators

## Memory of Beta

The Beta accelerator has 141 GB of memory on each chip, which is 1.8 times what it had before.

## Price of Beta

One Beta instance costs 40 dollars per hour in the region where most of its customers are.
""",
    f"{SITE}gamma.md": b"""# Gamma clusters

## Training on Gamma

The training cluster Gamma recovers from a faulty node within 9 minutes and loses 2 steps of work.

A training plan for Gamma reserves 16 nodes for up to 28 days at a price that is known before.
""",
    f"{SITE}garden.md": b"""# The garden

## Roses

Roses want sun for most of the day, a soil that drains well, and a hard cut before the spring comes.
""",
}
NAMES = ("alpha", "beta", "gamma", "garden")

OUTLINE = """
title = "Accelerators"

[[sections]]
id = "summary"
title = "Summary"
form = "summary"
claims = 1

[[sections]]
id = "memory"
title = "Memory"
[[sections.topics]]
id = "memory-size"
heading = "How much memory"
questions = ["How much memory does the accelerator have on each chip?"]
terms = ["memory"]
words = 120

[[sections]]
id = "training"
title = "Training"
[[sections.topics]]
id = "training-time"
heading = "How long training takes"
questions = ["How long does the training of a model take on a cluster?"]
terms = ["training"]
words = 120
"""
TAXONOMY = """
elements = [{ name = "memory" }, { name = "training" }]
services = [{ name = "Alpha" }, { name = "Beta" }, { name = "Gamma" }]
"""
SETTINGS = """
[parse]
min_words = 5
[compose]
min_cosine = 0.0
"""


class FakeTools:
    """Tools of one project: the real store and file fetcher, fakes for everything else.

    Args:
        project: where the store is.
        pages: what stands on the web, by URL.
        writer: who writes; the extractive writer if None.
    """

    def __init__(
        self, project: Project, pages: Mapping[str, bytes], writer: Writer | None = None
    ) -> None:
        self.project = project
        self.config: Config = load_config(project.root)
        self.store = Store(project.store)
        self.index = FakeIndex()
        self.embedder: Embedder = FakeEmbedder()
        self.reranker: PairScorer | None = FakePairScorer()
        self.support: PairScorer | None = None
        self.web = FakeFetcher(pages)
        self.fetchers = {"file": FileFetcher(1_000_000), "http": self.web}
        self.services: Sequence[Service] = ()
        self.remote: Mapping[str, str] = {}
        self.writer: Writer = writer or ExtractiveWriter(self.config)

    @property
    def embedder_fingerprint(self) -> str:
        """See `Tools`."""
        return self.embedder.fingerprint


def tell(root: Path, text: str, *, first: str = "") -> None:
    """Add to a project's settings, behind what is there and before it."""
    path = root / "config" / "rag.toml"
    path.write_text(f"{first}{path.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")


def report(root: Path) -> str:
    """Return the report as it stands; nothing if there is none."""
    path = root / "report.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def checklist(names: Iterable[str] = NAMES) -> str:
    """Return a checklist of the pages with these names."""
    lines = [f"- [ ] [{name.title()}]({SITE}{name}.md): figures" for name in names]
    return "\n".join(["# What to read", "", *lines, ""])


def project_at(root: Path, text: str | None = None) -> Project:
    """Make a project with the small outline, whose checklist has this text; return it."""
    files = {"rag": SETTINGS, "report": OUTLINE, "taxonomy": TAXONOMY}
    (root / "config").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (root / f"config/{name}.toml").write_text(content, encoding="utf-8")
    (root / "references.md").write_text(checklist() if text is None else text, encoding="utf-8")
    return Project(root=root)


def quoting(task: SectionTask | QuestionTask) -> Draft:
    """Return a draft that quotes the longest line of each piece of evidence."""
    claims = []
    passages = task.passages if isinstance(task, SectionTask) else ()
    for item in (*task.evidence, *passages):
        line = max(item.chunk.text.splitlines(), key=len)
        citation = ProposedCitation(evidence=item.key, quote=line)
        claims.append(ProposedClaim(text=line, citations=(citation,)))
    return Draft(blocks=(Block(form="bullets", claims=tuple(claims)),) if claims else ())


def of(kind: type, events: Iterable[Any]) -> list[Any]:
    """Return the events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def boxes(project: Project) -> dict[str, bool]:
    """Return whether each reference's box is checked, by key, as the file has it now."""
    return {item.key: item.checked for item in project.read_checklist()[1].references}


def local_project_at(root: Path, names: Iterable[str] = NAMES) -> Project:
    """Make a project whose references are files in it; return it."""
    project = project_at(root, checklist(names).replace(SITE, ""))
    for url, content in PAGES.items():
        (root / url.removeprefix(SITE)).write_bytes(content)
    return project
