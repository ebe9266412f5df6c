"""Lines that both the user and an edition changed → one text, claim by claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.stages.merge.values import MARK, ROWS, Merged, blank_end, claims_of, settled
from rag.text.three_way import Edit, Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def by_claims(lines: Stretch) -> Merged:
    """Return the user's lines of those that both changed, and after them what the edition adds.

    Of a line that he changed, a claim that he left as it was is the edition's: it stays only where
    that has it.
    """
    if len(lines.base) == len(lines.mine) == 1:
        return _claim_by_claim(lines)
    new = _units(lines.new)
    texts = [_kept(edit, frozenset(new)) for edit in lines.edits]
    was = [unit for edit in lines.edits for unit in _units(edit.was)]
    added = _additions(new, _changed(was, _units(texts)))
    kept = tuple(text.strip().split("\n")[0] or "(deleted lines)" for text in texts)
    mine = _apart("".join(texts), "".join(lines.mine)) if any(texts) else ""
    return Merged(_beside(mine, added), kept)


def _kept(edit: Edit, standing: frozenset[str]) -> str:
    """Return what stays of lines that the user changed, given the claims that still stand."""
    if len(edit.was) != 1 or len(edit.became) != 1:
        return "".join(edit.became)
    left = "".join(unit for unit in _units(edit.was) if unit in standing or not MARK.search(unit))
    return _claim_by_claim(Stretch(edit.was, edit.became, (left,) if left.strip() else ())).text


def _claim_by_claim(lines: Stretch) -> Merged:
    """Return a line that both changed, claim by claim.

    What is only the user's is never between two halves of what is not, so none of it is lost: the
    text changes hands only at claims.
    """
    out: list[str] = []
    kept: list[str] = []
    for stretch in stretches(*map(_units, lines[:3])):
        units = settled(stretch)
        if units is None:
            mine = _own(stretch)
            was = [unit for edit in stretch.edits for unit in edit.was]
            out.append(_beside(mine, _additions(stretch.new, _changed(was, claims_of(mine)))))
            kept.append(mine.strip().split("\n")[0] or "(deleted lines)")
        else:
            out += units
    return Merged(_apart("".join(out), "".join(lines.mine)), tuple(kept))


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
        return text
    is_line = text.split("\n", 1)[0] in theirs.split("\n")
    text = text if is_line else text.lstrip(" ")
    lacking = blank_end(theirs) - blank_end(text)
    return text + "\n" * lacking


def _changed(was: Iterable[str], became: Iterable[str]) -> frozenset[str]:
    """Return the footnotes of the claims that the user changed."""
    return frozenset(match[1] for unit in (*was, *became) for match in MARK.finditer(unit))


def _additions(new: Sequence[str], changed: frozenset[str]) -> list[str]:
    """Return the claims that a new edition puts where the user has changed other ones.

    The user's words stand, and what is new takes nothing away from them. A claim with a footnote
    of those that he changed is no new one but the edition's change of it.
    """
    added = [unit for unit in new if not (labels := set(MARK.findall(unit))) & changed and labels]
    return [*added, new[-1]] if added and new[-1].isspace() else added


def _beside(mine: str, added: Sequence[str]) -> str:
    """Return the user's words and, after them, what the edition adds."""
    out = mine
    for unit in added:
        if unit.isspace():
            out += "" if out.endswith("\n") else unit
            continue
        gap = "\n" if unit.startswith(ROWS) else "\n\n"  # never on the user's own line
        out += ("" if not out or out.endswith("\n") else gap) + unit
    return out


def _units(lines: Iterable[str]) -> list[str]:
    return [unit for line in lines for unit in claims_of(line)]
