"""A model that is played: it counts what it is asked, and what it says is made of its prompt.

It keeps the claims that it is shown, adds sentences of the evidence to the topics whose words they
share until a topic is as long as the outline lets it be, and repeats claims in summaries and
tables.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.text.figures import WORD, content_words, figures
from rag.text.sentences import sentence_spans
from rag.writing import estimated
from rag.writing.data import as_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rag.types import Forecast
    from rag.writing import Prompt

_BLOCK = re.compile(r'<(evidence|claim) (?:key|id)="(\w+)"([^>]*)>\n(.*?)\n</\1>', re.DOTALL)
_TOPIC = re.compile(r"^Topic ([\w-]+): (.*)\n((?:  .*(?:\n|$))*)", re.MULTILINE)
_STANDING = re.compile(r"^  ([\w-]+): \d+ claims of (\d+) words$", re.MULTILINE)
_LIMIT = re.compile(r"at most (\d+) words")
_EACH = re.compile(r"Of each section at most (\d+)")
_SHORTEST, _LONGEST = 40, 320
"""Characters of a sentence that it takes."""
_OF_A_PASSAGE = 2
_REPLY = 8_000
"""Tokens of the longest reply, for forecasts."""
_ROWS = 12


class Count(NamedTuple):
    """What a call took, in tokens."""

    purpose: str
    told: int
    """The instruction, the task and the schema: the same for every prompt of a section."""
    evidence: int
    claims: int
    """Claims that there are, and what else is said of them."""
    output: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.told + self.evidence + self.claims + self.output


class SimulatedModel:
    """See `rag.writing.Model`. It keeps what each call took in `counts`.

    Args:
        tokens: how many tokens a text has.
        input_tokens: how many a prompt may have.
    """

    name = "simulated"

    def __init__(self, tokens: Callable[[str], int], input_tokens: int) -> None:
        self.input_tokens = input_tokens
        self.counts: list[Count] = []
        self._tokens = tokens

    def at_once(self, _: int) -> int:
        """See `Model.at_once`. One after the other, so that counts come in order."""
        return 1

    def forecast(self, prompt: Prompt) -> Forecast:
        """See `Model.forecast`."""
        return estimated(self, prompt, output_limit=_REPLY)

    def reply(self, prompt: Prompt) -> str:
        """See `Model.reply`."""
        said = json.dumps(_said(prompt), ensure_ascii=False)
        shown = [text for text in prompt.data if text.startswith("<evidence")]
        rest = [text for text in prompt.data if text not in shown]
        fixed = (prompt.system, prompt.fixed, prompt.form_schema)
        sums = [sum(map(self._tokens, some)) for some in (fixed, shown, rest, [said])]
        self.counts.append(Count(prompt.purpose, *sums))
        return said


class _Topic(NamedTuple):
    id: str
    words: frozenset[str]
    limit: int
    is_matches: bool


class _Claim(NamedTuple):
    id: str
    attributes: str
    text: str


def _said(prompt: Prompt) -> dict[str, Any]:
    data = "\n".join(prompt.data)
    found = _BLOCK.findall(data)
    claims = [_Claim(name, told, text) for mark, name, told, text in found if mark == "claim"]
    if prompt.form == "summary":
        most = _EACH.search(prompt.fixed)
        return {"claims": _strongest(claims, int(most[1]) if most else 1)}
    if prompt.form != "draft":
        return {"claims": []}
    topics = [
        _Topic(name, content_words(f"{heading} {told}"), _limit(told), "form: matches" in told)
        for name, heading, told in _TOPIC.findall(prompt.fixed)
    ]
    evidence = [(name, text) for mark, name, _, text in found if mark == "evidence"]
    return {"topics": list(_topics(topics, evidence, claims, data))}


def _limit(told: str) -> int:
    found = _LIMIT.search(told)
    return int(found[1]) if found else 0


def _topics(
    topics: list[_Topic], evidence: list[tuple[str, str]], claims: list[_Claim], data: str
) -> Iterable[dict[str, Any]]:
    lengths = {name: int(words) for name, words in _STANDING.findall(data)}
    own = [item for item in claims if item.id.startswith("C")]
    known = {" ".join(item.text.split()) for item in own}
    headings = {item.id: item for item in topics}
    items: dict[str, list[dict[str, Any]]] = {name: [] for name in headings}
    for claim in own:
        home = _home(claim.text, topics)
        items[home.id].append({"keep": claim.id})
        lengths[home.id] = lengths.get(home.id, 0) + len(WORD.findall(claim.text))
    for key, text in evidence:
        for sentence in _best(text):
            home = _home(sentence, topics)
            words = lengths.get(home.id, 0) + len(WORD.findall(sentence))
            if words <= home.limit and sentence not in known:
                known.add(sentence)
                lengths[home.id] = words
                cited = [{"evidence": key, "quote": sentence}]
                items[home.id].append({"text": sentence, "citations": cited})
    for topic in topics:
        blocks = [{"form": "bullets", "items": items[topic.id]}] if items[topic.id] else []
        if topic.is_matches:
            blocks = _table([item for item in claims if item.id.startswith("O")])
        if blocks:
            yield {"topic": topic.id, "blocks": blocks}


def _home(text: str, topics: list[_Topic]) -> _Topic:
    words = content_words(text)
    fit = [item for item in topics if not item.is_matches]
    return max(fit, key=lambda item: len(words & item.words))


def _best(text: str) -> list[str]:
    """Return the sentences of a passage with most figures that can be claims."""
    parts = (as_written(text[start:end]) for start, end in sentence_spans(text))
    whole = [part for part in parts if "|" not in part and "\n" not in part and "#" not in part]
    fit = [part for part in whole if _SHORTEST <= len(part) <= _LONGEST and part[0].isupper()]
    return sorted(fit, key=lambda part: -len(figures(part)))[:_OF_A_PASSAGE]


def _strongest(claims: list[_Claim], most: int) -> list[str]:
    chosen: dict[str, list[str]] = {}
    for claim in sorted(claims, key=lambda item: -len(figures(item.text))):
        section = claim.attributes.split('section="')[1].split('"')[0]
        if len(chosen.setdefault(section, [])) < most:
            chosen[section].append(claim.id)
    return [name for names in chosen.values() for name in names]


def _table(claims: list[_Claim]) -> list[dict[str, Any]]:
    """Return a table that keeps its rows and fills up with claims that have figures."""
    rows: list[dict[str, Any]] = [
        {"keep": item.id} for item in claims if ' row="' in item.attributes
    ]
    for item in claims:
        told = figures(item.text)
        if told and len(rows) < _ROWS and ' row="' not in item.attributes:
            words = WORD.findall(item.text)
            rows.append({"keep": item.id, "cells": [words[0], words[-1], told[0], item.text]})
    header = ["Element", "Service", "Figure", "What the reference says"]
    return [{"form": "table", "header": header, "items": rows}] if rows else []
