"""What changed between two editions, claim by claim."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

from rag.errors import UsageError
from rag.flows.standing import own
from rag.types import Claim, Fate, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.adapters.store import Edition
    from rag.flows.tools import Tools
    from rag.types import Entry, Section


class Change(Value):
    """What became of a claim from one edition to another."""

    section: str
    """The section's title."""
    fate: Fate | Literal["stands on", "gone"]
    """`stands on`: the claim is as it was, on other references; `gone`: nobody said why."""
    claim: Claim
    reason: str = ""
    by: Claim | None = None
    """For what was merged or superseded: the claim in its place."""


class Diff(Value):
    """What changed between two editions, section by section."""

    before: int
    """0: before the first."""
    after: int
    changes: tuple[Change, ...]

    @property
    def as_markdown(self) -> str:
        """The changes for a pull request."""
        lines = [f"# Edition {self.before} → {self.after}", ""]
        for section, some in groupby(self.changes, key=lambda change: change.section):
            lines += [f"## {section}", "", *map(_told, some), ""]
        return "\n".join(lines if self.changes else [*lines, "No claim changed.", ""])


def diff(tools: Tools, one: int | None = None, other: int | None = None) -> Diff:
    """Return what changed between two editions, claim by claim.

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
    entries = [entry for number, entry in tools.store.entries() if before < number <= new.number]
    found = (
        change
        for name, title in _titles(old, new).items()
        for change in _section(name, title, old, new, entries)
    )
    return Diff(before=before, after=new.number, changes=tuple(found))


def _told(change: Change) -> str:
    if change.fate == "added":
        return f"- **added** {_line(change.claim)}"
    if change.fate == "stands on":
        return f"- **stands on** {', '.join(change.claim.references)}: {_line(change.claim)}"
    reason = f" ({change.reason})" if change.reason else ""
    by = f" → {_line(change.by)}" if change.by else ""
    return f"- **{change.fate}** ~~{_line(change.claim)}~~{reason}{by}"


def _edition(tools: Tools, number: int) -> Edition:
    edition = tools.store.edition(number)
    if edition is None:
        latest = tools.store.latest()
        last = latest.number if latest else 0
        raise UsageError(
            f"the store does not have edition {number}", advice=f"the editions are 1 to {last}"
        )
    return edition


def _titles(old: Edition | None, new: Edition) -> dict[str, str]:
    """Return the titles of both editions' sections by id: the newer one, if it was retitled."""
    sections = [*(old.sections if old else ()), *new.sections]
    return {section.id: section.title for section in sections}


def _section(
    section: str, title: str, old: Edition | None, new: Edition, entries: Sequence[Entry]
) -> Iterator[Change]:
    before = _claims(old.sections if old else (), section)
    after = _claims(new.sections, section)
    said = {entry.claim.id: entry for entry in entries if entry.section == section}
    for name, claim in after.items():
        if name not in before:
            yield Change(section=title, fate="added", claim=claim)
        elif claim.references != before[name].references:
            yield Change(section=title, fate="stands on", claim=claim)
    for name, claim in before.items():
        if name not in after:
            entry = said.get(name)
            if entry is None:
                yield Change(section=title, fate="gone", claim=claim)
                continue
            yield Change(
                section=title,
                fate=entry.fate,
                claim=claim,
                reason=entry.reason,
                by=after.get(entry.by),
            )


def _claims(sections: Iterable[Section], name: str) -> dict[str, Claim]:
    mine = [section for section in sections if section.id == name]
    return {claim.id: claim for _, claim in own(mine)}


def _line(claim: Claim) -> str:
    return f"{' '.join(claim.text.split())} [{', '.join(claim.references)}]"
