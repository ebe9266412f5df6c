"""One hostile writer over one set of documents, edition after edition, audited."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from projects import FakeTools, boxes, of

from hostile.audit import Audit
from hostile.documents import OUTLINE, RULES, SITE, TAXONOMY, checklist, planted
from hostile.words import through
from hostile.writers import HostileWriter
from rag.flows.compose import compose
from rag.flows.events import Composing, NothingToDo
from rag.flows.project import Project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rag.ports import PairScorer

_NOTED = 0.5
"""How often the user writes something into an edition."""
_RUNS = 6
"""A draft that was skipped is asked for again in the next run."""


class Played(NamedTuple):
    """What came of one hostile writer."""

    drafts: int
    played: Counter[str]
    wrong: Counter[str]
    examples: Sequence[str]
    counts: Counter[str]
    rejected: Counter[str]
    passed: Counter[str]
    """Changed claims that stand in the last edition, by trick: left to the support gate."""


def play(  # noqa: PLR0913 - all that decides on one run
    root: Path,
    seed: int,
    pages: Mapping[str, bytes],
    orders: Sequence[str],
    *,
    own_outline: bool = True,
    support: PairScorer | None = None,
    kind: type[HostileWriter] = HostileWriter,
) -> Played:
    """Let a hostile writer write a report from documents with orders planted in them.

    Args:
        root: an empty folder.
        seed: decides on everything.
        pages: the documents.
        orders: attacks to plant.
        own_outline: whether the outline is the small one; else it is the project's.
        support: asks whether passages entail claims; nobody asks if None.
        kind: how the writer's drafts reach the run.
    """
    chance = Random(seed)  # noqa: S311 - tricks, no secrets
    names = chance.sample(sorted(pages), len(pages))
    project = _project(root, names, own_outline=own_outline)
    web = planted(chance, {name: pages[name] for name in names}, orders)
    writer = kind(seed, [line for text in orders for line in [" ".join(text.split())]])
    tools = FakeTools(project, {f"{SITE}{name}": page for name, page in web.items()}, writer)
    tools.support = support
    audit = Audit(tools.store, tools.config.outline)
    _compose(project, tools, audit, chance)
    _run_again(project, tools, audit, writer)
    editions = tools.store.editions()
    rejected = Counter(
        item.verdict for edition in editions for _, item in tools.store.rejected(edition.number)
    )
    passed = through(editions[-1].sections, writer.told) if editions else Counter()
    tools.store.close()
    return Played(
        writer.drafts, writer.played, audit.wrong, audit.examples, audit.counts, rejected, passed
    )


def _project(root: Path, names: Sequence[str], *, own_outline: bool) -> Project:
    (root / "config").mkdir(parents=True)
    (root / "config/rag.toml").write_text(RULES, encoding="utf-8")
    if own_outline:
        (root / "config/report.toml").write_text(OUTLINE, encoding="utf-8")
        (root / "config/taxonomy.toml").write_text(TAXONOMY, encoding="utf-8")
    (root / "references.md").write_text(checklist(names), encoding="utf-8")
    return Project(root=root)


def _compose(project: Project, tools: FakeTools, audit: Audit, chance: Random) -> None:
    """Compose until every box is ticked, audit each edition, and write notes between them."""
    before = None
    for _ in range(_RUNS):
        asked: set[str] = set()
        for event in compose(project, tools, every=True):
            now = tools.store.latest()
            if now is not None and (before is None or now.number > before.number):
                audit.edition(now, before, asked)
                if project.report.read_bytes() != now.text.encode():
                    audit.wrong["report.md is not the edition"] += 1
                before, asked = now, set()
                if chance.random() < _NOTED:
                    audit.notes.append(_note(project, chance, now.number))
            if isinstance(event, Composing):
                asked.add(event.section)
        if all(boxes(project).values()):
            return


def _note(project: Project, chance: Random, number: int) -> str:
    """Write a paragraph of the user's somewhere into the report's sections; return it."""
    body, *rest = project.report.read_text(encoding="utf-8").partition("\n## References\n")
    blocks = body.split("\n\n")
    note = f"A note of mine, number {number}, that nobody else wrote."
    blocks.insert(chance.randint(min(2, len(blocks) - 1), len(blocks) - 1), note)
    text = "\n\n".join(blocks)
    project.report.write_text(f"{text}\n{''.join(rest)}", encoding="utf-8")
    return note


def _run_again(project: Project, tools: FakeTools, audit: Audit, writer: HostileWriter) -> None:
    if not all(boxes(project).values()):
        return  # the writer never had a word for some section
    calls, held = writer.calls, _files(project.root)
    done = of(NothingToDo, compose(project, tools, every=True))
    audit.counts["re-runs"] += 1
    if not done or writer.calls > calls:
        audit.wrong["writer calls of an unchanged re-run"] += writer.calls - calls
    if _files(project.root) != held:
        audit.wrong["files that an unchanged re-run changed"] += 1


def _files(root: Path) -> dict[Path, bytes]:
    """Return what the user sees: every file outside of the store."""
    return {
        path: path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and root / "store" not in path.parents
    }
