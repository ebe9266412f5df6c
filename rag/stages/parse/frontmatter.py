"""The front matter of a Markdown file → what the document says of itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from rag.stages.parse.builder import Facts
from rag.stages.parse.dates import iso_date

_LONGEST = 1 << 16
_START = re.compile(r"\A---[ \t]*\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_URL = re.compile(r"https?://\S+")


def split_front_matter(text: str) -> tuple[Facts, str]:
    """Return the facts of the front matter and the text after it.

    What is not YAML, or is YAML but no mapping, is text like any other.
    """
    start = _START.match(text)
    end = _END.search(text, start.end(), start.end() + _LONGEST) if start else None
    if not start or not end:
        return Facts(), text
    fields = _loaded(text[start.end() : end.start()])
    if fields is None:
        return Facts(), text
    return _facts(fields), text[end.end() :]


def _loaded(block: str) -> Mapping[object, object] | None:
    from frontmatter.default_handlers import YAMLHandler
    from yaml import SafeLoader, YAMLError  # type: ignore[import-untyped]

    try:
        # The loader in Python stops at deep nesting; the one in C overflows the stack.
        fields = YAMLHandler().load(block, Loader=SafeLoader)
    except (YAMLError, ValueError, RecursionError):  # ValueError: a date such as 2024-13-45
        return None
    return fields if isinstance(fields, Mapping) else None


def _facts(fields: Mapping[object, object]) -> Facts:
    def first(*names: str) -> str:
        return next((value for name in names if (value := _scalar(fields.get(name)))), "")

    dates = (iso_date(first(name)) for name in ("date", "date_scraped", "published"))
    address = _URL.match(first("origin", "source_url"))
    return Facts(
        title=first("title"),
        date=next((date for date in dates if date), ""),
        author=first("author", "authors"),
        origin=address[0] if address else "",
        brief_of=first("brief_of"),
    )


def _scalar(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):  # names of authors; never lists of lists, which may be endless
        return ", ".join(item for item in value if isinstance(item, str))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
