"""Caption lines → speech: sentences and paragraphs again, with who speaks and when."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rag.stages.parse.builder import DocumentBuilder, Facts, one_line
from rag.stages.parse.dates import is_date_line, iso_date
from rag.stages.parse.shape import STAMP, has_stamps
from rag.stages.parse.titles import title_of
from rag.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rag.types import Document, Source

_SENTENCES = 5
"""How many sentences make a paragraph of speech, about."""
_CHARACTERS = 900
"""How long a paragraph of speech becomes, about: speakers differ in the length of sentences."""
_SECONDS = 20
"""How far behind its time stamp what a part of a paragraph says may begin."""
_HEAD_LINES = 6
_CUE = re.compile(
    r"\s*(?:[\[(][^\])\d]{0,40}?\b(?:applau\w*|cheer\w*|clap\w*|music\w*|laugh\w*|chuckl\w*"
    r"|silence|whistl\w*|ringing|crowd|audience)\b[^\])\d]{0,40}?[\])]|♪[^♪]{0,60}♪|♪+)\s*",
    re.IGNORECASE,
)
_MARK = re.compile(r"^\s*(?:-{1,2}|\u2013|—|>{2,}|(?:&gt;){2,})\s+")
_MARK_INSIDE = re.compile(
    r"(?:(?<=[.?!…\]])|(?<=[.?!…][)\"”]))\s+(?:-|>{2,}|(?:&gt;){2,})\s+(?=\S)"
)
_NAME = re.compile(
    r"^(?P<name>(?:(?:Dr|Mr|Mrs|Ms|Prof)\. )?[^\W\d_a-z][\w.'\u2019-]*"
    r"(?: [^\W\d_a-z][\w.'\u2019-]*){0,3})"
    r"(?: \([^)]{1,40}\))?:\s+"
)
_ENDED = re.compile(r"""[.?!…][\])"'”\u2019]*$""")
_URL = re.compile(r"https?://\S+")


class Line(NamedTuple):
    """A caption line: its words, when it begins, who begins to speak with it."""

    text: str
    seconds: int | None = None
    turn: bool = False
    """Whether another speaker begins, or speech resumes after a long pause."""
    speaker: str = ""


def transcript(source: Source, text: str, facts: Facts) -> Document:
    """Return the speech that `text` transcribes; its head lines become title, date and origin."""
    lines = text.split("\n")
    head, rest = read_head(lines)
    return speech(
        source,
        list(cut_turns(_stamped(rest))),
        Facts(
            title=facts.title or head.title or title_of(source.location),
            date=facts.date or head.date,
            author=facts.author,
            origin=facts.origin or head.origin,
            brief_of=facts.brief_of,
        ),
    )


def speech(source: Source, lines: Sequence[Line], facts: Facts) -> Document:
    """Return a document of speech: one part for each few sentences of one speaker."""
    builder = DocumentBuilder()
    turn: list[Line] = []
    for line in [*lines, Line("", turn=True)]:
        if line.turn and turn:
            _add_turn(builder, turn)
            turn = []
        turn.append(line)
    return builder.build(source, facts, speech=True)


def read_head(lines: Sequence[str]) -> tuple[Facts, list[str]]:
    """Return what the first lines say (title, date, address) and the lines after them.

    Without a date or an address near the top there is no head: every line was said.
    """
    title = date = origin = ""
    used = 0
    seen = 0
    for number, line in enumerate(lines):
        words = line.strip().lstrip("#").strip()
        if not words:
            continue
        seen += 1
        if seen > _HEAD_LINES:
            break
        if not date and is_date_line(words):
            date, used = iso_date(words), number + 1
        elif not origin and (found := _URL.fullmatch(words.strip("<>"))):
            origin, used = found[0], number + 1
        elif seen == 1:
            title = words
    if not used:
        return Facts(), list(lines)
    known = {title, ""}
    kept = [line for line in lines[:used] if not _is_head(line, known)]
    return Facts(title=title, date=date, origin=origin), [*kept, *lines[used:]]


def _is_head(line: str, known: set[str]) -> bool:
    words = line.strip().lstrip("#").strip()
    return words in known or is_date_line(words) or bool(_URL.fullmatch(words.strip("<>")))


def _stamped(lines: Sequence[str]) -> Iterator[Line]:
    """Yield lines without their time stamps; a stamp alone on a line dates what follows."""
    full = [line for line in lines if line.strip()]
    marked = has_stamps(full)
    seconds: int | None = None
    for line in full:
        words = line
        if marked and (stamp := STAMP.match(line)):
            hours, minutes, rest = (int(group or 0) for group in stamp.groups())
            seconds = hours * 3600 + minutes * 60 + rest
            words = line[stamp.end() :]
        if words.strip():
            yield Line(words, seconds)


def cut_turns(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines cut where the speaker changes, without the marks that say so."""
    whole = list(lines)
    names = Counter(
        found["name"] for line in whole if (found := _NAME.match(_MARK.sub("", line.text)))
    )
    ended = True
    for line in whole:
        pieces = _MARK_INSIDE.split(line.text)
        for number, piece in enumerate(pieces):
            mark = _MARK.match(piece)
            marked = number > 0 or bool(mark and ended)
            words = piece[mark.end() :] if mark and marked else piece
            turn = marked or (line.turn and number == 0)
            speaker = "" if number else line.speaker
            named = _NAME.match(words)
            if named and (marked or (ended and names[named["name"]] > 1)):
                turn, speaker, words = True, named["name"], words[named.end() :]
            yield Line(words, line.seconds, turn=turn, speaker=speaker)
            ended = bool(_ENDED.search(piece.rstrip()))


def _add_turn(builder: DocumentBuilder, turn: Sequence[Line]) -> None:
    """Append what one speaker says in one go, in paragraphs."""
    text = ""
    offsets: list[int] = []
    for line in turn:
        offsets.append(len(text))
        text += one_line(line.text) + " "

    def line_at(position: int) -> Line:
        return turn[max(bisect_right(offsets, position) - 1, 0)]

    start = 0
    stops = [match for match in _CUE.finditer(text) if _ended_at(text, match.start())]
    for stop in [*(match.end() for match in stops), len(text)]:
        for paragraph in _paragraphs(text, start, stop):
            for first, last in _timed(text, paragraph, lambda at: line_at(at).seconds):
                words, seconds = _CUE.sub(" ", text[first:last]), line_at(first).seconds
                builder.add("speech", words, seconds=seconds, speaker=turn[0].speaker)
        start = stop


def _ended_at(text: str, position: int) -> bool:
    return bool(_ENDED.search(text[max(position - 4, 0) : position].rstrip()))


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield spans of a few sentences each, all about equally many."""
    spans = sentence_spans(text, start, end)
    if not spans:
        return
    groups = max(round(len(spans) / _SENTENCES), -(-(end - start) // (2 * _CHARACTERS)), 1)
    groups = min(groups, len(spans))
    for number in range(groups):
        first = number * len(spans) // groups
        last = (number + 1) * len(spans) // groups
        yield spans[first][0], spans[last - 1][1]


def _timed(
    text: str, paragraph: tuple[int, int], seconds_at: Callable[[int], int | None]
) -> Iterator[tuple[int, int]]:
    """Yield a paragraph in parts that begin near what they say: a citation opens on their time."""
    begin, end = paragraph
    for first, last in sentence_spans(text, *paragraph):
        now, began = seconds_at(first), seconds_at(begin)
        if first > begin and now is not None and began is not None and now - began > _SECONDS:
            yield begin, end
            begin = first
        end = last
    yield begin, paragraph[1]
