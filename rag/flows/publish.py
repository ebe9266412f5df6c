"""A committed edition → the files: the report first, then the boxes.

Killed at any instant, a later start finds the edition unpublished and finishes it here.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import count
from typing import TYPE_CHECKING

from rag.errors import ServiceError
from rag.files import replace_file
from rag.flows.events import Recovered, SetAside
from rag.stages.checklist import tick, untick
from rag.stages.merge import merge
from rag.text.footnotes import keep_footnotes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.adapters.store import Edition
    from rag.flows.project import Project
    from rag.flows.tools import Tools


def recover(project: Project, tools: Tools) -> Iterator[Recovered]:
    """Publish editions that an earlier run committed and could not publish."""
    for edition in tools.store.pending():
        publish(project, tools, edition)
        yield Recovered(what=f"edition {edition.number}")


def publish(project: Project, tools: Tools, edition: Edition) -> None:
    """Write the edition to report.md, set its boxes in references.md, record that it is done."""
    now = read_report(project)
    left_alone = now is not None and edition.before == edition.text  # as is a history taken over
    if now != edition.text and not left_alone:
        text = _made_of(now, edition, tools.store.edition(edition.number - 1))
        replace_file(project.report, text.encode("utf-8", "surrogateescape"))
    if edition.ticks or edition.unticks:
        _set_boxes(project, edition)
    tools.store.publish(edition.number)


def _made_of(now: str | None, edition: Edition, last: Edition | None) -> str:
    """Return the edition with what the user wrote since it was committed.

    He may have written that before the report was replaced or, if the run was killed between that
    and its end, after: then the edition stands in the file already, and goes in no second time.
    Else it is merged anew, as it would have been had he written that before the run: the edition's
    own text has his earlier words where he no longer has them.
    """
    if now is None or now == edition.before:
        return edition.text
    before = edition.before or ""
    if _common(now, edition.text) > _common(now, before):
        return now
    if last is None:
        return merge(before, now, edition.text).text
    text = merge(last.report, now, edition.report).text
    return keep_footnotes(keep_footnotes(text, now), edition.report)


def _common(now: str, other: str) -> float:
    """Return how much of two texts is the same, by their lines: 0 to 1."""
    return SequenceMatcher(None, now.split("\n"), other.split("\n"), autojunk=False).ratio()


def _set_boxes(project: Project, edition: Edition) -> None:
    text, reading = project.read_checklist()
    after = text
    for reference in reading.references:
        if reference.key in edition.ticks and not reference.checked:
            after = tick(after, reference.line)
        if reference.key in edition.unticks and reference.checked:
            after = untick(after, reference.line)
    if after != text:
        replace_file(project.checklist, after.encode("utf-8", "surrogateescape"))


def set_aside(project: Project, text: str) -> Iterator[SetAside]:
    """Keep what report.md held in a file of its own, if it held anything; yield where."""
    if not text.strip():
        return
    content = text.encode("utf-8", "surrogateescape")
    for number in count(1):
        path = project.root / f"report.{number}.bak"
        if not path.exists():
            replace_file(path, content)
        if path.read_bytes() == content:
            yield SetAside(path=str(path))
            return


def read_report(project: Project) -> str | None:
    """Return what report.md holds, byte for byte; None if there is none."""
    try:
        return project.report.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ServiceError(f"{project.report} cannot be read ({error.strerror})") from error
