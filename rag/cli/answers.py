"""An answer on the screen: each claim when it is verified, then the sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from rag.cli.screen import say
from rag.flows.ask import NO_ANSWER

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.flows.ask import Answer, Answered, SourceNote


class _Place(NamedTuple):
    """What a number in brackets stands for."""

    title: str
    where: str
    link: str


class Page:
    """What of an answer was shown, with the numbers of its sources."""

    def __init__(self) -> None:
        self.sources: dict[str, SourceNote] = {}
        """By label, in the order in which they were cited."""
        self._numbers: dict[_Place, int] = {}

    def show(self, item: Answered) -> None:
        """Print a claim with the numbers of its sources; a new place gets the next number."""
        labels = {source.label: source for source in item.sources}
        self.sources |= labels
        claim = item.claim
        cited = [self.number(labels[citation.label]) for citation in claim.citations]
        marks = "".join(f"[{number}]" for number in dict.fromkeys(cited))
        said = f"“{claim.text}” ({claim.attribution})" if claim.attribution else claim.words
        say(f"- {_printable(said)} {marks}")

    def number(self, source: SourceNote) -> int:
        """Return the number of the place where a source stands."""
        place = _Place(source.title, source.where, source.link)
        return self._numbers.setdefault(place, len(self._numbers) + 1)

    def close(self) -> None:
        """Print the sources that the numbers stand for."""
        if self._numbers:
            say("")
        for place, number in self._numbers.items():
            where = f", {place.where}" if place.where else ""
            say(f"[{number}] {place.title}{where}\n    {_from_here(place.link)}")


def _from_here(link: str) -> str:
    """Return where a file stands from the working folder; what is elsewhere as it is."""
    here = Path.cwd().parts
    steps = link.split("/", len(here))  # a link has blanks and letters such as ü percent-encoded
    inside = len(steps) > len(here) and [unquote(step) for step in steps[1:-1]] == [*here[1:]]
    return steps[-1] if inside else link


def show_answer(ask: Callable[..., Answer], page: Page | None = None) -> Answer:
    """Print an answer as it comes; return it.

    What was shown stays, with its sources, even if the rest never comes.

    Args:
        ask: `rag.flows.ask.ask` with all that it needs but `show`.
        page: where it is shown; one of its own if None.
    """
    page = page or Page()
    try:
        answer = ask(show=page.show)
    finally:
        page.close()
    if answer.refused:
        say(NO_ANSWER)
    return answer


def _printable(words: str) -> str:
    """Return words on one line, without what would steer a terminal."""
    line = " ".join(words.split())
    return "".join(char for char in line if char.isprintable())
