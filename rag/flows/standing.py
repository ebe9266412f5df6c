"""The last edition as it stands now: with what the user deleted, and what was read again.

Before anything is drafted, the ledger is brought up to date with the files: a claim that the user
deleted from report.md leaves it, and so does one whose section the user took out of the outline; a
claim whose passage has moved follows it; one whose passage is gone is stale.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rag.flows.events import Deleted
from rag.flows.publish import read_report, set_aside
from rag.stages.readback import read_back
from rag.stages.render import render_report
from rag.text.normal import find_quote, normalise
from rag.types import Citation, Claim, Entry, Section

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Generator,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from rag.adapters.store import Edition, Ingested
    from rag.flows.desk import Desk
    from rag.flows.events import Event
    from rag.flows.tools import Tools
    from rag.types import Document, Outline

DELETED = "deleted by the user"
REWORDED = "reworded by the user"
UNPLACED = "its section is no longer in the outline"
_SHOWN = 60
"""Characters of a claim that tell which one it is."""


class Stand(NamedTuple):
    """The sections as they stand, and what left them on the way."""

    sections: tuple[Section, ...]
    entries: tuple[Entry, ...] = ()

    @property
    def gone(self) -> frozenset[str]:
        """Ids of the claims that left."""
        return frozenset(entry.claim.id for entry in self.entries)


class Brought(NamedTuple):
    """The last edition, brought up to date with the files."""

    edition: Edition | None
    before: str | None
    """What report.md holds; None if there is none."""
    now: str | None
    """The same, if it is the report with the user's edits; else None."""
    sections: tuple[Section, ...] = ()
    entries: tuple[Entry, ...] = ()
    stale: frozenset[str] = frozenset()
    """Ids of sections that lost a claim whose passage is gone."""
    refused: frozenset[str] = frozenset()
    """Ids of claims that the user took out."""
    unread: Stand = Stand(())
    """The sections before what was read again is taken in: with their stale claims."""

    def keeping(self, tools: Tools, ids: Collection[str]) -> Stand:
        """Return how the sections stand if those of these ids keep their stale claims."""
        found = reread(tools, self.unread.sections, keeping=ids)
        return Stand(found.sections, (*self.unread.entries, *found.entries))


def bring_up_to_date(desk: Desk) -> Generator[Event, None, Brought]:
    """Return the last edition with what the user deleted and what was read again taken in."""
    store, outline = desk.tools.store, desk.tools.config.outline
    edition, now = store.latest(), read_report(desk.project)
    before = now
    if edition is None:
        if now and now != render_report(outline, (), {}):
            yield from set_aside(desk.project, now)
        return Brought(None, before, None)
    kept = Stand(edition.sections)
    if now is not None:
        found = deleted(edition, now, outline)
        if found is None:
            yield from set_aside(desk.project, now)
            now = None
        else:
            kept = found
    if kept.entries:
        yield Deleted(claims=tuple(kept.entries), edition=edition.number)
    placed = _placed(kept.sections, outline)
    current = reread(desk.tools, placed.sections)
    return Brought(
        edition,
        before,
        now,
        current.sections,
        (*kept.entries, *placed.entries, *current.entries),
        frozenset(entry.section for entry in current.entries),
        kept.gone,
        Stand(placed.sections, (*kept.entries, *placed.entries)),
    )


def own(sections: Iterable[Section]) -> Iterator[tuple[Section, Claim]]:
    """Yield each claim that is a section's own, with the section."""
    for section in sections:
        for claim in section.claims:
            if not claim.repeats:
                yield section, claim


def without(sections: Sequence[Section], leaving: Callable[[Section, Claim], str | None]) -> Stand:
    """Return the sections without the claims that leave, and those that repeated them.

    Args:
        sections: as they stand.
        leaving: the reason why a claim leaves, or None if it stays.
    """
    entries = []
    for section, claim in own(sections):
        reason = leaving(section, claim)
        if reason is not None:
            entries.append(Entry(section=section.id, fate="retired", claim=claim, reason=reason))
    gone = {entry.claim.id for entry in entries}
    return Stand(
        replaced(sections, lambda claim: None if _of(claim) in gone else claim), (*entries,)
    )


