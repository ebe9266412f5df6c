"""The checksums of a bundle, over its canonical form."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.stages.bundle.values import Bundle


def checksum(text: str) -> str:
    """Return the sha256 of a text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def canonical(value: object) -> str:
    """Return a value as JSON whose bytes are the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def seal_of(bundle: Bundle) -> str:
    """Return the checksum of a bundle without its seal."""
    return checksum(canonical(bundle.model_dump(mode="json", exclude={"seal"})))
