"""What holds after any command, whatever the user did to report.md before it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from projects import boxes

from rag.errors import RagError
from rag.flows.events import SetAside
from rag.flows.standing import DELETED, REWORDED, own, reread, shown
from rag.flows.verify import verify_report
from rag.stages.readback import read_back
from rag.text.normal import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from projects import FakeTools

    from rag.types import Claim, Entry, Section

_DERIVED = {"summary", "conflicts"}
_HIS = re.compile(r"Note\d+ of mine|reword\d+x")
"""Words that only the user writes."""
_HEADING = r"^##+ .*$"
_ESCAPE = re.compile(r"\\(.)")


class Seen(NamedTuple):
    """A project at one moment: its report, and its ledger."""

    text: str
    cited: Counter[str]
    """How often words stand before a mark, but for sections that are made of others."""
    ledger: Mapping[str, tuple[Section, Claim]]
    times: Counter[str]
    """How often words are a section's own claim: two sections may have the same."""
    edition: int
    failing: frozenset[str]
    """Claims that `rag verify` complains of."""


class User(NamedTuple):
    """What is known of the user's edits."""

    notes: list[str]
    """What stands in report.md, byte for byte."""
    touched: set[str]
    """Words of claims that he took out, or changed."""
    copied: set[str]
    """Words of claims that he has in more than one place."""
    deleted: set[str]
    """Words of claims that left the ledger for it."""


def words(claim: Claim) -> str:
    """Return how a claim reads in report.md."""
    return normalise(" | ".join(claim.cells) if claim.cells else claim.words)


def cited(text: str, tools: FakeTools) -> Counter[str]:
    """Return how often words stand before a mark, but for sections that are made of others."""
    found: Counter[str] = Counter()
    for section in read_back(text, tools.config.outline).sections:
        for claim in section.claims if section.id not in _DERIVED else ():
            if claim.labels:
                found[normalise(" | ".join(claim.cells) if claim.cells else claim.text)] += 1
    return found


def look(tools: FakeTools) -> Seen:
    """Return a project as it is now."""
    report, latest = tools.project.report, tools.store.latest()
    text = report.read_bytes().decode() if report.exists() else ""
    claims = list(own(latest.sections if latest else ()))
    return Seen(
        text,
        cited(text, tools),
        {claim.id: (section, claim) for section, claim in claims},
        Counter(words(claim) for _, claim in claims),
        latest.number if latest else 0,
        _failing(tools),
    )


def _failing(tools: FakeTools) -> frozenset[str]:
    try:
        return frozenset(item.text for item in verify_report(tools.project, tools).failures)
    except RagError:  # there is no report yet
        return frozenset()


def broken(before: Seen, tools: FakeTools, user: User, events: Sequence[object]) -> Iterator[str]:
    """Yield each law that a command broke, with what shows it.

    Args:
        before: the project as it was before the command.
        tools: the project's tools.
        user: what the user did; what he loses to a file set aside is no longer his to lose.
        events: what the command said.
    """
    now = look(tools)
    yield from _notes(before, now, tools, user, events)
    if tools.store.pending():  # it was interrupted: the next command goes on
        return
    entries = [
        entry
        for number in range(before.edition + 1, now.edition + 1)
        for _, entry in tools.store.entries(number)
    ]
    yield from _fates(before, now, entries)
    yield from _deletions(before, now, entries, user)
    if now.edition > before.edition:
        yield from _shows(before, now, tools, user)
        yield from _gone(now, entries, user)
        yield from _outline(before, now)
        yield from _verified(before, now, tools, user)
    yield from _ticks(tools)


def _notes(
    before: Seen, now: Seen, tools: FakeTools, user: User, events: Sequence[object]
) -> Iterator[str]:
    """What the user wrote stands there once, or in a file beside it of which he is told."""
    aside = [path.read_bytes().decode() for path in tools.project.root.glob("report.*.bak")]
    is_told = any(isinstance(event, SetAside) for event in events)
    for note in list(user.notes):
        if note not in now.text:
            user.notes.remove(note)
            if not (is_told and any(note in text for text in aside)):
                yield f"a note is lost: {note}"
        elif now.text.count(note) > max(1, before.text.count(note)):
            yield f"a note stands twice: {note}"


