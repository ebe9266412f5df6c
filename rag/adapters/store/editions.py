"""Editions and their ledger: the part of the store that the report stands in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.adapters.store.records import RESTORE, Edition
from rag.files import transaction
from rag.types import Entry, Rejected, Resolution, Section, Used, claim_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from rag.adapters.store.records import Commit
    from rag.types import Skipped

LARGEST = 2**63 - 1
"""SQLite knows no larger integer, and refuses to compare with one."""
_EDITION = "number, before, report, text, sections, ticks, published, at, cause, calls, unticks"


class Editions:
    """Editions over the store's connection; made whole by `Store`."""

    _connection: sqlite3.Connection

    # --- what the report has used -------------------------------------------------------------

    def used(self) -> dict[str, Used]:
        """Return the references that the report has used, by key."""
        rows = self._connection.execute("SELECT key, outcome, edition, at FROM used ORDER BY key")
        return {row[0]: Used(key=row[0], outcome=row[1], edition=row[2], at=row[3]) for row in rows}

    def retracted(self) -> frozenset[str]:
        """Return the keys of references that the report no longer stands on."""
        return frozenset(row[0] for row in self._connection.execute("SELECT key FROM retracted"))

    def refused(self) -> frozenset[str]:
        """Return the ids of claims that the user deleted."""
        return frozenset(row[0] for row in self._connection.execute("SELECT claim FROM refused"))

    def resolutions(self) -> dict[str, Resolution]:
        """Return how conflicts were settled, by the conflict's id.

        Those are open again that were settled after an edition which was restored since.
        """
        rows = self._connection.execute("SELECT conflict, kept, reason, edition FROM resolution")
        led = self._leading_here()
        return {
            row[0]: Resolution(conflict=row[0], kept=row[1], reason=row[2])
            for row in rows
            if row[3] in led
        }

    def _leading_here(self) -> frozenset[int]:
        """Return the numbers of the editions that the last one was made from, and its own."""
        causes = dict(self._connection.execute("SELECT number, cause FROM edition"))
        led: set[int] = set()
        number = max(causes, default=0)
        while number in causes:
            led.add(number)
            before = causes[number].removeprefix(RESTORE)
            again = int(before) if before != causes[number] and before.isdecimal() else number
            number = min(again, number - 1)  # a history taken over is somebody's words
        return frozenset(led)

    # --- committing ---------------------------------------------------------------------------

    def commit_edition(self, commit: Commit) -> Edition:
        """Commit an edition, unpublished: its text, its claims and the boxes to tick, at once."""
        with transaction(self._connection) as execute:
            number = _next_number(execute)
            execute(
                "INSERT INTO edition VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
                (
                    number,
                    blob(commit.before),
                    blob(commit.report),
                    blob(commit.text),
                    as_json(commit.sections),
                    json.dumps(sorted(commit.outcomes)),
                    now(),
                    commit.cause,
                    commit.calls,
                    json.dumps(sorted(commit.unticked)),
                ),
            )
            for key, outcome in commit.outcomes.items():
                execute(
                    "INSERT OR REPLACE INTO used VALUES (?, ?, ?, ?)", (key, outcome, number, now())
                )
                execute("DELETE FROM undrafted WHERE key = ?", (key,))
                execute("DELETE FROM retracted WHERE key = ?", (key,))
            write_rejected(execute, number, commit.rejected)
            for section in commit.drafted:
                execute("DELETE FROM undrafted WHERE key = '' AND section = ?", (section,))
            _replace_undrafted(execute, commit.undrafted)
            for section, claims in commit.told.items():
                execute(
                    "INSERT INTO told VALUES (?, ?, ?)",
                    (number, section, json.dumps(sorted(claims))),
                )
            _write_ledger(execute, number, commit)
        return self._edition("WHERE number = ?", (number,))[0]

    def save_undrafted(
        self,
        undrafted: Sequence[tuple[str, Skipped]],
        rejected: Sequence[tuple[str, Rejected]] = (),
    ) -> None:
        """Record what a run came to where there is no edition to commit.

        Args:
            undrafted: reference keys and the sections that got no draft.
            rejected: section ids and claims that fell; they fell on the way to the next edition.
        """
        with transaction(self._connection) as execute:
            _replace_undrafted(execute, undrafted)
            write_rejected(execute, _next_number(execute), rejected)

    def undrafted(self) -> dict[str, set[str]]:
        """Return, by reference key, the sections that still lack a draft with its evidence."""
        found: dict[str, set[str]] = {}
        rows = self._connection.execute("SELECT key, section FROM undrafted WHERE key != ''")
        for key, section in rows:
            found.setdefault(key, set()).add(section)
        return found

    def owed(self) -> frozenset[str]:
        """Return the sections that got no draft when it was no reference's turn."""
        rows = self._connection.execute("SELECT section FROM undrafted WHERE key = ''")
        return frozenset(section for (section,) in rows)

    def publish(self, number: int) -> None:
        """Record that the files show the edition."""
        self._connection.execute("UPDATE edition SET published = 1 WHERE number = ?", (number,))

    # --- reading ------------------------------------------------------------------------------

    def latest(self) -> Edition | None:
        """Return the last edition, if there is one."""
        found = self._edition("ORDER BY number DESC LIMIT 1", ())
        return found[0] if found else None

    def edition(self, number: int) -> Edition | None:
        """Return an edition by its number, from 1."""
        found = self._edition("WHERE number = ?", (min(number, LARGEST),))
        return found[0] if found else None

    def editions(self) -> list[Edition]:
        """Return all editions, oldest first."""
        return self._edition("ORDER BY number", ())

    def pending(self) -> list[Edition]:
        """Return editions that were committed but not published, oldest first."""
        return self._edition("WHERE published = 0 ORDER BY number", ())

    def entries(self, number: int | None = None) -> list[tuple[int, Entry]]:
        """Return what became of claims, with the edition, in order; of one edition or of all."""
        rows = self._connection.execute(
            "SELECT edition, json FROM entry WHERE ? IN (edition, -1) ORDER BY rowid",
            (-1 if number is None else number,),
        )
        return [(row[0], Entry.model_validate_json(row[1])) for row in rows]

    def rejected(self, number: int) -> list[tuple[str, Rejected]]:
        """Return, with their sections, the claims that fell when an edition was made.

        Of the number after the last one: those that fell in runs that made none since.
        """
        rows = self._connection.execute(
            "SELECT section, json FROM rejected WHERE edition = ? ORDER BY rowid", (number,)
        )
        return [(row[0], Rejected.model_validate_json(row[1])) for row in rows]

    def told(self, number: int) -> dict[str, frozenset[str]]:
        """Return, by section, which claims of others its writer had been shown by an edition."""
        rows = self._connection.execute(
            "SELECT section, claims FROM told WHERE edition = ?", (number,)
        )
        return {section: frozenset(json.loads(claims)) for section, claims in rows}

    # --- support, once scored -----------------------------------------------------------------

    def supports(self, questions: Iterable[str]) -> dict[str, float]:
        """Return the scores that are known, by question (a digest of claim, passage and model)."""
        found = {}
        for question in questions:
            row = self._connection.execute(
                "SELECT score FROM support WHERE question = ?", (question,)
            ).fetchone()
            if row:
                found[question] = float(row[0])
        return found

    def save_supports(self, scores: Mapping[str, float], scorer: str) -> None:
        """Keep scores, by question."""
        with transaction(self._connection) as execute:
            for question, score in scores.items():
                execute(
                    "INSERT OR REPLACE INTO support VALUES (?, ?, ?)", (question, score, scorer)
                )

    def _edition(self, where: str, values: tuple[object, ...]) -> list[Edition]:
        rows = self._connection.execute(f"SELECT {_EDITION} FROM edition {where}", values)  # noqa: S608 - constants
        return [
            Edition(
                number=row[0],
                before=None if row[1] is None else _text(row[1]),
                report=_text(row[2]),
                text=_text(row[3]),
                sections=tuple(Section.model_validate(item) for item in json.loads(row[4])),
                ticks=tuple(json.loads(row[5])),
                published=bool(row[6]),
                at=row[7],
                cause=row[8],
                calls=row[9],
                unticks=tuple(json.loads(row[10])),
            )
            for row in rows
        ]

    @staticmethod
    def _name_claims_anew(execute: Any) -> None:
        """Give the claims of version 1 the ids of version 2: made of their words alone."""
        for number, sections in execute("SELECT number, sections FROM edition").fetchall():
            read = json.loads(sections)
            for claim in (c for s in read for b in s["blocks"] for c in b["claims"]):
                claim["id"] = claim_id(claim["text"], tuple(claim["cells"]))
            execute("UPDATE edition SET sections = ? WHERE number = ?", (json.dumps(read), number))


