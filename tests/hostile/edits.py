"""What a user does to report.md by hand, at random: notes, deletions, rewordings, moves."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_PARAGRAPH = re.compile(r"(?:[^\n]+(?:\n|$))+")
_CLAIM_END = re.compile(r"(?:\[\^[^\]\s]+\])+")
_WORD = re.compile(r"\b[a-z]{4,}\b(?![^\[]*\])")
_NOT_OWN = ("## Summary", "## References", "## Where the references disagree")
"""Sections that are made of the others: what stands there is a copy."""
_WAYS = ("here", "(see 3.2)", "of 12 GB", "*so*", "a.b")


class Edited(NamedTuple):
    """A report with one edit, and what the user wrote into it: it must never be lost."""

    text: str
    note: str = ""


class Page:
    """A report as its user sees it: lines, and paragraphs that claims stand in.

    Args:
        text: the report, its lines ended by line feeds.
        number: tells the notes apart.
        chance: decides on everything.
    """

    def __init__(self, text: str, number: int, chance: Random) -> None:
        self.text = text
        self.number = number
        self.chance = chance
        self.note = f"Note{number} of mine {chance.choice(_WAYS)} q{number}"
        self.lines = text.split("\n")
        self.own = self._own()
        """Numbers of the lines with claims of a section's own."""
        own = {self.lines[number] for number in self.own}
        spans = [match.span() for match in _PARAGRAPH.finditer(text)]
        self.paragraphs = [(a, b) for a, b in spans if not text.startswith("[^", a)]
        self.claims = [(a, b) for a, b in self.paragraphs if own & set(text[a:b].split("\n"))]

    def _own(self) -> list[int]:
        found, is_own = [], False
        for number, line in enumerate(self.lines):
            if line.startswith("## "):
                is_own = line not in _NOT_OWN
            if is_own and "[^" in line and not line.startswith("[^"):
                found.append(number)
        return found

    def with_line(self, number: int, *lines: str) -> str:
        """Return the text with other lines in the place of one."""
        return "\n".join([*self.lines[:number], *lines, *self.lines[number + 1 :]])

    def behind(self, span: tuple[int, int], words: str) -> str:
        """Return the text with a paragraph of the user's behind one of it."""
        return f"{self.text[: span[1]].rstrip()}\n\n{words}\n\n{self.text[span[1] :].lstrip()}"


def note_line(page: Page) -> Edited | None:
    """Write a line anywhere, but into a table, which it would end, a footnote or a heading."""
    places = [
        at
        for at in range(1, len(page.lines))
        if not page.lines[at - 1].startswith(("|", "[^", "#"))
        and not page.lines[at].startswith("|")
    ]
    at = page.chance.choice(places)
    return Edited(page.with_line(at, page.note, page.lines[at]), page.note)


def note_paragraph(page: Page) -> Edited | None:
    """Write a paragraph of one's own."""
    return Edited(page.behind(page.chance.choice(page.paragraphs), page.note), page.note)


def note_heading(page: Page) -> Edited | None:
    """Write a heading over a paragraph."""
    start = page.chance.choice(page.claims)[0]
    heading = f"{'#' * page.chance.randint(3, 4)} {page.note}"
    return Edited(f"{page.text[:start]}{heading}\n\n{page.text[start:]}", heading)


def note_table(page: Page) -> Edited | None:
    """Write a table of one's own."""
    table = f"| {page.note} | x |\n|---|---|\n| r{page.number} | y |"
    return Edited(page.behind(page.chance.choice(page.claims), table), table)


def note_bullet(page: Page) -> Edited | None:
    """Write an item into a list."""
    return _beside(page, "- ", f"- {page.note}")


def note_row(page: Page) -> Edited | None:
    """Write a row into a table."""
    return _beside(page, "|", f"| {page.note} | x |")


def _beside(page: Page, start: str, note: str) -> Edited | None:
    near = [at for at in page.own if page.lines[at].startswith(start)]
    if not near:
        return None
    at = page.chance.choice(near)
    lines = [page.lines[at], note]
    page.chance.shuffle(lines)
    return Edited(page.with_line(at, *lines), note)


