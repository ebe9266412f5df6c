"""The whole gate as the claim of a free writer meets it, with the score left open.

A labelled pair is put to the gates that `rag compose` uses, its evidence cited whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.stages.verify.gates import against, ground, strange_names
from rag.stages.verify.rules import Rules
from rag.types import Citation, Claim, Document, Part, claim_id, digest

if TYPE_CHECKING:
    from benchmarks.support.data import Pair

_TITLE = "-"
"""A document's title counts as words around a passage; the labelled sets have none."""
_NOT_COUNTED = frozenset({"number_absent", "quote_absent"})
"""A supported claim that falls by these is no claim of the goal: its evidence lacks its words."""


class Gate(NamedTuple):
    """What the gates that need no scorer say of a pair."""

    holds: bool
    """Whether the claim's figures and quoted words stand in the evidence."""
    falls: bool
    """Whether it falls whatever its score: by a known name, or torn off a sentence."""
    is_named: bool
    """Whether it has another name that the evidence lacks, so that more support is asked."""


def gate(pair: Pair, names: tuple[tuple[str, ...], ...]) -> Gate:
    """Return what the gates say of a pair.

    Args:
        pair: a claim with its evidence.
        names: the names of the field, as the config has them.
    """
    rules, document = Rules(names=names), _document(pair.evidence)
    citation = Citation(
        label="e1",
        reference_key="e",
        document_id=document.id,
        start=0,
        end=len(document.text),
        quote=document.text,
    )
    claim = Claim(id=claim_id(pair.claim, ()), text=pair.claim, citations=(citation,))
    grounds = [ground(citation, document)]
    verdicts = {verdict for verdict, _ in against(claim, grounds, rules)}
    return Gate(
        holds=not verdicts & _NOT_COUNTED,
        falls=bool(verdicts),
        is_named=bool(strange_names(claim, grounds, rules)),
    )


def _document(text: str) -> Document:
    part = Part(kind="paragraph", start=0, end=len(text))
    return Document(id=digest(text), source_sha256="", title=_TITLE, text=text, parts=(part,))
