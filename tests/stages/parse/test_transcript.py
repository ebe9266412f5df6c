"""Transcripts: caption lines become sentences and paragraphs, with who speaks and when."""

from __future__ import annotations

import pytest
from stages.parse.laws import SHARED, document, needs_shared, read, words

from rag.types import Skipped

HEAD = "Cloud Days 2024 - Keynote\nDec 3, 2024 \n\nhttps://video.example.org/watch?v=abc\n\n"
LINES = [
    "Welcome to the keynote, it is a pleasure to see",
    "all of you here this morning. [applause] We have",
    "a lot to talk about, so let us begin with the chips that",
    "we announced last year. They are fast.",
    "- Thank you. I will now walk you through",
    "the details of the cluster - it is large. - How large?",
]


def talk(times: int = 5) -> str:
    """Return a transcript long enough to be known as one."""
    return HEAD + "\n".join(LINES * times) + "\n"


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown"])
def test_caption_lines_become_speech(media_type: str) -> None:
    """Lines are joined over their breaks, the head is facts, sound cues are no words."""
    found = document(talk(), media_type)
    assert found.speech
    assert {part.kind for part in found.parts} == {"speech"}
    assert (found.title, found.date) == ("Cloud Days 2024 - Keynote", "2024-12-03")
    assert found.origin == "https://video.example.org/watch?v=abc"
    assert "a pleasure to see all of you here" in found.text
    assert "applause" not in found.text
    assert "Dec 3" not in found.text


def test_speakers_begin_parts() -> None:
    """A dash at the start of a line or sentence begins a part; one inside a sentence does not."""
    texts = words(document(talk(), "text/plain"))
    assert "How large?" in " ".join(text for text in texts if text.startswith("How large?"))
    assert any(text.startswith("Thank you. I will") for text in texts)
    assert any("cluster - it is large." in text for text in texts)


def test_named_speakers_are_kept_apart_from_their_words() -> None:
    """`Name:` at the start of turns is the speaker of the part, not text."""
    turns = (
        "Ann Lee: what do you think about\nthe new chip and the\nnetwork?\n"
        "Bob Ray: I think it is\nfast and it is\ncheap.\n"
    )
    found = document(turns * 6, "text/plain")
    assert {part.speaker for part in found.parts} == {"Ann Lee", "Bob Ray"}
    assert "Ann Lee" not in found.text


def test_time_stamps_are_positions() -> None:
    """Stamps before lines are seconds of parts and no words."""
    text = "".join(
        f"{n // 4}:{n % 4 * 15:02d}\nthis is what was said in line {n} of\nthe talk. And then.\n"
        for n in range(40)
    )
    found = document(text, "text/plain")
    assert found.speech
    assert found.parts[0].seconds == 0
    seconds = [part.seconds for part in found.parts]
    assert seconds == sorted(seconds)
    assert max(seconds) > 400
    assert ":" not in found.text


def test_a_part_begins_near_what_it_says() -> None:
    """A citation opens on the time of its part: within half a minute of what is said."""
    text = "WEBVTT\n\n" + "".join(
        f"00:{n // 2:02d}:{n % 2 * 30:02d}.000 --> 00:{n // 2:02d}:{n % 2 * 30 + 29:02d}.000\n"
        f"Sentence {n} is said in this cue.\n\n"
        for n in range(12)
    )
    found = document(text, "text/vtt")
    for part in found.parts:
        said = int(part.span.of(found.text).split()[-6])
        assert part.seconds is not None
        assert 30 * said - part.seconds <= 30


def test_paragraphs_are_a_few_sentences() -> None:
    """Long turns are cut between sentences into paragraphs of about equal length."""
    text = "\n".join(f"it goes on with sentence\nnumber {n}. And" for n in range(60))
    counts = [part.count(".") for part in words(document(text, "text/plain"))]
    assert all(3 <= count <= 8 for count in counts)


def test_prose_is_no_transcript() -> None:
    """Paragraphs, lists and timetables are not taken for speech."""
    prose = "\n\n".join(["A paragraph that was wrapped at some\nwidth and ends here."] * 20)
    assert not document(prose, "text/plain").speech
    table = "\n".join(
        f"{hour}:30 Session number {hour} begins in the hall" for hour in range(9, 19)
    )
    assert not document(table, "text/plain").speech


