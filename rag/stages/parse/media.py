"""Bytes and what was announced of them → the media type that decides who reads them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rag.stages.parse.decode import decode, is_binary

if TYPE_CHECKING:
    from rag.types import Source

HTML = "text/html"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
VTT = "text/vtt"
SRT = "application/x-subrip"
PDF = "application/pdf"
UNKNOWN = "application/octet-stream"

_SAME = {
    "application/xhtml+xml": HTML,
    "text/x-markdown": MARKDOWN,
    "application/x-pdf": PDF,
    "text/srt": SRT,
    "application/srt": SRT,
}
_EXTENSIONS = {
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".txt": PLAIN,
    ".text": PLAIN,
    ".log": PLAIN,
    ".vtt": VTT,
    ".srt": SRT,
}
_HEAD = 4096
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(
    r"</?(?:html|head|title|meta|body|div|p|br|a|span|table|ul|ol|li|h[1-6]|article|section|main)\b",
    re.IGNORECASE,
)
_CUE = r"\d{1,2}:\d{2}(?::\d{2})?[.,]\d{3}\s+-->\s+\d"
_SRT_START = re.compile(rf"\s*\d+\s*\n\s*{_CUE}")
_VTT_START = re.compile(r"\s*WEBVTT(?:[ \t][^\n]*)?(?:\n|$)")
_MARKDOWN_SIGNS = re.compile(
    r"^(?:#{1,6} \S|```|---\n(?:.*\n){1,40}?---$|[-*+] \[?\S|\|.*\|\s*\n\|?\s*:?-{3})", re.MULTILINE
)
_FEW = 3


def media_type(source: Source, content: bytes) -> str:
    """Return the media type of a source's bytes.

    The announced type stands where the bytes do not contradict it; else the extension of the
    location, else the bytes themselves decide.
    """
    announced = source.media_type.partition(";")[0].strip().lower()
    announced = _SAME.get(announced, announced)
    if b"%PDF-" in content[:1024]:
        return PDF
    if is_binary(content):
        return _binary_type(content, announced)
    head = decode(content[:_HEAD], source.charset)
    extension = _EXTENSIONS.get(_suffix(source.location), "")
    if announced == PLAIN and extension in {MARKDOWN, VTT, SRT}:
        announced = extension  # many servers send these as plain text
    if announced.startswith("text/x-"):
        return PLAIN  # source code
    for candidate in (announced, extension):
        if _plausible(candidate, head):
            return candidate
    return _sniffed(head)


def _binary_type(content: bytes, announced: str) -> str:
    import filetype

    if kind := filetype.guess(content):
        return str(kind.mime)
    return announced if announced and not announced.startswith("text/") else UNKNOWN


def _plausible(candidate: str, head: str) -> bool:
    """Whether text that begins with `head` can be of the type."""
    if candidate in {"", UNKNOWN, "binary/octet-stream", "application/pdf"}:
        return False
    if candidate == HTML:
        return bool(_TAG.search(head)) or bool(_HTML_START.match(head))
    if candidate == VTT:
        return bool(_VTT_START.match(head))
    if candidate == SRT:
        return bool(_SRT_START.match(head))
    if candidate in {PLAIN, MARKDOWN}:
        return not (_HTML_START.match(head) or _VTT_START.match(head) or _SRT_START.match(head))
    return True  # image/svg+xml, application/json: a type of its own, to be named as unread


def _sniffed(head: str) -> str:
    if _VTT_START.match(head):
        return VTT
    if _SRT_START.match(head):
        return SRT
    if _HTML_START.match(head) or len(_TAG.findall(head)) >= _FEW:
        return HTML
    if len(_MARKDOWN_SIGNS.findall(head)) >= _FEW:
        return MARKDOWN
    return PLAIN


def _suffix(location: str) -> str:
    path = re.split(r"[?#]", location, maxsplit=1)[0] if "://" in location else location
    return PurePosixPath(path.rstrip("/").replace("\\", "/")).suffix.lower()