def note_sentence(page: Page) -> Edited | None:
    """Write a sentence before a claim, between two or behind one."""
    near = [at for at in page.own if not page.lines[at].startswith("|")]
    if not near:
        return None
    at = page.chance.choice(near)
    line = page.lines[at]
    note = f"{page.note}."
    place = page.chance.choice([2 * line.startswith(("- ", "> ")), *_ends(line)])
    before, behind = line[:place].rstrip(" "), line[place:].lstrip(" ")
    return Edited(page.with_line(at, " ".join(filter(None, (before, note, behind)))), note)


def delete_claim(page: Page) -> Edited | None:
    """Take out a claim, its line if it is alone on it."""
    at = page.chance.choice(page.own)
    line = page.lines[at]
    ends = _ends(line)
    if len(ends) == 1 or line.startswith("|"):
        return Edited(page.with_line(at))
    which = page.chance.randrange(1, len(ends))
    return Edited(page.with_line(at, line[: ends[which - 1]] + line[ends[which] :]))


def delete_paragraph(page: Page) -> Edited | None:
    """Take out a paragraph, a list or a table."""
    start, end = page.chance.choice(page.claims)
    return Edited(page.text[:start] + page.text[end:].lstrip("\n"))


def delete_section(page: Page) -> Edited | None:
    """Take out a section with all that is in it."""
    heads = [match.start() for match in re.finditer(r"^## ", page.text, re.MULTILINE)]
    own = [
        (start, end) for start, end in pairwise(heads) if not page.text.startswith(_NOT_OWN, start)
    ]
    if not own:
        return None
    start, end = page.chance.choice(own)
    return Edited(page.text[:start] + page.text[end:])


def reword(page: Page) -> Edited | None:
    """Write another word into a claim."""
    at = page.chance.choice(page.own)
    words = list(_WORD.finditer(page.lines[at]))
    if not words:
        return None
    word, line = page.chance.choice(words), page.lines[at]
    new = f"reword{page.number}x"
    return Edited(page.with_line(at, line[: word.start()] + new + line[word.end() :]), new)


def move_paragraph(page: Page) -> Edited | None:
    """Put a paragraph behind another one of its kind of section."""
    if len(page.claims) == 1:
        return None
    (start, end), to = page.chance.sample(page.claims, 2)
    moved = page.text[start:end].strip()
    if to[1] > start:
        return Edited(page.behind(to, moved).replace(f"{moved}\n\n", "", 1))
    rest = page.text[:start] + page.text[end:].lstrip("\n")
    return Edited(Page(rest, page.number, page.chance).behind(to, moved))


def copy_paragraph(page: Page) -> Edited | None:
    """Put a copy of a paragraph behind it."""
    span = page.chance.choice(page.claims)
    return Edited(page.behind(span, page.text[slice(*span)].strip()))


def split_paragraph(page: Page) -> Edited | None:
    """Make two paragraphs of one."""
    near = [
        at
        for at in page.own
        if not page.lines[at].startswith(("|", "-", ">")) and len(_ends(page.lines[at])) > 1
    ]
    if not near:
        return None
    at = page.chance.choice(near)
    line = page.lines[at]
    end = page.chance.choice(_ends(line)[:-1])
    return Edited(page.with_line(at, line[:end], "", line[end:].strip()))


def reorder_list(page: Page) -> Edited | None:
    """Put the items of a list into another order."""
    lists = [
        span for span in page.claims if re.fullmatch(r"(?:- .*\n){2,}", page.text[slice(*span)])
    ]
    if not lists:
        return None
    start, end = page.chance.choice(lists)
    items = page.text[start:end].splitlines(keepends=True)
    page.chance.shuffle(items)
    return Edited(page.text[:start] + "".join(items) + page.text[end:])


def _ends(line: str) -> list[int]:
    """Return where the claims of a line end."""
    return [match.end() for match in _CLAIM_END.finditer(line)]


EDITS: tuple[Callable[[Page], Edited | None], ...] = (
    note_line,
    note_paragraph,
    note_heading,
    note_table,
    note_bullet,
    note_row,
    note_sentence,
    note_sentence,
    delete_claim,
    delete_paragraph,
    delete_section,
    reword,
    move_paragraph,
    copy_paragraph,
    split_paragraph,
    reorder_list,
)
"""Every edit; sentences between claims are what is lost most easily."""
