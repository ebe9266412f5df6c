"""Which words of a report come from the outline: they state nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.stages.readback.inline import inline_words, parser, runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.types import Outline, SectionSpec

REFERENCES = "References"
"""The heading that `render` puts over the list of references."""


class Known:
    """The outline's words as a reader sees them, and what they are.

    Args:
        outline: titles, headings and lead-ins, in Markdown.
    """

    def __init__(self, outline: Outline) -> None:
        self._titles: dict[str, list[SectionSpec]] = {}
        for spec in outline.sections:
            self._titles.setdefault(inline_words(spec.title), []).append(spec)
        topics = [topic for spec in outline.sections for topic in spec.topics]
        self._title = inline_words(outline.title)
        self._subtitle = inline_words(outline.subtitle)
        self._leads = _seen(
            [*(spec.title for spec in outline.sections), *(item.lead_in for item in topics)]
        )
        self._headings = {inline_words(topic.heading): topic.heading for topic in topics}
        self._matches = {topic.heading for topic in topics if topic.form == "matches"}
        self._section_leads = {spec.id: _seen([spec.lead_in]) for spec in outline.sections}
        self._met: Counter[str] = Counter()

    def section(self, words: str) -> SectionSpec | None:
        """Return the section of that title; where several have it, each in its turn."""
        specs = self._titles.get(words)
        if not specs:
            return None
        self._met[words] += 1
        return specs[min(self._met[words], len(specs)) - 1]

    def heading(self, words: str) -> str:
        """Return the topic heading that is seen so, as the outline writes it; empty if none."""
        return self._headings.get(words, "")

    def lead_in(self, words: str) -> str:
        """Return the lead-in of a block that is seen so, as the outline writes it."""
        return self._leads.get(words, "")

    def is_top(self, words: str) -> bool:
        """Whether the words are the report's title or subtitle."""
        return words in {self._title, self._subtitle}

    def opening(self, section_id: str) -> set[str]:
        """Return what the section's own lead-in is seen as, line by line."""
        return set(self._section_leads.get(section_id, ()))

    def is_matches(self, heading: str) -> bool:
        """Whether tables under the heading repeat claims of other sections, in the last cell."""
        return heading in self._matches


def _seen(markdown: Iterable[str]) -> dict[str, str]:
    """Return, for Markdown of any shape, each line's words as seen, with the whole it is of."""
    seen = {}
    for text in markdown:
        for token in parser().parse(text):
            if token.type == "inline":
                words = "".join(run.text for run in runs(token.children or ()))
                seen[" ".join(words.split())] = text
        if text:
            seen[inline_words(text)] = text
    return seen
