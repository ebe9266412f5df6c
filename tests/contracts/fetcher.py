"""What every `Fetcher` does, on the fake and on the real adapters."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

import pytest

from rag.types import Fetched, NotModified, Skipped

if TYPE_CHECKING:
    from rag.ports import Fetcher

MAX_BYTES = 1000


class Place(Protocol):
    """Where documents lie that the fetcher under test can reach."""

    fetcher: Fetcher
    """It takes at most `MAX_BYTES`."""

    def put(self, name: str, content: bytes) -> str:
        """Lay a document down, or replace it, and return its location."""
        ...


class FetcherContract:
    """The suite. A subclass gives the fixture `place`."""

    @pytest.mark.parametrize("content", [b"words\r\n", b"\xff\x00\xfe", b"a" * MAX_BYTES])
    def test_bytes_arrive_as_they_are(self, place: Place, content: bytes) -> None:
        """The content is byte for byte what lies there, with its checksum and size."""
        location = place.put("a.txt", content)
        fetched = place.fetcher.fetch("key", location)
        assert isinstance(fetched, Fetched)
        assert fetched.content == content
        assert fetched.source.sha256 == sha256(content).hexdigest()
        assert fetched.source.size == len(content)
        assert fetched.source.location == location

    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("a.html", "text/html"),
            ("a.md", "text/markdown"),
            ("a.pdf", "application/pdf"),
            ("a.vtt", "text/vtt"),
            ("a", ""),
        ],
    )
    def test_the_media_type_is_told(self, place: Place, name: str, media_type: str) -> None:
        """The media type is what the place says, and empty where it says nothing."""
        fetched = place.fetcher.fetch("key", place.put(name, b"words"))
        assert isinstance(fetched, Fetched)
        assert fetched.source.media_type == media_type

    def test_a_second_look_gives_the_same(self, place: Place) -> None:
        """The same place gives the same value twice."""
        location = place.put("a.txt", b"words")
        assert place.fetcher.fetch("key", location) == place.fetcher.fetch("key", location)

    def test_what_did_not_change_is_not_read_again(self, place: Place) -> None:
        """Given what was read last time, an unchanged place is `NotModified`, a changed one new."""
        location = place.put("a.txt", b"words")
        first = place.fetcher.fetch("key", location)
        assert isinstance(first, Fetched)
        assert isinstance(place.fetcher.fetch("key", location, first.source), NotModified)
        place.put("a.txt", b"other words")
        second = place.fetcher.fetch("key", location, first.source)
        assert isinstance(second, Fetched)
        assert second.content == b"other words"

    def test_an_absent_document_is_skipped(self, place: Place) -> None:
        """What is not there is named in one line with its location, and said to be gone."""
        location = place.put("a.txt", b"words") + "-absent"
        skipped = place.fetcher.fetch("the-key", location)
        assert isinstance(skipped, Skipped)
        assert (skipped.subject, skipped.stage) == ("the-key", "fetch")
        assert location in skipped.reason
        assert "\n" not in skipped.reason
        assert skipped.gone

    def test_an_empty_document_is_skipped(self, place: Place) -> None:
        """No bytes are no document."""
        assert isinstance(place.fetcher.fetch("key", place.put("a.txt", b"")), Skipped)

    def test_a_document_over_the_cap_is_skipped(self, place: Place) -> None:
        """One byte too many is skipped, and the line names the setting."""
        location = place.put("a.txt", b"a" * (MAX_BYTES + 1))
        skipped = place.fetcher.fetch("key", location)
        assert isinstance(skipped, Skipped)
        assert "fetch.max_bytes = 1,000" in skipped.reason

    @pytest.mark.parametrize(
        "location",
        [
            "",
            "\0",
            "a\0b",
            "\n",
            "http://",
            "https:///x",
            "http://[::1",
            "http://h:99999/",
            "gopher://h/",
        ],
    )
    def test_nonsense_is_skipped(self, place: Place, location: str) -> None:
        """Whatever is no location at all is skipped in one line that can be printed."""
        skipped = place.fetcher.fetch("key", location)
        assert isinstance(skipped, Skipped)
        assert skipped.reason.isprintable()
