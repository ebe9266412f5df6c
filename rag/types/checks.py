"""What a check of the installation came to."""

from __future__ import annotations

from typing import Literal

from rag.types.base import Value

State = Literal["ok", "warning", "failed", "skipped"]


class Check(Value):
    """One thing that was looked at."""

    name: str
    """What: `store`, `embedder`, `credentials`."""
    state: State
    """`warning`: it works, but not as well as it could; `skipped`: it was not looked at."""
    found: str
    """One line, without a final full stop."""
    advice: str = ""
    """What the user can do; empty where nothing has to be done."""
