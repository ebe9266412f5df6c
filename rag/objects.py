"""Several objects as one source: what stands below one prefix, packed into an archive of tar.

It is an ordinary archive, so that what is kept can be looked into with ordinary tools; what a tar
member cannot say stands in its PAX header (https://pubs.opengroup.org/onlinepubs/9699919799/
utilities/pax.html). The same objects make the same bytes.
"""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

OBJECTS = "application/vnd.rag.objects+tar"
"""The media type of such a source."""
_OURS = "RAG."


class Object(NamedTuple):
    """One of several objects."""

    name: str
    """What tells it from the others: its key below the prefix."""
    location: str
    """Where it stands."""
    content: bytes = b""
    media_type: str = ""
    charset: str = ""
    left_out: str = ""
    """Why it is not among what was read; its content is empty then."""


_SAID = ("location", "media_type", "charset", "left_out")


def pack(objects: Iterable[Object]) -> bytes:
    """Return the objects as one archive, in their order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for item in objects:
            member = tarfile.TarInfo(item.name)
            member.size = len(item.content)
            said = {name: getattr(item, name) for name in _SAID}
            member.pax_headers = {_OURS + name: value for name, value in said.items() if value}
            archive.addfile(member, io.BytesIO(item.content))
    return out.getvalue()


def unpack(content: bytes) -> list[Object]:
    """Return the objects of an archive, in their order.

    Raises:
        ValueError: it is no archive that `pack` made.
    """
    objects = []
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                # A sparse member may claim any size.
                if not member.isreg() or member.issparse() or member.size > len(content):
                    raise ValueError(f"{member.name!r} is no plain file")
                file = archive.extractfile(member)
                said = {name: member.pax_headers.get(_OURS + name, "") for name in _SAID}
                objects.append(Object(member.name, content=file.read() if file else b"", **said))
    except tarfile.TarError as error:
        raise ValueError(str(error)) from error
    return objects
