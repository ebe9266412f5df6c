"""WebVTT and SRT → speech with time stamps."""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING

from rag.stages.parse.builder import Facts
from rag.stages.parse.decode import decode
from rag.stages.parse.media import SRT, media_type
from rag.stages.parse.titles import title_of
from rag.stages.parse.transcript import Line, cut_turns, speech
from rag.types import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from webvtt.models import Caption

    from rag.types import Document, Source

_PAUSE_S = 3.0
_VOICE = re.compile(r"</v>|<v(?:\.[^\s<>]{1,80})?[ \t]+([^<>\n]{1,200})>")
_TAG = re.compile(r"</?[^<>\n]{1,80}>|\{\\[^{}\n]{1,40}\}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]\w{1,20});")


def parse_captions(subject: str, source: Source, content: bytes) -> Document | Skipped:
    """Return the speech of a caption file; cues that repeat the line before are read once."""
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    kind = "srt" if media_type(source, content) == SRT else "vtt"
    text = decode(content, source.charset).lstrip()
    try:
        cues = webvtt.from_buffer(io.BytesIO(text.encode()), format=kind)
    except (MalformedFileError, MalformedCaptionError) as error:
        return Skipped(
            subject=subject, stage="parse", reason=f"not a caption file ({error}): save it again"
        )
    lines = cut_turns(_lines(cues.captions))
    return speech(source, list(lines), Facts(title=title_of(source.location)))


def _lines(cues: Iterable[Caption]) -> Iterator[Line]:
    before: list[tuple[str, str]] = []
    end = 0.0
    voice = ""
    for cue in cues:
        begin = _seconds(cue.start)
        said = list(_said(cue.lines))
        turn = begin - end > _PAUSE_S
        for speaker, words in said:
            # Rolling captions show each line twice: last, then first.
            if (speaker, words) not in before:
                turn = turn or speaker != voice
                yield Line(words, int(begin), turn=turn, speaker=speaker)
                turn, voice = False, speaker
        before, end = said, _seconds(cue.end)


def _said(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a cue, cut where another voice begins, each behind its voice."""
    voice = ""
    for line in lines:
        first, *rest = _VOICE.split(line)
        for name, words in [(voice, first), *zip(rest[::2], rest[1::2], strict=True)]:
            voice = name or ""
            if said := _plain(words):
                yield _plain(voice), said


def _plain(words: str) -> str:
    """Return words of a cue without mark-up, its escaped characters as they are meant."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), _TAG.sub("", words)).strip()


def _seconds(stamp: str) -> float:
    hours, minutes, rest = stamp.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)
