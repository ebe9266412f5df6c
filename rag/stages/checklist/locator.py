"""What a locator is called, what is wrong with it, and when two are the same."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from rag.text.slug import slug

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_SUFFIX = re.compile(r"(?<=.)\.(?=\d*[A-Za-z])\w{1,8}$", re.DOTALL)  # "1706.03762" has none
_JOINTS = re.compile(r"[-_+\s]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PORTS = {"http": 80, "https": 443}


def key_of(locator: str) -> str:
    """Return a readable name for what stands at `locator`, made from the locator alone."""
    url = _split(locator)
    if url is None:
        words = slug(_stem(locator))
    else:
        folders = PurePosixPath(unquote(url.path)).parent.parts
        name = _stem(url.path)
        parts = [*folders, *([] if name == "index" else [name]), *_video(url)]
        words = slug(" ".join(parts)) or slug(url.hostname or "")
    return words or f"reference-{checksum(locator)[:4]}"


def title_of(locator: str) -> str:
    """Return the last part of `locator` as words; the host where a URL has no other part."""
    url = _split(locator)
    if url is None:
        name = _stem(locator)
    elif video := _video(url):
        return f"{url.hostname} {video[0]}"
    else:
        name = _stem(url.path)
        if name in {"", "index"}:
            return url.hostname or locator
    words = _JOINTS.sub(" ", name).strip() or locator
    return words[0].upper() + words[1:]


def fault_of(locator: str) -> str:
    """Return why `locator` can locate nothing, with what to do; empty if it may."""
    if _SURROGATE.search(locator):
        return "the locator is not UTF-8: save the checklist as UTF-8"
    try:
        _ = urlsplit(locator).port
    except ValueError as error:
        return f"{locator!r} is no valid URL ({error}): correct it"
    return ""


def same_place(locator: str) -> str:
    """Return a form of `locator` that two locators share when they name the same place."""
    url = _split(locator)
    if url is None:
        return normpath(unquote(locator))
    if url.scheme == "s3":
        return locator  # each character of a key counts: `a` and `a/` are two places
    user, at, _ = url.netloc.rpartition("@")
    port = "" if url.port in {None, _PORTS.get(url.scheme)} else f":{url.port}"
    query = f"?{url.query}" if url.query else ""
    return f"{url.scheme}://{user}{at}{url.hostname}{port}{url.path.rstrip('/')}{query}"


def checksum(locator: str) -> str:
    """Return the sha256 (hex) of `locator`."""
    return hashlib.sha256(locator.encode("utf-8", "surrogatepass")).hexdigest()


def _split(locator: str) -> SplitResult | None:
    """Return the parts of a URL; None for a path, and for a URL that is not valid."""
    if not _URL.match(locator) or fault_of(locator):
        return None
    url = urlsplit(locator)
    return None if url.scheme == "file" else url


def _stem(path: str) -> str:
    """Return the last component of `path` without its extension; may be empty."""
    name = PurePosixPath(unquote(path).replace("\\", "/")).name
    return _SUFFIX.sub("", name)


def _video(url: SplitResult) -> list[str]:
    """Return the `ID` of a URL such as `https://host/watch?v=ID`, if it has one."""
    return parse_qs(url.query).get("v", [])[:1]
