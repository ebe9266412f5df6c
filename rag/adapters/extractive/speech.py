"""Which spoken English sentences can stand alone, or with the one that follows.

A talk names its subject in one sentence ("I'm happy to announce …") and says what it does in the
next ("This feature …"): apart neither is worth quoting, together they are what was said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.adapters.extractive.patterns import any_of, begins, has
from rag.adapters.extractive.wording import (
    MIN_CONTINUING_WORDS,
    PRONOUNS,
    is_whole,
    points_back,
)
from rag.text.torn import taken_back

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_WORDS = 48
_MIN_INTRODUCING_WORDS = 5
_SMALL_TALK = has(
    r"thanks?\b|welcome|excited|thrilled|happy\b|please|applause|audience|stage\b|keynote",
    r"re:invent|session|talk about|(?:I|we|I['’]ll|we['’]ll|to|me) (?:tell|show) you|you know",
    r"kind of|sort of|gonna|wanna|right\?",
    r"hello|good morning|let me|let's|let’s|I['’]d like|guess|amazing|awesome|incredible",
    r"game[- ]chang|super\b|wow\b|joining|join us|honou?r|can['’]t wait|you can see|pictures?\b",
    r"(?:like|as) (?:\w+ )?mentioned|(?:invite|imagine|this morning|earlier|demo)\b",
)
_LEANING = begins(
    *PRONOUNS,
    "(?:that|it|here|there)['’]s",
    "they['’]re",
    *"which who because then or one some what why how another both let".split(),
    "the (?:first|second|third|next|other|same|reason|result|answer)",
    r"like \w+ (?:said|mentioned)",
    "by doing|if (?:they|it|he|she)",
    "with (?:this|that|these)",
    "(?:if|when) you(?:['’]re)? (?:look|think|see|go|remember|recall|do|did|start|want to see)",
    "you(?!(?: can| could|r data) (?!see|imagine|chat))",
    r"(?:[\w'’,]+ ){1,4}(?:it|them|these)",
    "to do|(?:to|of|for|in|with|by) the [a-z]+ of",
    "built (?:up)?on|based on|as well as|including|such as",
    r"from [^.;]{1,120}, (?:it|they|this|that)(?:['’]\w+)?",
    r"[^,]{1,60}, who(?:se)?",
)
_ANNOUNCEMENT = re.compile(
    r"(?:I|we)(?:['’]m|['’]re| am| are) (?:(?:also|so|very|really|super|just|extremely)[ ,]+)*"
    r"(?:excited|happy|thrilled|pleased|proud|announcing)(?: today,?)? ?(?:to )?"
    r"(?:announce|introduce|share|say)?|(?:today,? )?we(?:['’]re| are) announcing",
    re.IGNORECASE,
)
_CONTINUING = begins(
    "(?:with |all )?th(?:is|ese)(?: new)?(?: (?:feature|innovation|capabilit(?:y|ies)|service|"
    "update|solution|option|approach|instances?|models?|chips?|plans?|cluster))?",
    "(?:it|they)(?:['’](?:s|ll|re))?",
    "what (?:I mean by that|that means) is(?: that)?",
)
_AFTER_CONTINUING = has(
    r"th(?:is|ese|at) (?:is why|one|demo|slide)", r"look(?:s|ing)? (?:at|really)"
)
_DISCOURSE = re.compile(
    any_of(
        "(?:"
        + any_of(
            *"and so now but well ok okay look again also actually today first second third next "
            "finally secondly interestingly essentially effectively overall".split(),
            "in (?:fact|addition|particular)",
            "of course|you see|as you know|as I said|for example|just yesterday|just last month",
            "(?:that|this)(?:['’]s| is) why(?: today)?",
        )
        + ",? )+"
    ),
    re.IGNORECASE,
)
"""How spoken sentences get going; what follows is what is said."""
_POINTING_BACK = re.compile(r"^you\b|\b(?:it|this|these|those)\b", re.IGNORECASE)
"""What may be named further up: two sentences could then both speak of a third."""
_ANOTHER = re.compile(r"[.?!] [A-Z]")


_REASON = re.compile(r",? because (?=with [A-Za-z]|[A-Z])")


def start(sentence: str) -> int:
    """Return where a sentence begins to say something, after "And so, now …"."""
    match = _DISCOURSE.match(sentence)
    return match.end() if match else 0


def parts(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a sentence that may say something by themselves, the longest first.

    What is given as the reason is said for true, whatever it was a reason for ("this is big,
    because with Comet …").
    """
    begin = start(sentence)
    yield begin, len(sentence)
    for reason in _REASON.finditer(sentence, begin):
        if not taken_back(sentence[reason.end() :], sentence):
            yield reason.end(), len(sentence)


def stands_alone(sentence: str) -> bool:
    """Whether a sentence, from its first letter to its full stop, is understood by itself."""
    if not is_whole(sentence, _MAX_WORDS) or not _is_one(sentence):
        return False
    leans = _LEANING.match(sentence) or points_back(sentence)
    return not (leans or _SMALL_TALK.search(sentence))


def introduces(sentence: str) -> bool:
    """Whether a sentence can be followed by one that speaks on of what it names."""
    if not is_whole(sentence, _MAX_WORDS, shortest=_MIN_INTRODUCING_WORDS):
        return False
    match = _ANNOUNCEMENT.match(sentence)
    rest = sentence[match.end() :] if match else sentence
    leans = not match and (_LEANING.match(sentence) or _POINTING_BACK.search(sentence))
    return _is_one(sentence) and not (leans or _SMALL_TALK.search(rest))


def leans_on(sentence: str) -> bool:
    """Whether a sentence speaks on of what was named before it, and of nothing else."""
    return bool(_POINTING_BACK.search(sentence)) and stands_alone(sentence)


def continues(sentence: str) -> bool:
    """Whether a sentence leans on nothing but the one before, so that the two are whole."""
    match = _CONTINUING.match(sentence)
    if match is None or not is_whole(sentence, _MAX_WORDS, shortest=MIN_CONTINUING_WORDS):
        return False
    points = _AFTER_CONTINUING.match(sentence) or _SMALL_TALK.search(sentence)
    return _is_one(sentence) and not points


def _is_one(sentence: str) -> bool:
    """Whether captions that were joined hold one sentence, and its beginning."""
    return sentence[0].isupper() and not _ANOTHER.search(sentence)
