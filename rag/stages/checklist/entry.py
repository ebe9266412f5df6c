"""The words beside a box as a reference: its locator, its title, what to read it for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rag.stages.checklist.locator import fault_of, key_of, title_of
from rag.stages.checklist.markdown import AsWritten
from rag.types import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.token import Token

    from rag.stages.checklist.lines import Box

# Emphasis is read later: here it would cut `src/__init__.py` and `https://x.org/_a_/b`.
_LINKS = AsWritten("commonmark").disable("emphasis")
_PROSE = AsWritten("commonmark")

_URL = re.compile(r"(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]*://[^\s<>\"`]+")
_URL_END = "?!.,:;*_~'’”»…。，、；："
_NO_LOCATOR = re.compile(r"#|mailto:|$", re.IGNORECASE)

_EXTENSIONS = (
    "adoc|csv|docx?|epub|html?|ipynb|json|markdown|md|odt|pdf|pptx?|rst|rtf|srt|tex|txt|vtt|"
    "xhtml|xlsx?|xml"
)
_DOCUMENT = re.compile(rf"(?:.*[/\\])?[^/\\]+\.(?:{_EXTENSIONS})", re.IGNORECASE)
_ROOTED = re.compile(r"(?:/|\.{1,2}/|~/|[A-Za-z]:[\\/])[^\s/].*")
_SLASHED = re.compile(r"[^\s/]+(?:/[^\s/]+)+/?")
_ALONE = re.compile(r"[\w.\-]*\w(?:/[\w./\-]*|\.\w+)")
"""An entry of one word that is a folder, or has an extension, whichever."""
_IN_NAME = r"[^\s/,;:!?()<>\[\]\"`]"
_IN_ROOTED = rf"(?:{_IN_NAME}|(?(root)/|(?!)))"  # elsewhere a second slash is another word's
_WITH_BLANKS = re.compile(
    rf"\A(?!\S+\.(?:{_EXTENSIONS})(?!\S))(?:(?P<root>/|\.{{1,2}}/|~/)|{_IN_NAME}+/)"
    rf"(?:{_IN_NAME}|/)*(?: {_IN_ROOTED}+)*? {_IN_ROOTED}+\.(?:{_EXTENSIONS})"
    r"(?=[.,;:!?)]*(?!\S))",
    re.IGNORECASE,
)
"""The path of a document with blanks in it that an entry begins with: `notes/my file.md`."""
_IN_ANGLES = re.compile(
    rf"(?<![(`])<(?=[^<>]*[ ])(?P<path>[^\s<>\"`=][^<>\"`=\n]*\.(?:{_EXTENSIONS}))>", re.IGNORECASE
)
"""The same between angle brackets, anywhere: Markdown takes it for HTML or for plain words."""
_WORD = re.compile(r"\"[^\"]+\"|“[^”]+”|\S+")
_LEFT, _RIGHT = " \t,;:!?*([{<\"'“‘«", " \t.,;:!?*)]}>\"'”’»"

_SEPARATORS = " ,;:|·•→=>-–—―"
_SENTENCE_END = re.compile(r"[.)\]]+(?=\s|$)")
_CONNECTIVE = re.compile(
    r"(?:an? |the )?(?:(?:brief|summary|copy|mirror|excerpt|notes?|original) (?:of|on|from|at)"
    r"|original(?:ly)?|source|from|of|via|at|see|read|cf\.?)",
    re.IGNORECASE,
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Piece(NamedTuple):
    """A stretch of an entry: plain words, a link, or a word that looks like a path."""

    kind: Literal["words", "link", "path"]
    words: str
    """For a link, its text; empty where it is bare."""
    locator: str = ""
    sure: bool = True
    """For a path: whether it can be nothing else ("and/or" can)."""


def read_entry(box: Box, definitions: dict[str, Any]) -> Reference | str:
    """Return the reference that stands beside a box, or why none does.

    The first link is the locator, or a path that stands before all else, or else a path; the
    second link is the origin; the words around them are the instruction.

    Args:
        box: the box with its words.
        definitions: what the file defines link labels to be.
    """
    words = _IN_ANGLES.sub(r'"\g<path>"', _WITH_BLANKS.sub(r'"\g<0>"', box.words))
    pieces = list(_pieces(_LINKS.parseInline(words, definitions)[0].children or []))
    if _ALONE.fullmatch(box.words.strip()) and all(piece.kind == "words" for piece in pieces):
        pieces = [_Piece("path", box.words.strip(), box.words.strip())]
    first, second = _chosen(pieces)
    if first is None:
        return "no link, URL or path stands in this entry: add one, or delete the box"
    locator = pieces[first].locator
    if fault := fault_of(locator):
        return fault
    named = _plain(pieces[first].words) if pieces[first].kind == "link" else ""
    before = _prose(pieces[:first])
    between = _prose(pieces[first + 1 : second]) if second is not None else ""
    after = _prose(pieces[(first if second is None else second) + 1 :])
    return Reference(
        key=key_of(locator),
        title=named or before or title_of(locator),
        locator=locator,
        origin="" if second is None else _SURROGATE.sub("\ufffd", pieces[second].locator),
        instruction=" ".join(filter(None, (before if named else "", between, after))),
        checked=box.checked,
        line=box.line,
    )


def _chosen(pieces: Sequence[_Piece]) -> tuple[int | None, int | None]:
    """Return which piece is the locator, and which the origin."""
    links = [index for index, piece in enumerate(pieces) if piece.kind == "link"]
    paths = [index for index, piece in enumerate(pieces) if piece.kind == "path"]
    paths.sort(key=lambda index: not pieces[index].sure)
    if paths and (not links or _opens(pieces, paths[0])):
        return paths[0], next(iter(links), None)
    return next(iter(links), None), next(iter(links[1:]), None)


def _opens(pieces: Sequence[_Piece], path: int) -> bool:
    """Whether nothing stands before the path, and it can be nothing else."""
    return pieces[path].sure and not any(piece.words.strip() for piece in pieces[:path])


# --- pieces ----------------------------------------------------------------------------------


def _pieces(tokens: Iterable[Token]) -> Iterator[_Piece]:
    """Yield the pieces of an entry in order; every word is in one of them."""
    href, text = "", ""
    for token in tokens:
        if token.type == "link_open":
            href, text = str(token.attrs["href"]), ""
        elif token.type == "link_close":
            bare = token.markup == "autolink" or text == href
            link = _Piece("link", "" if bare else text, href)
            yield _Piece("words", text) if _NO_LOCATOR.match(href) else link
            href = ""
        elif href:
            text += _words(token)
        elif token.type == "code_inline":
            yield from _of_code(token.content.strip())
        else:
            yield from _of_text(_words(token))


def _words(token: Token) -> str:
    """Return the words of an inline token: an image's are its description, HTML has none."""
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    return "" if token.type == "html_inline" else token.content


