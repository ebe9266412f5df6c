"""Dates in text: days, months and years, however they are written."""

from __future__ import annotations

import re
from typing import NamedTuple

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_AFTER = r"(?![\w%]|[.,:]\d|\s?[%$€£])"
_DATE = re.compile(
    rf"""(?<![\w.,:/$€£-])(?:
      (?P<y1>\d{{4}})-(?P<m1>0[1-9]|1[0-2])(?:-(?P<d1>0[1-9]|[12]\d|3[01]))?(?![\w-])
    | (?P<d2>{_DAY})(?:\s+of)?[\s-]+(?P<m2>{_MONTH})(?:,?[\s-]+(?P<y2>{_YEAR}){_AFTER})?
    | (?P<m3>{_MONTH})\s+(?P<d3>{_DAY})(?![\w%:]|[.,]\d)(?:,?\s+(?P<y3>{_YEAR}){_AFTER})?
    | (?P<m4>{_MONTH})(?:,|\s+of)?[\s-]+(?P<y4>{_YEAR}){_AFTER}
    | (?P<y5>{_YEAR})(?![\w%]|[.,:]\d|\s?[%$€£]|/\d)
    )""",
    re.VERBOSE,
)


class Day(NamedTuple):
    """A date in a text; month and day, or the year, are zero where they are not given."""

    year: int
    month: int
    day: int
    start: int
    end: int


def days(text: str) -> list[Day]:
    """Return the dates in `text`, in order; a bare 1900 to 2099 is taken for a year."""
    found = []
    for match in _DATE.finditer(text):
        parts = {name[0]: part for name, part in match.groupdict().items() if part}
        month = parts.get("m", "0")
        number = int(month) if month.isdigit() else _month(month)
        day = int(re.sub(r"\D", "", parts.get("d", "0")))
        found.append(Day(int(parts.get("y", 0)), number, day, match.start(), match.end()))
    return found


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3]))
