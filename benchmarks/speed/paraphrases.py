"""A report of paraphrases alone: what takes longest to verify."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.store import Store
from rag.text.labels import footnote_label
from rag.text.sentences import statement_spans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WORDS = re.compile(r"[A-Z][\w ,.%$’'-]*\.")
"""A sentence that needs no escape in Markdown."""
_FEWEST, _MOST = 12, 40  # words of a sentence
_SYNONYMS = (
    (" and ", " as well as "),
    (" because ", " since "),
    (" with ", " together with "),
    (" often ", " frequently "),
    (" use ", " make use of "),
    (" but ", " yet "),
)


class Passage(NamedTuple):
    """A sentence and where it stands."""

    key: str
    title: str
    location: str
    words: str


def write_report(project: Path, number: int) -> tuple[int, int]:
    """Write a report of so many claims on the references of a project, none of them verbatim.

    Args:
        project: its references are ingested.
        number: of claims; fewer if the references have no more sentences.

    Returns:
        How many claims and words it has.
    """
    found = list(_sentences(project))
    step = max(1.0, len(found) / number)
    chosen = [found[int(at * step)] for at in range(min(number, len(found)))]
    claims, notes = [], {}
    for item in chosen:
        label = footnote_label(item.key, item.words)
        claims.append(f"{_paraphrased(item.words)}[^{label}]")
        notes[label] = f"[^{label}]: [{item.title}]({item.location}): “{item.words}”"
    lines = ["# Paraphrases", "## Training", *claims, *notes.values()]
    (project / "report.md").write_text("\n\n".join(lines) + "\n", "utf-8")
    return len(claims), sum(len(claim.split()) for claim in claims)


def _sentences(project: Path) -> Iterator[Passage]:
    """Yield the sentences of which the program can make paraphrases, each once."""
    store = Store(project / "store")
    seen = set()
    for key, item in sorted(store.ingested().items()):
        document = store.document(item.document_id)
        for part in document.parts:
            for start, end in statement_spans(document.text, part.start, part.end):
                words = document.text[start:end]
                is_fit = _FEWEST <= len(words.split()) <= _MOST and _WORDS.fullmatch(words)
                if is_fit and words not in seen and _paraphrased(words) != words:
                    seen.add(words)
                    yield Passage(key, document.title, item.reference.locator, words)


def _paraphrased(words: str) -> str:
    for word, synonym in _SYNONYMS:
        words = words.replace(word, synonym)
    return words
