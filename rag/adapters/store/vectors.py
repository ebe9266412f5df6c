"""Vectors as the database keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.ports import Vector


def packed(vector: Vector) -> bytes:
    """Return a vector as bytes: floats of four bytes each."""
    return vector.astype("float32", copy=False).tobytes()


def unpacked(content: bytes) -> Vector:
    """Return the vector of these bytes."""
    import numpy as np  # here: what asks for no vector, as `rag verify`, need not wait for it

    return np.frombuffer(content, np.float32)
