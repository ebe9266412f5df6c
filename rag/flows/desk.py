"""What a run works with, and what the report stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.stages.render import Cited

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from rag.adapters.store import Edition
    from rag.errors import RagError
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Citation, Entry, Reference, Rejected, Section, Skipped


class Desk(NamedTuple):
    """What one run works with."""

    project: Project
    tools: Tools
    references: tuple[Reference, ...]
    """The checklist, in order."""


class Turn(NamedTuple):
    """What an edition is made of before it is committed."""

    sections: tuple[Section, ...]
    entries: tuple[Entry, ...] = ()
    rejected: tuple[tuple[str, Rejected], ...] = ()
    """Section ids and claims that fell."""
    failed: tuple[Skipped, ...] = ()
    """Sections that got no draft, by their ids."""
    calls: int = 0
    """How often the writer was asked."""
    refused: frozenset[str] = frozenset()
    """Ids of claims that are not to be proposed again, besides those that the store knows."""
    ended: RagError | None = None
    """What ended drafting, if something did; the sections that got no draft by it are `failed`."""
    told: tuple[tuple[str, frozenset[str]], ...] = ()
    """Ids of the sections that were drafted, and the claims of others that their writer has been
    shown."""

    @property
    def drafted(self) -> frozenset[str]:
        """Ids of the sections that got a draft."""
        return frozenset(name for name, _ in self.told)

    def differs(self, start: Turn) -> bool:
        """Whether what was drafted is other than it was."""
        old, new = ({item.id: item for item in turn.sections} for turn in (start, self))
        return any(new.get(name) != old.get(name) for name in self.drafted)


def in_use(desk: Desk, keys: Collection[str] = ()) -> list[Reference]:
    """Return the references whose evidence the report may use, by key.

    Besides `keys` they are those that the report has used, also when some sections still lack a
    draft. One that the user took off the checklist stays: its claims do.
    """
    store = desk.tools.store
    latest = store.latest()
    listed = {item.key: item for item in desk.references}
    used = store.used().keys() | {item.reference_key for item in citations_of(sections_of(latest))}
    used |= (store.undrafted().keys() & listed.keys()) | set(keys)
    used -= store.retracted() - set(keys)
    known = store.ingested()
    return [_as_listed(listed, known[key].reference) for key in sorted(used) if key in known]


def sections_of(edition: Edition | None) -> list[Section]:
    """Return an edition's sections; none if there is no edition."""
    return list(edition.sections) if edition else []


def citations_of(sections: Iterable[Section]) -> Iterator[Citation]:
    """Yield everything that the sections cite."""
    for section in sections:
        for claim in section.claims:
            yield from claim.citations


def cited_by(desk: Desk, sections: Iterable[Section]) -> dict[str, Cited]:
    """Return, by key, what the sections cite."""
    return cited_references(desk, {item.reference_key for item in citations_of(sections)})


def cited_references(desk: Desk, keys: Iterable[str]) -> dict[str, Cited]:
    """Return references in the store, by key, as a report cites them."""
    known = desk.tools.store.ingested()
    listed = {item.key: item for item in desk.references}
    found = {}
    for key in keys:
        item = known[key]
        reference = _as_listed(listed, item.reference)
        found[key] = Cited(
            reference=reference,
            document=desk.tools.store.document(item.document_id),
            read_on=item.source.read_on,
            location=item.reference.locator,
            listed=reference is listed.get(key),
        )
    return found


def _as_listed(listed: Mapping[str, Reference], reference: Reference) -> Reference:
    """Return the reference as the checklist has it now, if it still has it."""
    entry = listed.get(reference.key)
    return entry if entry and entry.locator == reference.locator else reference
