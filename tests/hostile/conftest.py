"""What hostile writers play with."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostile.documents import orders


@pytest.fixture(scope="session")
def attacks() -> list[str]:
    """Orders to plant in documents: the real ones too, where they are beside the checkout."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    return orders(folder if folder.is_dir() else None)
