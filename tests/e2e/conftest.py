"""What both end-to-end tests ask of a composed project."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from rag.adapters.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MARK = re.compile(r"\[\^([\w.-]+)\](?!:)")
_DEFINITION = re.compile(r"^\[\^([\w.-]+)\]: \[.+\]\(.+\).*: “.+”$", re.MULTILINE)


def _grounded(root: Path) -> int:
    with closing(Store(root / "store")) as store:
        edition = store.latest()
        assert edition
        sections = edition.sections
        cited = [item for part in sections for claim in part.claims for item in claim.citations]
        for item in cited:
            document = store.document(item.document_id)
            assert document.text[item.start : item.end] == item.quote, item.label
    text = (root / "report.md").read_text(encoding="utf-8")
    assert text == edition.text
    defined = _DEFINITION.findall(text)
    assert len(defined) == len(set(defined))
    assert set(_MARK.findall(text)) == set(defined) == {item.label for item in cited}
    return len(cited)


@pytest.fixture(scope="session")
def grounded() -> Callable[[Path], int]:
    """Check a project's report; return how many citations it has.

    Every quote stands in its document at its offsets, the file is what was committed, every
    footnote has one definition, and every definition a mark.
    """
    return _grounded