def _of_code(code: str) -> Iterator[_Piece]:
    """Yield a code span as the URL or path it is, or as words."""
    if _URL.fullmatch(code):
        yield _Piece("link", "", code)
    elif _DOCUMENT.fullmatch(code) or _ROOTED.fullmatch(code) or _SLASHED.fullmatch(code):
        yield _Piece("path", f"`{code}`", code)
    else:
        yield _Piece("words", f"`{code}`")


def _of_text(text: str) -> Iterator[_Piece]:
    """Yield the bare URLs of a text as links, and what stands between them."""
    position = 0
    for match in _URL.finditer(text):
        url = _without_punctuation(match[0])
        if url.endswith("://"):
            continue
        yield from _of_prose(text[position : match.start()])
        yield _Piece("link", "", url)
        position = match.start() + len(url)
    yield from _of_prose(text[position:])


def _without_punctuation(url: str) -> str:
    """Return a bare URL without the punctuation of the sentence around it."""
    while url:
        unbalanced = any(url[-1] == b and url.count(b) > url.count(a) for a, b in ("()", "[]"))
        if url[-1] not in _URL_END and not unbalanced:
            break
        url = url[:-1]
    return url


def _of_prose(text: str) -> Iterator[_Piece]:
    """Yield the words of a text that look like paths as such, and what stands between them."""
    position = 0
    for match in _WORD.finditer(text):
        word = match[0].lstrip(_LEFT).rstrip(_RIGHT)
        sure = bool(_DOCUMENT.fullmatch(word) or _ROOTED.fullmatch(word))
        if not sure and not _SLASHED.fullmatch(word):
            continue
        shown = match[0] if match[0][1:-1] == word else word  # with the quotation marks
        start = match.start() + match[0].index(shown)
        yield _Piece("words", text[position:start])
        yield _Piece("path", shown, word, sure)
        position = start + len(shown)
    yield _Piece("words", text[position:])


# --- words -----------------------------------------------------------------------------------


def _prose(pieces: Iterable[_Piece]) -> str:
    """Return the words of pieces without what only joins them to the links."""
    words = _plain("".join(piece.words or piece.locator for piece in pieces))
    words = words.lstrip(_SEPARATORS).rstrip(_SEPARATORS + "([")
    while end := _SENTENCE_END.match(words):
        words = words[end.end() :].lstrip(_SEPARATORS)
    for opening, closing in ("()", "[]"):
        if words.count(opening) > words.count(closing):
            words = words.replace(opening, "", 1)
        elif words.count(opening) < words.count(closing):
            words = "".join(words.rsplit(closing, 1))
    words = words.strip()
    return "" if _CONNECTIVE.fullmatch(words) else words


def _plain(markdown: str) -> str:
    """Return inline Markdown as plain words on one line."""
    tokens = _PROSE.parseInline(markdown)[0].children or []
    text = "".join(_words(token) for token in tokens)
    return " ".join(_SURROGATE.sub("\ufffd", text).split())
