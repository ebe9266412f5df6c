"""Dates as people write them → ISO."""

from __future__ import annotations

import re
import time
from datetime import date

_ISO = re.compile(r"\b(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_NAMED = re.compile(
    r"\b(?:([A-Z][a-z]{2,8})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})"
    r"|(\d{1,2})(?:st|nd|rd|th)? ([A-Z][a-z]{2,8})\.?,? (\d{4}))\b"
)
_WHOLE = 30
"""Longest line, in characters, that can be nothing but a date."""


def iso_date(text: str) -> str:
    """Return the first full date in `text` as `YYYY-MM-DD`; empty if there is none."""
    if found := _ISO.search(text):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    for match in _NAMED.finditer(text):
        name, day, year = (match[1], match[2], match[3]) if match[1] else match.group(5, 4, 6)
        if month := _month(name):
            return _checked(int(year), month, int(day))
    return ""


def is_date_line(line: str) -> bool:
    """Whether a line is a date and hardly anything else."""
    return len(line.strip()) <= _WHOLE and bool(iso_date(line))


def _month(name: str) -> int:
    for form in ("%B", "%b"):
        try:
            return time.strptime(name[: 3 if form == "%b" else None], form).tm_mon
        except ValueError:
            continue
    return 0


def _checked(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
