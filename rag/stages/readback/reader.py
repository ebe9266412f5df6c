"""Blocks of a report's Markdown → sections, claims and footnotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from w3lib.html import remove_comments, remove_tags, replace_entities

from rag.stages.readback.footnotes import definitions_apart, footnote
from rag.stages.readback.inline import LINK, Phrase, parser, phrases, whole
from rag.stages.readback.known import REFERENCES, Known
from rag.stages.readback.values import ReadBlock, ReadClaim, ReadReport, ReadSection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.token import Token

    from rag.stages.readback.values import ReadFootnote
    from rag.types import BlockForm, Outline

_SPEECH = re.compile(r"“(?P<words>.*?)” \((?P<who>.*)\)[.,;:!?]*", re.DOTALL)
"""As `render` writes it; in words that are not so meant the bracket is escaped."""
_MARKED = re.compile(r"[“\"](?P<words>.*)[”\"][.,;:!?]*", re.DOTALL)
_SAYER = re.compile(r"[—–]\s*(?P<who>.*)", re.DOTALL)
_ENTRY = re.compile(rf"{LINK}*.*: \d+ claims?(?: \(no longer in the checklist\))?", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SECTION_LEVEL, _TOPIC_LEVEL = 2, 3


def read_back(text: str, outline: Outline) -> ReadReport:
    """Return what a report says: the inverse of `render_report`, for any text.

    Headings, lead-ins and the list of references that `render` makes are no statements; all
    other words are, cited or not. Bytes that are no UTF-8 are read as U+FFFD.

    Args:
        text: the report as it stands in its file, edited by hand or not.
        outline: what the report was rendered with: it tells lead-ins from statements.
    """
    plain = _SURROGATE.sub("\ufffd", text.removeprefix("\ufeff"))  # some editors put a mark first
    rest, definitions = definitions_apart(parser().parse(plain))
    reader = _Reader(outline)
    for node in _nodes(rest):
        reader.add(node)
    return reader.report(footnotes=tuple(map(footnote, definitions)))


def read_footnotes(text: str) -> tuple[ReadFootnote, ...]:
    """Return what the footnotes say that a text defines, in their order."""
    _, definitions = definitions_apart(parser().parse(text))
    return tuple(map(footnote, definitions))


class _Open(NamedTuple):
    """A section in the making."""

    id: str
    title: str
    blocks: list[ReadBlock]


class _Reader:
    """Takes a report's blocks in order and sorts them into sections."""

    def __init__(self, outline: Outline) -> None:
        self._known = Known(outline)
        self._sections = [_Open("", "", [])]  # what stands before the first heading
        self._entries: list[int] = []
        self._opening: set[str] = set()
        self._lead = ""
        self._topic = ""

    def report(self, footnotes: tuple[ReadFootnote, ...]) -> ReadReport:
        """Return what was added, with the footnotes."""
        loose, *sections = self._sections
        return ReadReport(
            sections=tuple(
                ReadSection(id=item.id, title=item.title, blocks=tuple(item.blocks))
                for item in sections
                if item.blocks or item.title != REFERENCES
            ),
            footnotes=footnotes,
            entries=tuple(self._entries),
            loose=tuple(loose.blocks),
        )

    def add(self, node: Sequence[Token]) -> None:
        """Take the next block: its tokens with those inside it."""
        kind = node[0].type
        if kind == "heading_open":
            self._heading(node)
        elif kind == "paragraph_open":
            self._paragraph(phrases(node[1]))
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            self._bullets(node)
        elif kind == "blockquote_open":
            self._emit("quotation", _quotations(_said(node)))
        elif kind == "table_open":
            self._table(node)
        else:
            self._emit("paragraph", map(_claim, _raw(node[0])))

    def _emit(
        self, form: BlockForm, claims: Iterable[ReadClaim], header: Sequence[Phrase] = ()
    ) -> None:
        block = ReadBlock(
            form=form,
            text=self._lead,
            header=tuple(cell.plain for cell in header),
            header_line=header[0].line if header else 1,
            claims=tuple(claims),
        )
        if block.claims or header:
            self._sections[-1].blocks.append(block)
            self._lead = ""

    def _heading(self, node: Sequence[Token]) -> None:
        level, title = int(node[0].tag[1]), whole(node[1])
        words = "" if title.labels else _spaced(title)
        self._lead = ""
        if level == 1 and self._known.is_top(words):
            return
        if level == _SECTION_LEVEL:
            spec = self._known.section(words)
            named = spec.title if spec else title.plain
            self._sections.append(_Open(spec.id if spec else "", named, []))
            self._opening = self._known.opening(spec.id) if spec else set()
            self._topic = ""
            if spec or words == REFERENCES:
                return
        elif level == _TOPIC_LEVEL and (topic := self._known.heading(words)):
            self._topic = topic
            self._sections[-1].blocks.append(ReadBlock(form="heading", text=topic))
            return
        claims = tuple(map(_claim, phrases(node[1])))
        if claims:  # words of the user's own
            block = ReadBlock(form="heading", text=title.plain, claims=claims)
            self._sections[-1].blocks.append(block)

    def _paragraph(self, said: list[Phrase]) -> None:
        if not self._is_lead(said):
            bold = all(phrase.is_bold for phrase in said)
            self._emit("finding" if bold else "paragraph", map(_claim, said))

    def _is_lead(self, said: list[Phrase]) -> bool:
        """Whether the words are the outline's; those that lead a block in are kept for it."""
        if len(said) != 1 or said[0].labels:
            return False
        words = _spaced(said[0])
        if len(self._sections) == 1 and self._known.is_top(words):
            return True
        if words in self._opening:
            self._opening.discard(words)
            return True
        lead = self._known.lead_in(words)
        self._lead = lead or self._lead
        return bool(lead)

    def _bullets(self, node: Sequence[Token]) -> None:
        in_references = self._sections[-1].title == REFERENCES
        claims: list[ReadClaim] = []
        for said in _said(node):
            is_entry = in_references and len(said) == 1 and _is_entry(said[0])
            if is_entry:
                self._entries.append(said[0].line)
            elif not self._is_lead(said):
                claims += map(_claim, said)
        self._emit("bullets", claims)

    def _table(self, node: Sequence[Token]) -> None:
        rows: list[list[Phrase]] = []
        for token in node:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(whole(token))
        repeats = self._known.is_matches(self._topic)
        claims = [_row(row, repeats=repeats) for row in rows[1:]]
        self._emit("table", claims, rows[0])


