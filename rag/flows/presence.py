"""Whether a file still shows the last edition: a report that is gone or replaced is said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.errors import RagError, ServiceError
from rag.flows.publish import read_report
from rag.flows.standing import shows_none

if TYPE_CHECKING:
    from rag.flows.project import Project
    from rag.flows.tools import Tools


class Absence(NamedTuple):
    """Why a file does not show the last edition, and what to do."""

    what: str
    advice: str

    def __str__(self) -> str:
        """Return both as one line."""
        return f"{self.what}: {self.advice}"


def absence(project: Project, tools: Tools) -> Absence | None:
    """Return why report.md does not show the last edition; None if it does, or there is none."""
    latest = tools.store.latest()
    if latest is None:
        return None
    name = project.report.name
    try:
        now = read_report(project)
    except ServiceError as error:
        return Absence(error.message, f"move it away; {_back(latest.number)}")
    if now is None:
        return Absence(f"{name} is not there", _back(latest.number))
    if shows_none(latest, now, tools.config.outline):
        kept = f"{_back(latest.number)} and keeps what is there in a file of its own"
        return Absence(f"{name} shows none of the claims of edition {latest.number}", kept)
    return None


def check_presence(project: Project, tools: Tools) -> None:
    """Refuse to call a run done whose report is gone.

    Raises:
        RagError: report.md does not show the last edition.
    """
    if found := absence(project, tools):
        raise RagError(found.what, advice=found.advice)


def _back(number: int) -> str:
    return f"`rag restore` brings edition {number} back"