def _fates(before: Seen, now: Seen, entries: Sequence[Entry]) -> Iterator[str]:
    """No claim leaves or enters the ledger without an entry; none leaves without a reason."""
    left = {e.claim.id for e in entries if e.fate in {"retired", "superseded", "merged"}}
    came = {e.claim.id for e in entries if e.fate in {"added", "returned", "restored"}}
    for name in before.ledger.keys() - now.ledger.keys() - left:
        yield f"a claim has no fate: {words(before.ledger[name][1])}"
    for name in now.ledger.keys() - before.ledger.keys() - came:
        yield f"a claim came from nowhere: {words(now.ledger[name][1])}"
    for entry in entries:
        if entry.fate == "retired" and not entry.reason:
            yield f"a claim left without a reason: {words(entry.claim)}"


def _deletions(before: Seen, now: Seen, entries: Sequence[Entry], user: User) -> Iterator[str]:
    """What the user deleted stays out, and what he did not touch is not taken for deleted."""
    for name, (_, claim) in now.ledger.items():
        if name not in before.ledger and words(claim) in user.deleted:
            yield f"what the user deleted came back: {words(claim)}"
    for entry in entries:
        if entry.fate == "retired" and entry.reason in {DELETED, REWORDED}:
            if words(entry.claim) not in user.touched:
                yield f"a claim left as {entry.reason}: {words(entry.claim)}"
            if entry.reason == DELETED:
                user.deleted.add(words(entry.claim))


def _shows(before: Seen, now: Seen, tools: FakeTools, user: User) -> Iterator[str]:
    """Every claim of the ledger stands in the report once, with its marks and their footnotes."""
    found, was = (shown(seen.text, tools.config.outline) for seen in (now, before))
    plain = normalise(_ESCAPE.sub(r"\1", now.text))
    for section, claim in now.ledger.values():
        said = words(claim)
        stays = 0 < was.times.get(said, 0) <= found.times.get(said, 0)  # where he moved it
        if not found.has(section, claim) and not stays:
            yield f"a claim of the ledger is not shown: {said}"
        if not claim.cells and normalise(claim.text) not in plain:
            yield f"words of the ledger are not in the report: {said}"
        if said not in user.copied and now.cited[said] > max(now.times[said], before.cited[said]):
            yield f"a claim stands {now.cited[said]} times: {said}"
        for item in claim.citations:
            if now.text.count(f"[^{item.label}]") < 2:
                yield f"a mark or its footnote is missing: {item.label}: {said}"


def _gone(now: Seen, entries: Sequence[Entry], user: User) -> Iterator[str]:
    """What left the ledger has left the report, unless the user has it there in his words."""
    stays = {words(claim) for _, claim in now.ledger.values()} | user.touched | user.copied
    for entry in entries:
        said = words(entry.claim)
        if entry.fate == "retired" and now.cited[said] and said not in stays:
            yield f"a claim that left is still shown: {said}"


def _outline(before: Seen, now: Seen) -> Iterator[str]:
    """No heading stands twice that stood once, unless one of the user's ended what was under it."""
    was = Counter(re.findall(_HEADING, before.text, re.MULTILINE))
    since: Counter[str] = Counter()
    for head in re.findall(_HEADING, now.text, re.MULTILINE):
        if _HIS.search(head):  # a part ends at a heading of its level, or of one above
            level = head.index(" ")
            since = Counter({it: count for it, count in since.items() if it.index(" ") < level})
        since[head] += 1
        if since[head] > max(1, was[head]):
            yield f"a heading stands {since[head]} times: {head}"


def _verified(before: Seen, now: Seen, tools: FakeTools, user: User) -> Iterator[str]:
    """What was right is right still, but for what the user wrote or copied himself, or is stale."""
    his = (*user.touched, *user.copied)
    latest = tools.store.latest()
    waiting = reread(tools, latest.sections).entries if latest else ()
    stale = {words(entry.claim) for entry in waiting}
    for item in now.failing - before.failing:
        if normalise(item) in stale:
            continue
        if not _HIS.search(item) and not any(said in item for said in his):
            yield f"verify complains of: {item}"


def _ticks(tools: FakeTools) -> Iterator[str]:
    """A box is ticked if, and only if, the report has used what it stands before, or lets it go."""
    used, retracted = tools.store.used(), tools.store.retracted()
    for key, is_ticked in boxes(tools.project).items():
        if is_ticked != (key in used) and key not in retracted:
            yield f"the box of {key} is {'ticked' if is_ticked else 'open'}"
