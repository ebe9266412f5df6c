"""Compressed bytes, as they come → the bytes that they stand for, whole.

What fetchers share: each member of a gzip is read, and a body that is cut off is no whole one.
"""

from __future__ import annotations

import zlib

GZIP = frozenset({"gzip", "x-gzip"})
DEFLATE = "deflate"
_GZIP_BITS = 16 + zlib.MAX_WBITS
_MEMBER = b"\x1f\x8b"


class Decompressor:
    """Decodes one body; feed it the parts in order.

    Args:
        coding: one of `GZIP`, or `DEFLATE`, with or without its header: servers send both.
        most: no more bytes are decoded than one beyond this, however much would come.
    """

    def __init__(self, coding: str, most: int) -> None:
        self._bits = _GZIP_BITS if coding in GZIP else zlib.MAX_WBITS
        self._decoder = zlib.decompressobj(self._bits)
        self._left = most + 1
        self._begun = False

    @property
    def is_cut_off(self) -> bool:
        """Whether more should have come."""
        return self._begun and not self._decoder.eof

    def feed(self, data: bytes) -> bytes:
        """Return what `data` adds.

        Raises:
            zlib.error: the data is not what it is said to be.
        """
        decoded = bytearray()
        while data and self._left > 0:
            if self._decoder.eof:
                if self._bits != _GZIP_BITS or data[:2] != _MEMBER[: len(data)]:
                    break  # padding behind the end says nothing
                self._decoder = zlib.decompressobj(self._bits)
            part = self._decompressed(data)
            decoded += part
            self._left -= len(part)
            data = self._decoder.unused_data
        return bytes(decoded)

    def _decompressed(self, data: bytes) -> bytes:
        begun, self._begun = self._begun, True
        try:
            return self._decoder.decompress(data, self._left)
        except zlib.error:
            if begun or self._bits != zlib.MAX_WBITS:
                raise
        self._bits = -zlib.MAX_WBITS  # deflate without a header
        self._decoder = zlib.decompressobj(self._bits)
        return self._decoder.decompress(data, self._left)
