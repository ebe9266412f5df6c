"""Claims that the user moved → one place each: where he put them, and none if they left.

There they have the footnotes that the edition gives them.

A merge by lines takes a claim that was moved for one taken out and another put in: put in, it would
outlive its retirement, and stand beside itself where the edition has it somewhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.stages.merge.values import LINES, MARK, claims_of, times, units_in, words_in, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADING = re.compile(r"#{1,6} ")
_SECTION = re.compile(r"## ")
_ITEM = re.compile(r"[-*] ")
_RUN = re.compile(rf"(?:{MARK.pattern})+")


def in_one_place(base: str, mine: str, new: str, merged: str) -> str:
    """Return the merged text without what stands there for having been moved.

    A copy that the user made of a claim stays: he wants it there. What both put in stands where he
    did. What he moved has the footnotes that the edition gives it.

    Args:
        base: the last edition as it was rendered.
        mine: the same with the user's edits.
        new: the next edition as rendered.
        merged: what a merge made of them.
    """
    old, coming, there = map(words_in, (base, new, merged))
    his = words_in(mine)  # with words of his own before some of them
    own = {key: times(key, his) for key in there}
    # What a summary repeats stands twice: where one of both leaves or comes, their number does not
    # tell which one the user moved.
    excess = {
        key: there[key] - coming[key]
        for key in there - coming
        if (0 < old[key] == own[key] and coming[key] in {0, own[key]})
        or (not old[key] and own[key] == coming[key] > 0)
    }
    # He took one of them out, and the edition has both still.
    fewer = (
        key for key in there if 0 < own[key] < old[key] == coming[key] and there[key] > own[key]
    )
    excess |= {key: there[key] - own[key] for key in fewer}
    text = _once(mine, coming, merged, excess) if excess else merged
    return _with_marks(base, mine, new, _in_its_place(base, mine, new, text))


def _once(mine: str, coming: Counter[str], merged: str, excess: dict[str, int]) -> str:
    his = Counter(LINES.findall(mine))
    lines = []
    for line in LINES.findall(merged):
        his[line] -= 1  # the edition may have put the same line at the same place
        lines.append(line if his[line] >= 0 else _without(line, excess))
    # Of what goes on he has the last word where it stands; what leaves stands nowhere.
    leaving = {key: count for key, count in excess.items() if not coming[key]}
    return _joined(_without(line, leaving) for line in lines)


def _in_its_place(base: str, mine: str, new: str, merged: str) -> str:
    """Return the text without claims under headings from which the user or the edition moved them.

    Headings tell the places apart where the claim stands once more or once less than before: a
    summary begins to repeat it, or no longer does. Sections do where its heading left, too.
    """
    for heading in (_HEADING, _SECTION):
        texts = [_places(text, heading) for text in (base, mine, new, merged)]
        if surplus := _surplus(*texts):
            merged = _joined(_spared(merged, heading, surplus))
    return merged


_Places = dict[str, Counter[str]]
"""Under which headings each claim stands, by its words."""


def _surplus(old: _Places, own: _Places, coming: _Places, there: _Places) -> _Places:
    found: _Places = {}
    for key, places in there.items():
        was, his, its = (texts.get(key, Counter()) for texts in (old, own, coming))
        if places.total() <= its.total() or not was.total() == his.total() > 0 < its.total():
            continue
        left = places - its if his == was else (places - his) & (was - his)
        if left.total() == places.total() - its.total():
            found[key] = left
    return found


def _spared(text: str, heading: re.Pattern[str], surplus: _Places) -> Iterator[str]:
    """Yield the lines of a text without the claims that are too many; they are counted down."""
    for place, line in _placed(text, heading):
        excess = {key: left[place] for key, left in surplus.items() if left[place]}
        yield _without(line, excess) if excess else line
        for key, count in excess.items():
            surplus[key][place] = count


def _placed(text: str, heading: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield each line with the heading that it stands under."""
    place = ""
    for line in LINES.findall(text):
        place = line.strip() if heading.match(line) else place
        yield place, line


def _places(text: str, heading: re.Pattern[str]) -> _Places:
    found: _Places = {}
    for place, line in _placed(text, heading):
        for key, count in words_in(line).items():
            found.setdefault(key, Counter())[place] += count
    return found


def _with_marks(base: str, mine: str, new: str, merged: str) -> str:
    """Return the text with the edition's footnotes at claims that have the last one's still."""
    old, own, coming, there = map(_marks_in, (base, mine, new, merged))
    ours = {
        key: coming[key][0]
        for key, marks in there.items()
        if marks == old.get(key) == own.get(key) and len(marks) == len(coming.get(key, ())) == 1
    }
    if all(there[key] == [marks] for key, marks in ours.items()):
        return merged
    return "".join(_marked(unit, ours) for unit in units_in(merged))


def _marks_in(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for unit in units_in(text):
        if key := words_of(unit):
            found.setdefault(key, []).append("".join(mark[0] for mark in MARK.finditer(unit)))
    return found


def _marked(unit: str, marks: dict[str, str]) -> str:
    new = marks.get(words_of(unit))
    return unit if new is None else _RUN.sub(lambda _: new, unit, count=1)


def _joined(lines: Iterable[str]) -> str:
    """Return lines as one text; one that is empty now takes the blank line behind it along."""
    out: list[str] = []
    is_open = False
    for line in lines:
        if not (is_open and line == "\n" and out[-1:] in ([], ["\n"])):
            out += [line] if line else []
        is_open = not line
    return "".join(out)


def _without(line: str, excess: dict[str, int]) -> str:
    """Return a line without claims of which there are too many; they are counted down."""
    units: list[str] = []
    is_whole = True
    for unit in claims_of(line):
        key = words_of(unit)
        if not excess.get(key):
            units.append(unit)
            continue
        excess[key] -= 1
        is_whole = False
        if units and units[-1].isspace():
            units.pop()
    if is_whole:
        return line
    item = _ITEM.match(line)
    text = "".join(units).lstrip(" ")
    if not text.strip():
        return ""
    return text if item is None or text.startswith(item[0]) else f"{item[0]}{text}"
