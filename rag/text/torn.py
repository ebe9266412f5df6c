"""What a part of a sentence leaves out: is it something that the sentence takes back?"""

from __future__ import annotations

import re

from rag.text.figures import WORD
from rag.text.sentences import statement_spans

_BEFORE = re.compile(
    r"\b(?:not|cannot|no|never|without|false|untrue|wrong|den(?:y|ies|ied)|doubts?|unlikely|hardly|"
    r"if|unless|may|might|could|would|plans? to|expects?|claims?|believes?|rumou?red|allegedly|"
    r"myths?|misconceptions?|fallac(?:y|ies)|mistaken?|supposedly|refut(?:e[sd]?|ing)|"
    r"disprov(?:e[sd]?|en|ing)|debunk(?:s|ed|ing)?|predict(?:s|ed)? that|"
    r"hop(?:e[sd]?|ing) (?:to|that)|(?:aim|intend|want|seek)s? to|"
    r"unclear|uncertain|unproven|questionable|doubtful|rarely|seldom|barely|scarcely)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
"""Words before a part of a sentence without which it says something else."""
_LIMIT = re.compile(
    r"\b(?:up to|at (?:most|least|best)|(?:more|less|fewer) than|half|most|many|several|some|few|"
    r"certain|selected|nobody but|nothing but|none but)(?: of)?(?: the| an?| its| their| our)?\s+$",
    re.IGNORECASE,
)
"""Words right before a part that say of how much or of how many of it the sentence speaks."""
_AFTER = re.compile(
    r"^[^.;]*?\b(if|unless|except|(?:is|was) (?:false|wrong|untrue))\b",
    re.IGNORECASE,
)

_END = re.compile(r"[.!?][\"”’')\]]*(?:\s|\\n)+")
_LONGEST = 60
"""Words of a sentence before a part of it, beyond which it is no sentence of anybody's."""


def taken_back(part: str, sentences: str) -> str:
    """Return a word by which the sentence of a part takes it back; nothing if none does.

    Other sentences say nothing of it: one of several may well say "not".

    Args:
        part: words that may be a run of the sentences, letter case and punctuation apart.
        sentences: the whole sentences.
    """
    said = [match[0].casefold() for match in WORD.finditer(part)]
    words = list(WORD.finditer(sentences))
    plain = [match[0].casefold() for match in words]
    for at in range(len(plain) - len(said) + 1) if said else ():
        if plain[at : at + len(said)] == said:
            start, end = words[at].start(), words[at + len(said) - 1].end()
            spans = statement_spans(sentences)
            own = [span for span in spans if span[0] < end and start < span[1]]
            left_out = _near(sentences[own[0][0] : start])
            before = _BEFORE.search(left_out) or _LIMIT.search(left_out)
            after = _AFTER.match(sentences[end : own[-1][1]])
            return before[0].strip() if before else after[1] if after else ""
    return ""


def takes_back(words: str) -> str:
    """Return the first of the words by which what follows them is no statement, or nothing."""
    found = _BEFORE.search(words)
    return found[0] if found else ""


def _near(before: str) -> str:
    """Return the words before a part that can be of its sentence.

    The segmenter leaves what stands between quotation marks in one piece, be it pages long.
    """
    if len(WORD.findall(before)) <= _LONGEST:
        return before
    return _END.split(before)[-1]
