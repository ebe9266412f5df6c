"""An earlier edition and what the user wrote since → its text with these words in it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rag.flows.standing import own, shown
from rag.stages.merge import claims_of, merge
from rag.text.footnotes import keep_footnotes
from rag.text.line_ends import line_ends

if TYPE_CHECKING:
    from rag.adapters.store import Edition
    from rag.types import Outline


def with_later_words(
    edition: Edition, latest: Edition, mine: str, outline: Outline
) -> tuple[str, bool]:
    """Return the text of an edition with what the user wrote after it, and whether all stands.

    What he only deleted since returns: that is what an edition is restored for. His words are put
    in only if nothing of the edition gives way to them; otherwise its text is as it was committed.

    Args:
        edition: the one that is restored.
        latest: the last one.
        mine: the report with the user's edits, as it stands.
        outline: the report's.
    """
    ends = line_ends(mine)
    plain, then = ends.plain(mine), line_ends(edition.text).plain(edition.text)
    base = merge(edition.report, then, latest.report).text
    added = frozenset(_units(plain)) - {*_units(base), *_units(then)}
    words = {unit.strip() for unit in added if unit.strip()}
    if not words:
        return edition.text, True
    before = shown(edition.text, outline)
    for changes in (True, False):  # what stands in a claim's place may have to stay out
        theirs = ends.as_were(_both(base, plain, added, changes=changes))
        text = keep_footnotes(merge(base, theirs, then).text, mine)
        after = shown(text, outline)
        if not any(
            before.has(section, claim) and not after.has(section, claim)
            for section, claim in own(edition.sections)
        ):
            return text, all(unit in ends.plain(text) for unit in words)
    return edition.text, False


def _units(text: str) -> list[str]:
    """Return a text cut into lines, and lines behind each claim."""
    return [unit for line in text.splitlines(keepends=True) for unit in claims_of(line)]


def _both(base: str, mine: str, added: frozenset[str], *, changes: bool) -> str:
    """Return the base with what the user added to it.

    Args:
        base: the last edition.
        mine: the same with all that the user did to it.
        added: what is new in that.
        changes: whether what stands in another's place is taken, too.
    """
    old, new = _units(base), _units(mine)
    out: list[str] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        is_his = any(unit in added for unit in new[first:last])
        taken = is_his and (tag == "insert" or (tag == "replace" and changes))
        out += new[first:last] if taken else old[start:end]
    return "".join(out)
