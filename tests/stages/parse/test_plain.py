"""Plain text: prose is unwrapped, code keeps its lines."""

from __future__ import annotations

import pytest
from stages.parse.laws import SHARED, document, needs_shared, words

WRAPPED = (
    "The extractor takes the main content of a page and\n"
    "leaves out what only dresses it, so that the reader\n"
    "is left with the words of the author alone.\n"
    "\n"
    "A second paragraph follows here.\n"
)


def test_wrapped_prose_is_joined() -> None:
    """Lines broken to fit a width are one line again, paragraphs stay apart."""
    first, second = words(document(WRAPPED, "text/plain"), "paragraph")
    assert first.startswith("The extractor takes the main content of a page and leaves out")
    assert second == "A second paragraph follows here."


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    if x:\n        return 1\n\n    return 2",
        "#include <a.h>\n\n// does nothing\nint main() {\n  return 0;\n}",
        "[server]\nport = 80\nhost = localhost",
        "2024-01-02 10:00:01 INFO started\n2024-01-02 10:00:02 ERROR failed to bind",
        "name: x\nversion: 1\nitems:\n  - a\n  - b",
        "NAME     CPU   MEM\nalpha    1     2\nbeta     3     4",
    ],
)
def test_code_configuration_logs_and_columns_keep_their_lines(code: str) -> None:
    """Text whose lines mean something as lines is one part, verbatim."""
    assert words(document(code, "text/plain"), "code") == [code]


def test_code_between_prose_is_code() -> None:
    """Blocks are told apart; code over blank lines is one part."""
    text = f"{WRAPPED}\nx = f(1);\ny = g(x);\n\nz = h(y);\n\nAnd this ends the text for today.\n"
    found = document(text, "text/plain")
    assert [part.kind for part in found.parts] == ["paragraph", "paragraph", "code", "paragraph"]
    assert words(found, "code") == ["x = f(1);\ny = g(x);\n\nz = h(y);"]


def test_lists_are_items() -> None:
    """Bullets and numbers begin items, which go on over wrapped lines."""
    text = (
        "Things to do today:\n\n* buy the milk and\n  the bread\n* go home\n\n1) first\n2) second\n"
    )
    found = document(text, "text/plain")
    assert words(found, "item") == ["buy the milk and the bread", "go home", "first", "second"]
    assert "1. first\n2. second" in found.text


@needs_shared
def test_real_code_is_one_part_each() -> None:
    """Every file of the code corpus keeps every line."""
    files = sorted((SHARED / "retrieval" / "contextual-code" / "corpus").glob("*.txt"))
    assert files
    for path in files:
        found = document(path.read_bytes(), "text/plain", location=str(path))
        assert [text.strip() for text in words(found)] == [path.read_text("utf-8").strip()]


@needs_shared
@pytest.mark.parametrize(
    "name", ["chatlogs", "finance", "pubmed", "state_of_the_union", "wikitexts"]
)
def test_long_prose_loses_no_word(name: str) -> None:
    """Paragraphs stay apart and every word of the long documents is kept, in order."""
    raw = (SHARED / "retrieval" / "chunking-evaluation" / "corpus" / f"{name}.md").read_bytes()
    found = document(raw, "text/markdown", location=f"{name}.md")
    assert len(found.parts) >= raw.strip().count(b"\n\n")
    assert _letters(found.text) == _letters(raw.decode())


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
