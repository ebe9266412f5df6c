"""Patterns made of lists of phrases."""

from __future__ import annotations

import re


def any_of(*phrases: str) -> str:
    """Return a pattern's text that matches any of the phrases."""
    return "(?:" + "|".join(phrases) + ")"


def begins(*phrases: str) -> re.Pattern[str]:
    """Return a pattern that matches a text which begins with any of the phrases."""
    return re.compile(rf"{any_of(*phrases)}\b", re.IGNORECASE)


def has(*phrases: str) -> re.Pattern[str]:
    """Return a pattern that finds any of the phrases where a word begins."""
    return re.compile(rf"\b{any_of(*phrases)}", re.IGNORECASE)
