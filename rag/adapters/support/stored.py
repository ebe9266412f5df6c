"""`weights.json` as it lies in the package: its version can be told before anything is loaded."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

THRESHOLD = 0.1
"""What the weakest accepted claim scores at least: see `Model.score`."""


@cache
def stored() -> dict[str, Any]:
    """Return the content of `weights.json`, whose `version` is a digest of the two models."""
    text = files("rag.adapters.support").joinpath("weights.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
