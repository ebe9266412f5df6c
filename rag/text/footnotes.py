"""Footnotes of Markdown, as the report writes them: one line each."""

from __future__ import annotations

import re

MARK = re.compile(r"\[\^(?P<label>[^\]\s]+)\](?!:)")
_DEFINITION = re.compile(r"^\[\^(?P<label>[^\]\s]+)\]:.*$", re.MULTILINE)


def keep_footnotes(text: str, theirs: str) -> str:
    """Return `text` in which each mark has its footnote, if `theirs` has it.

    A user's sentence may keep the mark of a claim that has left the report: its footnote stays,
    so that the passage can still be opened.
    """
    defined = {match["label"] for match in _DEFINITION.finditer(text)}
    marked = {match["label"] for match in MARK.finditer(text)}
    known = {match["label"]: match[0] for match in _DEFINITION.finditer(theirs)}
    lacking = [known[label].rstrip("\r") for label in sorted(marked - defined) if label in known]
    return text.rstrip("\n") + "\n\n" + "\n\n".join(lacking) + "\n" if lacking else text
