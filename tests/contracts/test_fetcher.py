"""The fake passes the suite of its port."""

from __future__ import annotations

import pytest
from contracts.fetcher import MAX_BYTES, FetcherContract
from fakes import FakeFetcher


class FakePlace:
    """A dictionary."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.fetcher = FakeFetcher(self.pages, max_bytes=MAX_BYTES)

    def put(self, name: str, content: bytes) -> str:
        """See `Place.put`."""
        self.pages[f"fake/{name}"] = content
        return f"fake/{name}"


class TestFakeFetcher(FetcherContract):
    """FakeFetcher is a `Fetcher`."""

    @pytest.fixture
    def place(self) -> FakePlace:
        """Give a place of no documents."""
        return FakePlace()


def test_it_keeps_what_it_was_asked_for():
    """A flow's test can tell what was fetched, and how often."""
    fetcher = FakeFetcher({"a": b"words"})
    fetcher.fetch("key", "a")
    fetcher.fetch("key", "b")
    assert fetcher.asked == ["a", "b"]