def _next_number(execute: Any) -> int:
    number: int = execute("SELECT coalesce(max(number), 0) + 1 FROM edition").fetchone()[0]
    return number


def _write_ledger(execute: Any, number: int, commit: Commit) -> None:
    write_entries(execute, number, commit.entries)
    for claim in commit.refused:
        execute("INSERT OR REPLACE INTO refused VALUES (?, ?)", (claim, number))
    for claim in commit.welcome:
        execute("DELETE FROM refused WHERE claim = ?", (claim,))
    for key in commit.retracted:
        execute("INSERT OR REPLACE INTO retracted VALUES (?, ?)", (key, number))
        execute("DELETE FROM used WHERE key = ?", (key,))
        execute("DELETE FROM undrafted WHERE key = ?", (key,))
    for key in commit.unticked:
        execute("DELETE FROM used WHERE key = ?", (key,))
        execute("DELETE FROM undrafted WHERE key = ?", (key,))
    for item in commit.resolved:
        execute(
            "INSERT OR REPLACE INTO resolution VALUES (?, ?, ?, ?)",
            (item.conflict, item.kept, item.reason, number),
        )


def write_entries(execute: Any, number: int, entries: Iterable[Entry]) -> None:
    """Keep what became of claims in an edition."""
    for entry in entries:
        execute(
            "INSERT INTO entry VALUES (?, ?, ?)", (number, entry.claim.id, entry.model_dump_json())
        )


def write_rejected(execute: Any, number: int, rejected: Iterable[tuple[str, Rejected]]) -> None:
    """Keep the claims that fell when an edition was made, with their sections."""
    for section, fallen in rejected:
        execute(
            "INSERT INTO rejected VALUES (?, ?, ?)", (number, section, fallen.model_dump_json())
        )


def now() -> str:
    """Return the time in ISO form, UTC: for the user's eyes, never in the report."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def as_json(sections: Sequence[Section]) -> str:
    """Return sections as the store keeps them."""
    return json.dumps([section.model_dump(mode="json") for section in sections])


def _replace_undrafted(execute: Any, undrafted: Sequence[tuple[str, Skipped]]) -> None:
    for key in {key for key, _ in undrafted if key}:
        execute("DELETE FROM undrafted WHERE key = ?", (key,))
    for key, missing in undrafted:
        execute(
            "INSERT OR REPLACE INTO undrafted VALUES (?, ?, ?)",
            (key, missing.subject, missing.reason),
        )


def blob(text: str | None) -> bytes | None:
    """Return what a file holds, byte for byte: the user's words need not be UTF-8."""
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _text(blob: bytes) -> str:
    return blob.decode("utf-8", "surrogateescape")
