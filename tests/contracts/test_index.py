"""The fake passes the suite of its port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contracts.index import IndexContract
from fakes import FakeIndex

if TYPE_CHECKING:
    from collections.abc import Callable


class TestFakeIndex(IndexContract):
    """FakeIndex is an `Index`."""

    @pytest.fixture
    def open_index(self) -> Callable[[], FakeIndex]:
        """Give a place that holds one index."""
        index = FakeIndex()
        return lambda: index