def _placed(sections: Sequence[Section], outline: Outline) -> Stand:
    """Return the sections that the outline has; the others' claims leave, and may come back.

    Another section may have the same claim as its own: there it stays.
    """
    places = {spec.id for spec in outline.sections}
    kept = [section for section in sections if section.id in places]
    rest = [section for section in sections if section.id not in places]
    entries = tuple(
        Entry(section=section.id, fate="retired", claim=claim, reason=UNPLACED)
        for section, claim in own(rest)
    )
    gone = {entry.claim.id for entry in entries} - {claim.id for _, claim in own(kept)}
    return Stand(replaced(kept, lambda claim: None if claim.repeats in gone else claim), entries)


def _of(claim: Claim) -> str:
    return claim.repeats or claim.id


def replaced(
    sections: Iterable[Section], change: Callable[[Claim], Claim | None]
) -> tuple[Section, ...]:
    """Return the sections with each claim changed, or left out where `change` returns None."""
    out = []
    for section in sections:
        blocks = []
        for block in section.blocks:
            claims = tuple(new for claim in block.claims if (new := change(claim)) is not None)
            if claims or not block.claims:
                blocks.append(block.model_copy(update={"claims": claims}))
        used = [
            block
            for number, block in enumerate(blocks)
            if block.form != "heading" or block.claims or _has_body(blocks[number + 1 :])
        ]
        out.append(section.model_copy(update={"blocks": tuple(used)}))
    return tuple(section for section in out if section.claims)


def _has_body(after: Sequence[object]) -> bool:
    form = getattr(after[0], "form", "heading") if after else "heading"
    return form != "heading"


# --- what the user did ---------------------------------------------------------------------------


class Shown(NamedTuple):
    """What a report shows, by words and by footnote marks."""

    words: frozenset[tuple[str, str]]
    """By section: its id, or nothing for those whose claims are all their own."""
    marked: Mapping[tuple[str, str], tuple[str, ...]]
    """By section and label, the words before a mark; a line of the user's may be part of them."""
    times: Mapping[str, int]
    """How often words stand anywhere."""

    def has_all_of(self, other: Shown, section: Section, claim: Claim) -> bool:
        """Whether a section's own claim stands as often as in another report, wherever it does.

        Whoever deletes a section's heading has taken no claim out: they stand below another one.
        One that stood there with words of the user's before it was not counted.
        """
        words = _seen(claim)
        is_counted = any((place, words) in other.words for place in ("", section.id))
        return is_counted and other.times.get(words, 0) <= self.times.get(words, 0)

    def has(self, section: Section, claim: Claim) -> bool:
        """Whether a section's own claim stands in it, with its marks or without.

        Where it is only repeated does not count; the user may have moved it.
        """
        words = _seen(claim)
        for place in ("", section.id):
            if (place, words) in self.words:
                return True
            near = [self.marked.get((place, item.label), ()) for item in claim.citations]
            if all(any(words in text for text in texts) for texts in near):
                return True
        return False


def shown(text: str, outline: Outline) -> Shown:
    """Return what a report shows."""
    derived = {spec.id for spec in outline.sections if spec.is_derived}
    marked: dict[tuple[str, str], tuple[str, ...]] = {}
    words = set()
    times: Counter[str] = Counter()
    report = read_back(text, outline)
    found = [("", claim) for block in report.loose for claim in block.claims]
    for section in report.sections:
        place = section.id if section.id in derived else ""
        found += [(place, claim) for claim in section.claims]
    for place, claim in found:
        key = normalise(" | ".join(claim.cells) if claim.cells else claim.text)
        words.add((place, key))
        times[key] += 1
        for label in claim.labels:
            marked[place, label] = (*marked.get((place, label), ()), key)
    return Shown(frozenset(words), marked, times)


def _seen(claim: Claim) -> str:
    if not claim.cells:
        return normalise(claim.words)
    *cells, last = claim.cells
    return normalise(" | ".join((*cells, claim.model_copy(update={"text": last}).words)))


