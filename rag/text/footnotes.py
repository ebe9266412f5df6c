"""Footnotes of Markdown, as the report writes them: one line each."""

from __future__ import annotations

import re

from rag.text.line_ends import line_ends

MARK = re.compile(r"\[\^(?P<label>[^\]\s]+)\](?!:)")
_DEFINITION = re.compile(r"^\[\^(?P<label>[^\]\s]+)\]:.*$", re.MULTILINE)


def definitions(text: str) -> dict[str, str]:
    """Return the line that defines each footnote, by label; the first counts."""
    found: dict[str, str] = {}
    for match in _DEFINITION.finditer(text):
        found.setdefault(match["label"], match[0].rstrip("\r"))
    return found


def keep_footnotes(text: str, theirs: str) -> str:
    """Return `text` in which each mark has its footnote, if `theirs` has it.

    A user's sentence may keep the mark of a claim that has left the report: its footnote stays,
    so that the passage can still be opened.
    """
    marked = {match["label"] for match in MARK.finditer(text)}
    known = definitions(theirs)
    lacking = [known[label] for label in sorted((marked - definitions(text).keys()) & known.keys())]
    if not lacking:
        return text
    ends = line_ends(text)  # with two kinds of them the file would be another one line by line
    return ends.as_were("\n\n".join((ends.plain(text).rstrip("\n"), *lacking)) + "\n")
