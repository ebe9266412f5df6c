"""WebVTT and SRT → speech with time stamps."""

from __future__ import annotations

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
_TAG = re.compile(r"</?[^<>\n]{1,80}>|\{\\[^{}\n]{1,40}\}")


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
    before: list[str] = []
    end = 0.0
    voice = ""
    for cue in cues:
        begin = _seconds(cue.start)
        said = [line for line in (_TAG.sub("", line).strip() for line in cue.lines) if line]
        turn = begin - end > _PAUSE_S or (cue.voice or "") != voice
        for line in said:
            # Rolling captions show each line twice: last, then first.
            if line not in before:
                yield Line(line, int(begin), turn=turn, speaker=cue.voice or "")
                turn = False
        before, end, voice = said, _seconds(cue.end), cue.voice or ""


def _seconds(stamp: str) -> float:
    hours, minutes, rest = stamp.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)
