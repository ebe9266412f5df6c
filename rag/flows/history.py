"""The ledger as its reader wants it: what each edition changed, and who brought each claim."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.flows.disagreements import as_of
from rag.flows.standing import own
from rag.types import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.adapters.store import Edition, Ingested
    from rag.flows.tools import Tools
    from rag.types import Claim, Entry, Fate, Section


class EditionRecord(Value):
    """One edition and what it did."""

    number: int
    at: str
    cause: str
    added: int = 0
    returned: int = 0
    restored: int = 0
    merged: int = 0
    superseded: int = 0
    retired: int = 0
    rejected: int = 0
    """Claims that fell before they reached the report."""
    calls: int = 0
    """How often a writer was asked: what it cost."""
    material: bool = True
    """Whether anything changed."""


class Blame(Value):
    """A claim with who brought it."""

    section: str
    claim: str
    text: str
    edition: int
    """The edition that first had it; it may have left and returned since."""
    cause: str
    references: tuple[str, ...]
    independent: int
    """How many references stand behind it, briefs of one original counted once."""
    as_of: str
    """The newest date that they state; empty if none does."""


def history(tools: Tools) -> list[EditionRecord]:
    """Return the editions, oldest first."""
    entries: dict[int, dict[Fate, int]] = defaultdict(lambda: defaultdict(int))
    for number, entry in tools.store.entries():
        entries[number][entry.fate] += 1
    return [
        EditionRecord(
            number=edition.number,
            at=edition.at,
            cause=edition.cause,
            rejected=len(tools.store.rejected(edition.number)),
            calls=edition.calls,
            material=bool(entries[edition.number].keys() - {"restored"}),
            **entries[edition.number],
        )
        for edition in tools.store.editions()
    ]


def blame(tools: Tools, section: str | None = None) -> list[Blame]:
    """Return the claims of the last edition with the reference and the edition that brought them.

    Args:
        tools: the wired adapters.
        section: only this section's.

    Raises:
        UsageError: the last edition has no such section.
    """
    latest = tools.store.latest()
    sections = [item for item in latest.sections if section in (None, item.id)] if latest else []
    if section is not None and not sections:
        names = ", ".join(item.id for item in latest.sections) if latest else "none"
        raise UsageError(f"the report has no section {section!r}", advice=f"it has: {names}")
    first: dict[str, int] = {}
    for number, entry in tools.store.entries():
        first.setdefault(entry.claim.id, number)
    causes = {edition.number: edition.cause for edition in tools.store.editions()}
    known = tools.store.ingested()
    return [
        Blame(
            section=home.id,
            claim=claim.id,
            text=claim.text,
            edition=first.get(claim.id, 0),
            cause=causes.get(first.get(claim.id, 0), ""),
            references=claim.references,
            independent=_independent(claim, known),
            as_of=as_of(tools, claim),
        )
        for home, claim in own(sections)
    ]


def _independent(claim: Claim, known: Mapping[str, Ingested]) -> int:
    """Return how many works stand behind a claim: a brief and its original are one."""
    works = {
        known[key].reference.origin or known[key].reference.locator for key in claim.references
    }
    return len(works)


def diff(tools: Tools, one: int | None = None, other: int | None = None) -> str:
    """Return what changed between two editions, claim by claim, as Markdown.

    Args:
        tools: the wired adapters.
        one: the older edition; the last but one if None.
        other: the newer edition; the last one if None.

    Raises:
        UsageError: there is no such edition.
    """
    latest = tools.store.latest()
    if latest is None:
        raise UsageError("there is no edition yet", advice="run `rag compose`")
    new = _edition(tools, other if other is not None else latest.number)
    before = one if one is not None else new.number - 1
    old = _edition(tools, before) if before else None
    lines = [f"# Edition {before} → {new.number}", ""]
    entries = [entry for number, entry in tools.store.entries() if before < number <= new.number]
    changed = False
    for section in _titles(old, new):
        told = list(_section(section, old, new, entries))
        if told:
            changed = True
            lines += [f"## {section}", "", *told, ""]
    return "\n".join(lines if changed else [*lines, "No claim changed.", ""])


def _edition(tools: Tools, number: int) -> Edition:
    edition = tools.store.edition(number)
    if edition is None:
        latest = tools.store.latest()
        last = latest.number if latest else 0
        raise UsageError(
            f"the store does not have edition {number}", advice=f"the editions are 1 to {last}"
        )
    return edition


def _titles(old: Edition | None, new: Edition) -> list[str]:
    sections = [*(old.sections if old else ()), *new.sections]
    return list(dict.fromkeys(section.title for section in sections))


def _section(
    title: str, old: Edition | None, new: Edition, entries: Sequence[Entry]
) -> Iterator[str]:
    before, after = _claims(old.sections if old else (), title), _claims(new.sections, title)
    said = {entry.claim.id: entry for entry in entries}
    for name, claim in after.items():
        if name not in before:
            yield f"- **added** {_line(claim)}"
        elif claim.references != before[name].references:
            yield f"- **stands on** {', '.join(claim.references)}: {_line(claim)}"
    for name, claim in before.items():
        if name not in after:
            entry = said.get(name)
            by = after.get(entry.by) if entry else None
            words = f"**{entry.fate if entry else 'gone'}** ~~{_line(claim)}~~"
            reason = f" ({entry.reason})" if entry and entry.reason else ""
            yield f"- {words}{reason}" + (f" → {_line(by)}" if by else "")


def _claims(sections: Iterable[Section], title: str) -> dict[str, Claim]:
    mine = [section for section in sections if section.title == title]
    return {claim.id: claim for _, claim in own(mine)}


def _line(claim: Claim) -> str:
    return f"{' '.join(claim.text.split())} [{', '.join(claim.references)}]"
