"""Readable titles for documents that state none."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit


def title_of(location: str) -> str:
    """Return the stem of a path or URL as words; the host where the URL has no path."""
    path = location
    if "://" in location:
        address = urlsplit(location)
        path = unquote(address.path).rstrip("/")
        if not path:
            return address.hostname or ""
    name = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    stem = re.sub(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,8}$", "", name)
    words = " ".join(re.split(r"[\s_\-+]+", stem)).strip()
    return words[:1].upper() + words[1:]
