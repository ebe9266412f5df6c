"""A whole history out of the store, and into one that has none: the rest of `Editions`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rag.adapters.store.editions import (
    Editions,
    as_json,
    blob,
    write_entries,
    write_rejected,
)
from rag.files import transaction
from rag.types import History, PastEdition, Resolution

if TYPE_CHECKING:
    from typing import Any

    from rag.adapters.store.records import Edition


class Histories(Editions):
    """What a proof bundle brings from one store to another; made whole by `Store`."""

    def history(self) -> History:
        """Return all that the ledger keeps."""
        read = self._connection.execute
        return History(
            editions=tuple(map(self._past, self.editions())),
            used=tuple(self.used().values()),
            refused=tuple(read("SELECT claim, edition FROM refused ORDER BY edition, claim")),
            retracted=tuple(read("SELECT key, edition FROM retracted ORDER BY edition, key")),
            resolved=tuple(
                (Resolution(conflict=row[0], kept=row[1], reason=row[2]), row[3])
                for row in read("SELECT * FROM resolution ORDER BY edition, conflict")
            ),
        )

    def _past(self, edition: Edition) -> PastEdition:
        return PastEdition(
            **edition.model_dump(
                include={"number", "at", "cause", "calls", "ticks", "unticks", "report", "text"}
            ),
            sections=edition.sections,
            entries=tuple(entry for _, entry in self.entries(edition.number)),
            rejected=tuple(self.rejected(edition.number)),
        )

    def take_over(self, history: History) -> None:
        """Keep the history of another store, at once; this one has no edition yet.

        Its editions are to be published still. As each was made from the text that it left, that
        changes no report: it sets the boxes.
        """
        with transaction(self._connection) as execute:
            for edition in history.editions:
                _write_edition(execute, edition)
            for item in history.used:
                execute(
                    "INSERT INTO used VALUES (?, ?, ?, ?)",
                    (item.key, item.outcome, item.edition, item.at),
                )
            for row in history.refused:
                execute("INSERT INTO refused VALUES (?, ?)", row)
            for row in history.retracted:
                execute("INSERT INTO retracted VALUES (?, ?)", row)
            for settled, number in history.resolved:
                execute(
                    "INSERT INTO resolution VALUES (?, ?, ?, ?)",
                    (settled.conflict, settled.kept, settled.reason, number),
                )


def _write_edition(execute: Any, edition: PastEdition) -> None:
    text = blob(edition.text)
    execute(
        "INSERT INTO edition VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
        (
            edition.number,
            text,
            blob(edition.report),
            text,
            as_json(edition.sections),
            json.dumps(edition.ticks),
            edition.at,
            edition.cause,
            edition.calls,
            json.dumps(edition.unticks),
        ),
    )
    write_entries(execute, edition.number, edition.entries)
    write_rejected(execute, edition.number, edition.rejected)