def shows_none(edition: Edition, now: str, outline: Outline) -> bool:
    """Whether a text shows no claim of an edition that has some: another file, or rubbish."""
    return now != edition.text and _has_none(shown(now, outline), edition)


def _has_none(found: Shown, edition: Edition) -> bool:
    mine = list(own(edition.sections))
    return bool(mine) and not any(found.has(*item) for item in mine)


def deleted(edition: Edition, now: str, outline: Outline) -> Stand | None:
    """Return the edition without the claims that the user took out of report.md.

    None if the file shows no claim of it at all: it is another file then, or rubbish, and says
    nothing of the claims one by one.
    """
    if now == edition.text:
        return Stand(edition.sections)
    before, after = shown(edition.text, outline), shown(now, outline)
    if _has_none(after, edition):
        return None
    marked = {label for place, label in after.marked if not place}

    def leaving(section: Section, claim: Claim) -> str | None:
        if not before.has(section, claim) or after.has(section, claim):
            return None
        if after.has_all_of(before, section, claim):
            return None
        still = any(item.label in marked for item in claim.citations)
        return REWORDED if still else DELETED

    return without(edition.sections, leaving)


# --- what was read again -------------------------------------------------------------------------


def reread(tools: Tools, sections: Sequence[Section], *, keeping: Collection[str] = ()) -> Stand:
    """Return the sections with citations where their passages stand now; stale claims are out.

    A claim that loses a passage stands on the others, if it has any.

    Args:
        tools: the wired adapters.
        sections: as they stand.
        keeping: ids of sections whose stale claims stay as they are.
    """
    known = tools.store.ingested()
    documents: dict[str, Document] = {}

    def moved(citation: Citation) -> Citation | None:
        name = known[citation.reference_key].document_id
        if name == citation.document_id:
            return citation
        if name not in documents:
            documents[name] = tools.store.document(name)
        return _found(citation, documents[name])

    rest = [item for item in sections if item.id not in keeping]
    left = without(rest, lambda _, claim: _stale(claim, known, moved))
    kept = [item for item in sections if item.id in keeping]
    kept = list(replaced(kept, lambda claim: None if claim.repeats in left.gone else claim))
    standing = {item.id: item for item in (*left.sections, *kept)}

    def follow(claim: Claim) -> Claim:
        grounds = tuple(new for item in claim.citations if (new := moved(item)) is not None)
        grounds = grounds or claim.citations  # of a stale one that stays
        return claim.model_copy(update={"citations": grounds})

    ordered = [standing[item.id] for item in sections if item.id in standing]
    return left._replace(sections=replaced(ordered, follow))


def staleness(tools: Tools) -> str:
    """Return what of the last edition waits for `rag refresh`; nothing if nothing does.

    That are stale claims, and sections that got no draft when they were to have one.
    """
    latest = tools.store.latest()
    found = reread(tools, latest.sections).entries if latest else ()
    outline = tools.config.outline
    owed = sorted(tools.store.owed() & {spec.id for spec in outline.sections})
    if not found:
        return f"not drafted: {', '.join(owed)}: run `rag refresh`" if owed else ""
    first = found[0].claim.text
    words = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}…"
    are = f"{len(found)} claims are stale, the first" if len(found) > 1 else "a claim is stale"
    return f"{are}: {words!r}: run `rag refresh`"


def _stale(
    claim: Claim, known: Mapping[str, Ingested], moved: Callable[[Citation], Citation | None]
) -> str | None:
    if any(moved(item) for item in claim.citations):
        return None
    titles = {known[item.reference_key].title for item in claim.citations}
    return f"stale: its passage no longer stands in {' and '.join(sorted(titles))}"


def _found(citation: Citation, document: Document) -> Citation | None:
    span = find_quote(document.text, citation.quote)
    if span is None:
        return None
    start, end = span
    new = {"document_id": document.id, "start": start, "end": end}
    return citation.model_copy(update={**new, "quote": document.text[start:end]})
