"""The labelled sets, and claims made by program, as pairs of a claim and its evidence."""

from __future__ import annotations

import json
import re
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.support.edits import KINDS, names_in, reworded
from rag.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SETS = ("attributionbench-dev", "wice-dev", "summedits-dev")
TRUE = "true, reworded"
_SEED = 7
_SHORTEST, _LONGEST = 40, 300
"""Characters of a sentence that is edited."""
_CONTEXT = 3
"""Paragraphs that stand as the passage of a sentence: its own and those around it."""


class Pair(NamedTuple):
    """A claim with its evidence, and whether that supports it."""

    source: str
    """The set it is of."""
    kind: str
    """The kind of edit; empty for what people labelled."""
    claim: str
    evidence: str
    supported: bool


def load(folder: Path, sample: int) -> list[Pair]:
    """Return the pairs of the labelled sets, or `sample` of each, chosen by a fixed seed."""
    pairs = []
    for name in SETS:
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        items = [json.loads(line) for line in lines]
        if sample:
            items = Random(_SEED).sample(items, min(sample, len(items)))
        pairs += [
            Pair(name, "", item["claim"], "\n".join(item["evidence"]), item["supported"])
            for item in items
        ]
    return pairs


def edited_evidence(pairs: Sequence[Pair], each: int) -> list[Pair]:
    """Return sentences of the evidence, reworded or made false: `each` of every kind a set."""
    made = []
    for name in SETS:
        texts = sorted({pair.evidence for pair in pairs if pair.source == name})
        places = [(sentence, text) for text in texts for sentence in _sentences(text)]
        made += _edited(name, places, each)
    return made


def edited_references(folder: Path, each: int) -> list[Pair]:
    """Return sentences of the documents, reworded or made false: `each` of every kind."""
    places = []
    for path in sorted(folder.glob("*.md")):
        blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
        paragraphs = [" ".join(block.split()) for block in blocks]
        for at, paragraph in enumerate(paragraphs):
            around = "\n".join(paragraphs[max(0, at - _CONTEXT // 2) : at + 1 + _CONTEXT // 2])
            places += [(sentence, around) for sentence in _sentences(paragraph)]
    return _edited("references", places, each)


def _edited(source: str, places: Sequence[tuple[str, str]], each: int) -> list[Pair]:
    names = names_in([sentence for sentence, _ in places])
    made = []
    for kind, edit in KINDS.items():
        rng = Random(f"{_SEED} {kind}")
        found = _tried(places, rng, lambda text, rng=rng, edit=edit: edit(text, rng, names))
        made += [Pair(source, kind, *item, supported=False) for item in islice(found, each)]
    rng = Random(f"{_SEED} {TRUE}")
    found = _tried(places, rng, lambda text: reworded(text, rng))
    made += [Pair(source, TRUE, *item, supported=True) for item in islice(found, each * len(KINDS))]
    return made


def _tried(
    places: Sequence[tuple[str, str]], rng: Random, edit: object
) -> Iterator[tuple[str, str]]:
    for sentence, text in rng.sample(list(places), len(places)):
        changed = edit(sentence)  # type: ignore[operator]
        # A claim that still stands in the text word for word was not made false.
        if changed != sentence and " ".join(changed.split()) not in " ".join(text.split()):
            yield changed, text


def _sentences(text: str) -> list[str]:
    return [
        line[start:end]
        for line in text.split("\n")
        if line.strip()
        for start, end in sentence_spans(line)
        if _SHORTEST < end - start < _LONGEST and " " in line[start:end]
    ]