VTT = (
    "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n<v Ann Lee>Hello <b>there</b>, all\n\n"
    "00:00:03.000 --> 00:00:05.000\n<v Ann Lee>of you. Sit down.\n\n"
    "00:00:20.000 --> 00:00:22.000\n<v Bob>Thank you.\n"
)


def test_webvtt_is_speech_with_voices() -> None:
    """Cues are joined; voices are speakers; a part begins where its cue does."""
    found = document(VTT, "text/vtt")
    assert words(found, "speech") == ["Hello there, all of you. Sit down.", "Thank you."]
    assert [(part.seconds, part.speaker) for part in found.parts] == [(1, "Ann Lee"), (20, "Bob")]


def test_each_voice_of_a_cue_says_its_own_words() -> None:
    """A cue may have several voices; a dash before the words takes none of them away."""
    vtt = (
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ann Lee>Is it fast?\n<v.loud Bob>- It is fast.\n\n"
        "00:03.000 --> 00:05.000\n<v Ann Lee>It is fast.</v> <v Cy &amp; Di>We know.</v> All do.\n"
    )
    found = document(vtt, "text/vtt")
    assert [(part.speaker, part.span.of(found.text)) for part in found.parts] == [
        ("Ann Lee", "Is it fast?"),
        ("Bob", "It is fast."),
        ("Ann Lee", "It is fast."),
        ("Cy & Di", "We know."),
        ("", "All do."),
    ]


def test_escaped_characters_of_captions_are_read_as_meant() -> None:
    """Captions escape `&`, `<` and `>`, also the marks of a new speaker; "R&D" escapes nothing."""
    vtt = (
        "WEBVTT\n\n00:01.000 --> 00:03.000\nR&D spends 5 &lt; 6 &amp; more.\n\n"
        "00:03.000 --> 00:05.000\n&gt;&gt; It&#39;s&nbsp;fine.\n"
    )
    found = document(vtt, "text/vtt")
    assert words(found, "speech") == ["R&D spends 5 < 6 & more.", "It's fine."]


def test_srt_is_known_by_its_content() -> None:
    """SRT is read whether announced or not; a long pause begins a part."""
    srt = (
        "1\n00:00:01,000 --> 00:00:02,000\nHello there.\n\n"
        "2\n00:01:30,500 --> 00:01:32,000\n<i>We go on.</i>\n"
    )
    for media_type in ("application/x-subrip", "text/plain", ""):
        found = document(srt, media_type)
        assert [(part.seconds, part.span.of(found.text)) for part in found.parts] == [
            (1, "Hello there."),
            (90, "We go on."),
        ]


def test_rolling_captions_are_read_once() -> None:
    """A line that a cue repeats from the cue before is not said twice."""
    cues = ["one two", "one two\nthree four", "three four\nfive six."]
    vtt = "WEBVTT\n\n" + "".join(
        f"00:0{n}.000 --> 00:0{n + 1}.000\n{cue}\n\n" for n, cue in enumerate(cues, start=1)
    )
    assert document(vtt, "text/vtt").text == "one two three four five six."


def test_a_caption_file_without_cues_is_skipped() -> None:
    """A caption file that says nothing is skipped."""
    assert isinstance(read("WEBVTT\n\n", "text/vtt"), Skipped)


@needs_shared
@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("matt-keynote-reinvent-2024.md", "2024-12-03"),
        ("swami-keynote-reinvent-2024.md", "2024-12-04"),
        ("train-llm-sagemaker-2024.md", "2024-12-06"),
    ],
)
def test_the_real_sessions_are_speech(name: str, date: str) -> None:
    """Each session is speech in paragraphs with its title, date and address; cues are gone."""
    path = SHARED / "references" / name
    found = document(path.read_bytes(), "text/markdown", location=str(path))
    assert found.speech
    assert found.title.startswith("AWS re:Invent 2024 - ")
    assert found.date == date
    assert found.origin.startswith("https://www.youtube.com/watch?v=")
    lengths = [len(part.split()) for part in words(found)]
    assert 40 < sum(lengths) / len(lengths) < 150
    assert "[" not in found.text
