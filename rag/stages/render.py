"""Sections and their claims → the report's Markdown, and an answer's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from rag.text.markdown import anchor, cell, escape, text_fragment
from rag.types import Document, Part, Reference, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.types import CheckedBlock, Citation, Claim, Outline, Section


_SPEAKER = r"(?<=”[ ])\("
"""A bracket that would be read as the one before who said it."""
_IN_PLACE = r":(?=[ ]“) | (?<=\d{4})-(?=\d\d-\d\d)"
"""What would be read as the quote's beginning, and as a date of the document."""
_IN_BRACKETS = r"^\^"
"""What would make a footnote of the link that it begins."""
_NO_PATH = re.compile(r"[?#]|%(?![\da-fA-F]{2})")
"""What in the name of a file would be read as the end of its path, or as an escape that is none."""


class Cited(Value):
    """A reference that a report cites, with its document."""

    reference: Reference
    document: Document
    read_on: str = ""
    """ISO date of reading, for URLs."""
    location: str
    """What a link opens: the URL, or the path as the checklist has it."""
    listed: bool = True
    """Whether the checklist still has it."""


class _Place(NamedTuple):
    words: str
    link: str


def render_report(outline: Outline, sections: Sequence[Section], cited: Mapping[str, Cited]) -> str:
    """Return report.md: the sections in the outline's order, the references, the footnotes.

    Args:
        outline: titles and lead-ins.
        sections: the sections as they stand; those without claims are left out.
        cited: by reference key, everything the sections cite.
    """
    leads = {spec.id: spec.lead_in for spec in outline.sections}
    lines = [f"# {outline.title}", ""]
    if outline.subtitle:
        lines += [f"*{outline.subtitle}*", ""]
    for section in sections:
        if section.claims:
            lines += [f"## {section.title}", ""]
            if leads.get(section.id):
                lines += [leads[section.id], ""]
            lines += _blocks(section.blocks)
    lines += _references(sections, cited)
    lines += _footnotes((claim for section in sections for claim in section.claims), cited)
    return "\n".join(lines).rstrip("\n") + "\n"


def _blocks(blocks: Iterable[CheckedBlock]) -> Iterator[str]:
    bullet = ""
    for block in blocks:
        # Another bullet begins another list; with the same one, two blocks would be one list.
        follows = bullet == "-" and not block.text
        bullet = "" if block.form != "bullets" else "*" if follows else "-"
        yield from (*render_block(block, bullet=bullet), "")


def render_block(block: CheckedBlock, *, bullet: str = "-") -> list[str]:
    """Return a block's lines of Markdown, without the blank line after it."""
    lead = [f"**{block.text}**", ""] if block.text and block.form == "bullets" else []
    if block.text and block.form not in {"heading", "bullets"}:
        lead = [block.text, ""]
    if block.form == "heading":
        # One that is not the outline's is a claim inside of a topic, so a level below the topic's.
        return [
            f"### {block.text}" if block.text else f"#### {''.join(map(_sentence, block.claims))}"
        ]
    if block.form == "finding":
        return [*lead, *(f"**{_words(claim)}**{_marks(claim)}" for claim in block.claims)]
    if block.form == "paragraph":
        return [*lead, " ".join(_sentence(claim) for claim in block.claims)]
    if block.form == "bullets":
        return [*lead, *(f"{bullet} {_sentence(claim)}" for claim in block.claims)]
    if block.form == "quotation":
        quotations = [line for claim in block.claims for line in (">", *_quotation(claim))]
        return [*lead, *quotations[1:]]
    return [*lead, *_table(block)]


def _sentence(claim: Claim) -> str:
    return _words(claim) + _marks(claim)


def _words(claim: Claim) -> str:
    """Return the claim's words; what somebody said with who said it, and nothing that looks so."""
    if claim.attribution:
        who = escape(claim.attribution, _SPEAKER)
        return f"“{escape(claim.text, _SPEAKER)}” ({who})"
    return escape(claim.words, _SPEAKER if claim.text.startswith("“") else "")


def _quotation(claim: Claim) -> list[str]:
    return [f"> “{escape(claim.text)}”{_marks(claim)}", ">", f"> — {escape(claim.attribution)}"]


def _table(block: CheckedBlock) -> list[str]:
    lines = [_row(block.header), _row(["---"] * len(block.header))]
    for claim in block.claims:
        *cells, last = claim.cells
        said = claim.model_copy(update={"text": last})  # what somebody said is the last cell
        cells = [*map(cell, cells), _words(said).replace("|", "\\|") + _marks(claim)]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell(text) if text != "---" else text for text in cells) + " |"


def _marks(claim: Claim) -> str:
    return "".join(f"[^{label}]" for label in dict.fromkeys(item.label for item in claim.citations))


