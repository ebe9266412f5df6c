"""Evidence and claims → marked blocks of a prompt, out of which no text can break.

What stands in a block is data. A `<` that could begin a mark of ours, or a control token of some
model's template, is written as an entity, such as `&lt;`, and so is what looks like it. What was
such an entity already is written `&amp;lt;`: so `as_written` takes back exactly what was done,
whatever the text, in what the model quotes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import CheckedBlock, Claim, Evidence, Exchange, Rejected

_ENTITIES = {
    "<": "lt",
    "＜": "#65308",
    "﹤": "#65124",
    "〈": "#12296",
    "‹": "#8249",
    '"': "quot",
}
_MARK = re.compile(r"[<＜﹤〈‹](?=[\s\u200b-\u200f\u2060\ufeff]*(?:[^\W\d_]|[/\\|!?]))")
_ONE = rf"(?:{'|'.join(_ENTITIES.values())});"
_LOOKS_WRITTEN = re.compile(rf"&(?=(?:amp;)*{_ONE})")
"""An `&` that would be taken for ours."""
_WRITTEN = re.compile(rf"&(?:(?P<name>{_ONE})|amp;(?=(?:amp;)*{_ONE}))")
_CHARACTERS = {f"{name};": character for character, name in _ENTITIES.items()}
_LONGEST = 300
"""Characters of an attribute: a title is shorter."""


def evidence_block(item: Evidence) -> str:
    """Return a passage with its key, where it stands, and to whom its words may be ascribed."""
    document, chunk = item.document, item.chunk
    parts = [p for p in document.parts if p.start < chunk.end and chunk.start < p.end]
    speakers = list(dict.fromkeys(part.speaker for part in parts if part.speaker))
    told = {
        "key": item.key,
        "reference": item.reference.key,
        "title": document.title or item.reference.title,
        "date": document.date,
        "place": " › ".join(name for name in chunk.headings if name != document.title),
        "said_by": "; ".join(speakers),
        "read_for": item.reference.instruction,
    }
    return block("evidence", told, chunk.text)


def claim_block(name: str, claim: Claim, home: CheckedBlock, **told: str) -> str:
    """Return a claim of the report with the id that the prompt gives it, and its form."""
    told = {"id": name, **told, "form": home.form}
    if claim.cells:
        told["columns"] = " | ".join(home.header)
    if claim.attribution:
        told["said_by"] = claim.attribution
    return block("claim", told, " | ".join(claim.cells) or claim.words)


def fallen_block(number: int, item: Rejected) -> str:
    """Return a claim that fell, with the verdict against it."""
    claim = item.claim
    quotes = [f"{cited.evidence}: {cited.quote}" for cited in claim.citations]
    words = " | ".join(claim.cells) or claim.text
    said = "\n".join([words, *([claim.calculation] if claim.calculation else []), *quotes])
    told = {"number": str(number), "verdict": item.verdict, "why": item.reason}
    if claim.cells:
        told["cells"] = str(len(claim.cells))
    return block("fallen", told, said)


def earlier_block(item: Exchange) -> str:
    """Return a question that was asked before, with what of its answer held."""
    said = [f"- {claim.words}" for claim in item.claims] or ["(no answer)"]
    return block("earlier", {}, "\n".join([item.question, *said]))


def block(mark: str, told: dict[str, str], text: str) -> str:
    """Return a text between marks; attributes that are empty are left out."""
    names = "".join(f' {name}="{attribute(value)}"' for name, value in told.items() if value)
    return f"<{mark}{names}>\n{neutral(text)}\n</{mark}>"


def neutral(text: str) -> str:
    """Return a text in which nothing looks like a mark; `as_written` is its inverse."""
    return _MARK.sub(lambda found: _entity(found[0]), _LOOKS_WRITTEN.sub("&amp;", text))


def as_written(words: str) -> str:
    """Return words that a model copied from a block as they stand in the document."""
    return _WRITTEN.sub(lambda found: _CHARACTERS.get(found["name"], "&"), words)


def _entity(character: str) -> str:
    return f"&{_ENTITIES[character]};"


def attribute(value: str) -> str:
    """Return a text as one line that is data, too: without a mark or a quotation mark."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return re.sub('[<"]', lambda found: _entity(found[0]), neutral(line[:_LONGEST]))