def _nodes(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Yield each outermost block with all that is inside it."""
    depth = 0
    node: list[Token] = []
    for token in tokens:
        depth += token.nesting
        node.append(token)
        if depth == 0:
            yield node
            node = []


def _said(node: Sequence[Token]) -> Iterator[list[Phrase]]:
    """Yield what each paragraph inside a block says, however deep it stands."""
    for token in node:
        said = phrases(token) if token.type == "inline" else _raw(token)
        if said:
            yield said


def _raw(token: Token) -> list[Phrase]:
    """Return what code or HTML says: one phrase; comments and tags say nothing."""
    if token.type not in {"fence", "code_block", "html_block"}:
        return []
    is_html = token.type == "html_block"
    content = token.content
    words = replace_entities(remove_tags(remove_comments(content))) if is_html else content
    plain = " ".join(words.split())
    line = 1 + (token.map[0] if token.map else 0)
    return [Phrase(plain, plain, (), is_bold=False, line=line)] if plain else []


def _spaced(phrase: Phrase) -> str:
    return " ".join(phrase.plain.split())


def _is_entry(phrase: Phrase) -> bool:
    """Whether an item is one that `render` puts into the list of references."""
    return not phrase.labels and _ENTRY.fullmatch(phrase.shape) is not None


def _claim(phrase: Phrase) -> ReadClaim:
    text, who = phrase.plain, ""
    if speech := _SPEECH.fullmatch(phrase.shape):
        text, who = (text[slice(*speech.span(name))] for name in ("words", "who"))
    return ReadClaim(
        text=text,
        attribution=who,
        labels=phrase.labels,
        quoted=speech is not None,
        is_linked=phrase.is_linked,
        line=phrase.line,
    )


def _quotations(paragraphs: Iterable[list[Phrase]]) -> list[ReadClaim]:
    """Return the claims of a block quotation; a line that begins with a dash says whose."""
    claims: list[ReadClaim] = []
    for phrase in (phrase for said in paragraphs for phrase in said):
        sayer = _SAYER.fullmatch(phrase.shape)
        if sayer and claims and not claims[-1].attribution:
            labels = dict.fromkeys((*claims[-1].labels, *phrase.labels))
            who = phrase.plain[slice(*sayer.span("who"))]
            claims[-1] = claims[-1].model_copy(update={"attribution": who, "labels": tuple(labels)})
            continue
        claim = _claim(phrase)
        marked = _MARKED.fullmatch(phrase.shape)
        text = phrase.plain[slice(*marked.span("words"))] if marked else claim.text
        claims.append(claim.model_copy(update={"text": text, "quoted": True}))
    return claims


def _row(row: Sequence[Phrase], *, repeats: bool) -> ReadClaim:
    """Return a table row as a claim; `repeats`: its last cell is the claim that it repeats."""
    last = _claim(row[-1])
    cells = (*(cell.plain for cell in row[:-1]), last.text)
    bars = " | ".join(cell.replace("|", "\\|") for cell in cells).strip("| \t")
    return last.model_copy(
        update={
            "text": last.text if repeats or last.quoted else bars,
            "cells": cells,
            "labels": tuple(dict.fromkeys(label for cell in row for label in cell.labels)),
            "is_linked": any(cell.is_linked for cell in row),
            "line": row[0].line,
        }
    )
