"""Bytes → text, whatever charset was announced."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

# UTF-32's mark begins with UTF-16's: the longer one is tried first.
_BOMS = (
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF8, "utf-8-sig"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_SAMPLE = 1 << 16
_MOST_CONTROLS = 0.02
"""Text has no control characters; a few are damage, more are another format."""
_DAMAGE = 0.2
_FOREIGN = 0.2
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)


def has_bom(content: bytes) -> bool:
    """Whether the bytes begin with the mark of a Unicode encoding."""
    return content.startswith(tuple(mark for mark, _ in _BOMS))


def is_binary(content: bytes) -> bool:
    """Whether the bytes are not text in any charset: they hold many control characters."""
    if has_bom(content) or _wide(content):
        return False
    sample = content[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    return controls > _MOST_CONTROLS * len(sample) + 1


def decode(content: bytes, charset: str = "") -> str:
    r"""Return the text of `content`, line ends as `\\n`, control characters dropped.

    The charset is the first that fits, of: byte-order mark, UTF-8, the announced one, the one an
    HTML page names in its head, the one detection finds. UTF-8 is asked before the announced one
    because text of another charset is almost never valid UTF-8, and servers announce wrongly.
    """
    return clean(_decoded(content, charset))


def clean(text: str) -> str:
    r"""Return `text` with line ends as `\n` and without control characters."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(content: bytes, charset: str) -> str:
    from w3lib.encoding import resolve_encoding

    for mark, name in _BOMS:
        if content.startswith(mark):
            return content.decode(name, "replace").removeprefix("\ufeff")
    meta = _META.search(content[:4096])
    named = [charset, meta[1].decode("ascii", "replace") if meta else ""]
    # Names are mapped as browsers do (latin-1 is read as cp1252); unknown ones are not tried.
    known = [resolve_encoding(name) or "" for name in named if name]
    for name in filter(None, ["utf-8", _wide(content), *known]):
        try:
            return content.decode(name)
        except UnicodeError:
            continue
    mended = content.decode("utf-8", "replace")
    damage, foreign = mended.count("\ufffd"), sum(1 for char in mended if char > "\x7f")
    if damage <= _DAMAGE * foreign:  # UTF-8 with a few bytes broken or cut off
        return mended
    return content.decode(_detected(content), "replace")


def _detected(content: bytes) -> str:
    """Return the charset that the bytes look like: the web's default unless many are foreign.

    Among the Latin charsets detection errs where accents are rare, as in most of their languages.
    """
    from charset_normalizer import from_bytes

    high = sum(1 for byte in content[:_SAMPLE] if byte > 127)  # noqa: PLR2004 - beyond ASCII
    if high < _FOREIGN * len(content[:_SAMPLE]):
        return "cp1252"
    best = from_bytes(content[:_SAMPLE], threshold=0.4).best()
    return best.encoding if best else "cp1252"


def _wide(content: bytes) -> str:
    """Return the charset of UTF-16 without its mark: every other byte of Latin text is NUL."""
    sample = content[:2048]
    half = len(sample) // 2
    if half < 8:  # noqa: PLR2004 - too short to tell
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""
