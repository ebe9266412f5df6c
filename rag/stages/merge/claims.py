"""Lines that both the user and an edition changed → one text, claim by claim."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.stages.merge.additions import additions, beside
from rag.stages.merge.values import (
    MARK,
    Merged,
    blank_end,
    claims_of,
    settled,
    words_left,
    words_of,
)
from rag.text.three_way import Edit, Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet


_SENTENCE_END = re.compile(r"[.!?][)\]*_”’\"]*$")
_ITEM = "- "
"""How an item of a list begins."""


def by_claims(lines: Stretch, left: AbstractSet[str]) -> Merged:
    """Return the user's lines of those that both changed, and after them what the edition adds.

    Of a line that he changed, a claim that he left as it was is the edition's: it stays only where
    that has it.

    Args:
        lines: what both changed.
        left: words of the claims that the user left somewhere: he took none of them out.
    """
    if len(lines.base) == len(lines.mine) == 1:
        return _claim_by_claim(lines, left)
    new = _units(lines.new)
    texts = [_kept(edit, frozenset(new), left) for edit in lines.edits]
    was = [unit for edit in lines.edits for unit in _gone(edit)]
    stand = _units(texts)
    added = additions(new, was, stand, _beyond(left, stand))
    kept = tuple(text.strip().split("\n")[0] or "(deleted lines)" for text in texts)
    mine = _apart("".join(texts), "".join(lines.mine)) if any(texts) else ""
    text = beside(mine, added)
    gap = blank_end("".join(lines.new)) - blank_end(text) if added else 0
    return Merged(text + "\n" * max(0, gap), kept)


def _gone(edit: Edit) -> list[str]:
    """Return the claims of lines that the user changed which no longer stand there as they did."""
    left = frozenset(_units(edit.became))
    return [unit for unit in _units(edit.was) if unit not in left]


def _kept(edit: Edit, standing: frozenset[str], left: AbstractSet[str]) -> str:
    """Return what stays of lines that the user changed, given the claims that still stand."""
    if len(edit.was) != 1 or len(edit.became) != 1:
        return "".join(edit.became)
    goes_on = [unit for unit in _units(edit.was) if unit in standing or not MARK.search(unit)]
    new = ("".join(goes_on),) if "".join(goes_on).strip() else ()
    return _claim_by_claim(Stretch(edit.was, edit.became, new), left).text


def _claim_by_claim(lines: Stretch, left: AbstractSet[str]) -> Merged:
    """Return a line that both changed, claim by claim.

    What is only the user's is never between two halves of what is not, so none of it is lost: the
    text changes hands only at claims.
    """
    if _is_item(lines.base) and _is_item(lines.mine):
        inner = _claim_by_claim(_bare(lines), left)
        return inner._replace(text=f"{_ITEM}{inner.text}") if inner.text.strip() else inner
    out: list[str] = []
    kept: list[str] = []
    base = _units(lines.base)
    for stretch in stretches(base, _told_apart(_units(lines.mine), base), _units(lines.new)):
        units = settled(stretch)
        if units is None:
            mine = _own(stretch)
            was = [unit for edit in stretch.edits for unit in edit.was]
            stand = claims_of(mine)
            added = additions(stretch.new, was, stand, _beyond(left, stand))
            out.append(beside(mine, added))
            kept.append(mine.strip().split("\n")[0] or "(deleted lines)")
        else:
            out += units
    return Merged(_apart("".join(out), "".join(lines.mine)), tuple(kept))


def _is_item(lines: Sequence[str]) -> bool:
    return len(lines) == 1 and lines[0].startswith(_ITEM)


def _bare(lines: Stretch) -> Stretch:
    """Return items without their marks; an item of the edition's that says nothing of it keeps its.

    So words of the user's before the claim of an item are no part of the claim.
    """
    base, mine = ((units[0].removeprefix(_ITEM),) for units in lines[:2])
    new = tuple(unit.removeprefix(_ITEM) for unit in lines.new)
    goes_on = not frozenset(_units(base)).isdisjoint(_units(new[:1]))
    return Stretch(base, mine, (*new[:1], *lines.new[1:]) if goes_on else lines.new)


def _told_apart(units: Iterable[str], claims: Sequence[str]) -> list[str]:
    """Return the user's units, cut before a claim that he put whole sentences of his own before.

    Words that go on into the claim are an edit of it.
    """
    known = [claim for claim in claims if MARK.search(claim)]
    out: list[str] = []
    for unit in units:
        ends = (unit.removesuffix(f" {claim}") for claim in known if unit.endswith(f" {claim}"))
        own = next((words for words in ends if _SENTENCE_END.search(words)), None)
        out += [unit] if own is None else [own, " ", unit[len(own) + 1 :]]
    return out


def _own(stretch: Stretch) -> str:
    """Return what the user wrote of a line, and none of the claims that he left as they were.

    Those are the edition's, and it has changed them or let them go.
    """
    out = ""
    for words in ("".join(edit.became) for edit in stretch.edits):
        is_joined = not out or out[-1].isspace() or words[:1].isspace()
        out += words if is_joined else f" {words}"
    return _between(out, stretch.mine) if stretch.edits else "".join(stretch.mine)


def _between(words: str, units: Sequence[str]) -> str:
    """Return words with the blanks around them that are the first and the last of the units."""
    if not words or not units:
        return words
    before = units[0] if units[0].isspace() and not words[0].isspace() else ""
    behind = units[-1] if units[-1].isspace() and not words[-1].isspace() else ""
    return f"{before}{words}{behind}"


def _apart(text: str, theirs: str) -> str:
    """Return what is left of the user's lines set apart from others as theirs were.

    The blanks around a sentence of the user's may have left with the claims beside it.
    """
    if not text.strip():
        return "" if text.strip("\n") else text  # blanks that stood before a claim
    is_line = text.split("\n", 1)[0] in theirs.split("\n")
    text = text if is_line else text.lstrip(" ")
    lines = max(blank_end(theirs), blank_end(text))
    said = text.rstrip("\n")
    said = said if theirs.rstrip("\n").endswith(" ") else said.rstrip(" ")
    return said + "\n" * lines


def _beyond(left: AbstractSet[str], units: Iterable[str]) -> AbstractSet[str]:
    """Return the words of the claims that the user left in other places than among these."""
    return left - words_left(left, set(map(words_of, units)))


def _units(lines: Iterable[str]) -> list[str]:
    return [unit for line in lines for unit in claims_of(line)]
