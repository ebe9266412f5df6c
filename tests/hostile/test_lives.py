"""Whatever a user does to report.md between two commands, nothing of his and no claim is lost."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from hostile.edits import EDITS, Edited, Page
from hostile.life import Life

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_STEPS = 24
_TAIL = 40
"""Lines of a life's log that tell how it came to its end."""
_REPORT = """# Report

## Summary

- One has 2 cores.[^a-1]

## Memory

One has 2 cores.[^a-1] Some have more than 3 cores.[^b-2]

- Third has 4 cores.[^c-3]
- Fourth has 5 cores.[^d-4]

| Name | Cores |
| --- | --- |
| Fifth with many | 6 cores[^e-5] |

## References

[^a-1]: One.
"""


def _led(root: Path, seed: int, *, is_prose: bool) -> Counter[str]:
    """Lead one life to its end; return what happened in it."""
    life = Life(root / str(seed), seed, is_prose=is_prose)
    faults = life.lead(_STEPS)
    assert not faults, "\n".join([f"seed {seed}", *life.log[-_TAIL:], *faults])
    return life.played


@pytest.mark.parametrize("edit", dict.fromkeys(EDITS))
def test_an_edit(edit: Callable[[Page], Edited | None]) -> None:
    """Each of them changes a report, and what it adds is there once."""
    changed = 0
    for seed in range(8):
        page = Page(_REPORT, seed, Random(seed))  # noqa: S311 - an edit, no secret
        edited = edit(page)
        assert edited is not None
        assert not edited.note or edited.text.count(edited.note) == 1
        changed += edited.text != _REPORT
    assert changed


@pytest.mark.parametrize("is_prose", [False, True], ids=["extractive", "prose"])
def test_a_life(tmp_path: Path, is_prose: bool) -> None:
    """A few lives, and each of them is a function of its seed."""
    for seed in range(2):
        once = _led(tmp_path / "once", seed, is_prose=is_prose)
        assert once == _led(tmp_path / "again", seed, is_prose=is_prose)


@pytest.mark.slow
@pytest.mark.parametrize("is_prose", [False, True], ids=["extractive", "prose"])
@pytest.mark.parametrize("block", range(8))
def test_many_lives(tmp_path: Path, is_prose: bool, block: int) -> None:
    """The same over many seeds."""
    played = Counter[str]()
    for seed in range(1000 + 10 * block, 1010 + 10 * block):
        played += _led(tmp_path, seed, is_prose=is_prose)
    assert {"compose", "compose one section", "refresh", "retract"} <= played.keys()
    assert len({edit.__name__ for edit in EDITS} & played.keys()) > 10
