"""Several objects as one source, and back."""

from __future__ import annotations

import contextlib
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.objects import Object, pack, unpack

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)
OBJECTS = st.lists(
    st.builds(
        Object,
        # A path that ends with a slash names a folder, and none of our objects.
        name=TEXT.map(lambda text: text.rstrip("/") or "x"),
        location=TEXT,
        content=st.binary(max_size=2000),
        media_type=TEXT,
        charset=TEXT,
        left_out=TEXT,
    ),
    max_size=5,
)


@given(OBJECTS)
def test_what_is_packed_comes_back(objects):
    """Whatever names and bytes they have, in their order; the same objects make the same bytes."""
    assert unpack(pack(objects)) == objects
    assert pack(objects) == pack(objects)


@given(st.binary(max_size=3000))
def test_what_is_no_archive_is_named(content):
    """No bytes do harm."""
    with contextlib.suppress(ValueError):
        assert all(isinstance(item, Object) for item in unpack(content))


def test_any_tool_can_look_into_it():
    """It is an ordinary archive."""
    with tarfile.open(fileobj=io.BytesIO(pack([Object("a/b.md", "s3://b/a/b.md", b"x")]))) as found:
        assert found.getnames() == ["a/b.md"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.GNUTYPE_SPARSE, tarfile.DIRTYPE])
def test_what_is_no_plain_file_is_refused(kind):
    """Nor one that claims more bytes than there are."""
    member = tarfile.TarInfo("a")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(ValueError, match="no plain file"):
        unpack(member.tobuf() + bytes(1024))


def test_a_cut_archive_is_refused():
    """Whatever is missing."""
    whole = pack([Object("a", "s3://b/a", b"x" * 5000)])
    with pytest.raises(ValueError, match=r"\w"):
        unpack(whole[:1500])
