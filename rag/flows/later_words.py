"""An earlier edition and what the user wrote since → its text with these words in it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rag.flows.standing import own, shown
from rag.stages.merge import merge
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
    plain = line_ends(mine).plain(mine)
    then = line_ends(edition.text).plain(edition.text)
    base = merge(edition.report, then, latest.report).text
    added = _added(base, plain, then)
    if not (words := {line for line in added if line.strip()}):
        return edition.text, True
    theirs = line_ends(mine).as_were("".join(_both(base, plain, frozenset(added))))
    merged = merge(base, theirs, then)
    text = keep_footnotes(merged.text, mine)
    there = set(line_ends(text).plain(text).splitlines())
    before, after = shown(edition.text, outline), shown(text, outline)
    gives_way = any(
        before.has(section, claim) and not after.has(section, claim)
        for section, claim in own(edition.sections)
    )
    is_whole = not gives_way and {line.rstrip("\n") for line in words} <= there
    return (text, True) if is_whole else (edition.text, False)


def _added(base: str, mine: str, then: str) -> list[str]:
    """Return the lines of the user's that are neither in the base nor in the edition."""
    known = {*base.splitlines(), *then.splitlines()}
    return [line for line in mine.splitlines(keepends=True) if line.rstrip("\n") not in known]


def _both(base: str, mine: str, added: frozenset[str]) -> list[str]:
    """Return the lines of the base and, where the user put them, those that he added."""
    old, new = (text.splitlines(keepends=True) for text in (base, mine))
    out: list[str] = []
    for tag, start, end, first, last in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "insert":
            is_his = any(line in added for line in new[first:last])
            out += new[first:last] if is_his else ()
        elif tag == "replace":
            out += (
                new[first:last]
                if any(line in added for line in new[first:last])
                else old[start:end]
            )
        else:
            out += old[start:end]
    return out