def _references(sections: Sequence[Section], cited: Mapping[str, Cited]) -> list[str]:
    """Return the list of what the report stands on, by title."""
    counts: dict[str, set[str]] = {}
    for section in sections:
        for claim in section.claims:
            for citation in claim.citations:
                counts.setdefault(citation.reference_key, set()).add(claim.id)
    lines = ["## References", ""] if counts else []
    for item in sorted(
        (cited[key] for key in counts), key=lambda item: (_title(item), item.reference.key)
    ):
        number = len(counts[item.reference.key])
        words = f"- {render_entry(item)}: {number} {'claim' if number == 1 else 'claims'}"
        lines.append(words if item.listed else f"{words} (no longer in the checklist)")
    return [*lines, ""] if lines else []


def render_entry(cited: Cited) -> str:
    """Return what the list of references says of one: its title with a link to it."""
    title = escape(_title(cited), _IN_BRACKETS)
    return f"[{title}]({_plain_link(cited.location)}){_origin(cited)}"


def _footnotes(claims: Iterable[Claim], cited: Mapping[str, Cited]) -> Iterator[str]:
    notes = {citation.label: citation for claim in claims for citation in claim.citations}
    for label in sorted(notes):
        yield f"[^{label}]: {render_citation(notes[label], cited[notes[label].reference_key])}"
        yield ""


def render_citation(citation: Citation, cited: Cited) -> str:
    """Return a footnote's text: title with a link to the passage, where it is, its words."""
    place = place_of(citation, cited)
    parts = [f"[{escape(_title(cited), _IN_BRACKETS)}]({place.link}){_origin(cited)}"]
    if place.words:
        parts.append(escape(place.words, _IN_PLACE))
    if cited.document.date:
        parts.append(cited.document.date)
    if cited.read_on:
        parts.append(f"read {cited.read_on}")
    return ", ".join(parts) + f": “{escape(' '.join(citation.quote.split()))}”"


def _title(cited: Cited) -> str:
    title = cited.document.title or cited.reference.title
    brief = cited.document.brief_of
    return f"Brief of {brief}" if brief and "brief of" not in title.lower() else title


def _origin(cited: Cited) -> str:
    """Return, for a brief (its title says of what), a link to the work it sums up."""
    origin = cited.document.origin or cited.reference.origin
    if not cited.document.brief_of or not origin:
        return ""
    return f", brief of [the original]({_plain_link(origin)})"


def place_of(citation: Citation, cited: Cited) -> _Place:
    """Return where a passage stands, in words, and a link that opens on it."""
    return place_at(citation.start, citation.quote, cited)


def place_at(start: int, quoted: str, cited: Cited) -> _Place:
    """Return where words of a document stand, in words, and a link that opens on them.

    Args:
        start: where they begin in the document's text.
        quoted: the words.
        cited: the document with its reference.
    """
    document = cited.document
    part = next((item for item in document.parts if item.start <= start < item.end), None)
    location = part.location if part and part.location else cited.location
    scheme = urlsplit(location).scheme
    is_web = scheme in {"http", "https"}
    link = _plain_link(location.split("#")[0] if is_web else location)
    if part is None:
        return _Place("", link)
    words = [name for name in part.headings if name not in {document.title, ""}]
    path = " › ".join(words)
    where = [path] if path else []
    if part.page is not None:
        where.append(f"page {part.page}")
        link += f"#page={part.page}" if scheme != "s3" else ""  # it would be a part of the key
    elif part.seconds is not None:
        where.append(_clock(part.seconds))
        link += _time_fragment(link, part.seconds) if is_web else ""
    elif is_web:
        link += f"#{text_fragment(quoted)}"
    elif scheme != "s3" and words and location.lower().endswith((".md", ".markdown")):
        link += f"#{quote(_anchor(document, part, words[-1]))}"
    return _Place(", ".join(where), link)


def _anchor(document: Document, part: Part, heading: str) -> str:
    """Return the fragment of the heading that a part stands under.

    Of equal headings, GitHub numbers all but the first.
    """
    own = anchor(heading)
    above = (
        item.headings[-1]
        for item in document.parts
        if item.kind == "heading" and item.start <= part.start and item.headings
    )
    number = sum(anchor(words) == own for words in above) - 1
    return f"{own}-{number}" if number > 0 else own


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _time_fragment(link: str, seconds: int) -> str:
    return f"{'&' if '?' in link else '?'}t={seconds}s"


def _plain_link(location: str) -> str:
    """Return a link's destination: what Markdown would trip over is percent-encoded.

    A report is handed on: who reads the page with which password is the checklist's to know.
    """
    url = urlsplit(location)
    if url.scheme in {"http", "https"} and "@" in url.netloc:
        location = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    if len(url.scheme) <= 1:  # a path; one letter is a drive
        location = _NO_PATH.sub(lambda found: quote(found[0], safe=""), location)
    return quote(location, safe="/:?#[]@!$&'*+,;=%~-._")
