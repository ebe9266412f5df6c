"""Which English sentences can stand alone: whole, and clear without their neighbours.

The lists are of words that lean on what went before, point to somewhere else on the page, or
speak to an audience. They are wide on purpose: a good sentence left out costs little, since its
reference has others; a sentence that nobody understands costs the reader's trust.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.adapters.extractive import trimming
from rag.adapters.extractive.patterns import begins, has
from rag.text.figures import WORD, content_words

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_WORDS, MAX_WORDS = 8, 48
MIN_CONTINUING_WORDS = 5
"""A sentence that speaks on of what the one before names may be short."""


PRONOUNS = "this that these those it its they their them he his she her such here there".split()
_LINKS = (
    "however also additionally moreover furthermore but and so or nor then thus therefore hence "
    "similarly likewise instead another other others both either neither yet still again otherwise "
    "meanwhile conversely consequently accordingly specifically overall note notice recall finally "
    "first firstly second secondly third next lastly now okay ok well sure yes no because since "
    "unlike like each below above interestingly surprisingly notably basically essentially what "
    "unfortunately fortunately"
).split()
_PHRASES = (
    "of course",
    "in (?:addition|contrast|other words|fact|particular|short|turn|this|that|these|summary)",
    "for (?:example|instance|this|these|that|more)",
    "as (?:mentioned|you|we|shown|discussed|a result|one can see)",
    "on the other hand",
    "at (?:the same time|this|that)",
    "with (?:this|that|these)",
    "to (?:do (?:this|that|so)|summari[sz]e|sum up)",
    r"by the way|by [^,]{0,40}\b(?:this|that|these|those|it|them|both|such)",
    r"the (?:\w+ ){1,2}(?:itself|themselves|here)",
    "before (?:discussing|we)",
    (
        "the (?:former|latter|above|following|same|next|previous|second|third|other|rest|figure|"
        "diagram|image|picture|graph|chart|plot|table|answer|result|reasons?|idea|point|difference|"
        "article|section|authors?)"
    ),
    (
        "(?:an? |the )?(?:annotated|illustration|comparison|plot|overview|screenshot|diagram|"
        "architecture (?:comparison|overview))"
    ),
    "simply|navigate",
    (
        "the (?:perhaps |only |most |more |main |key |big |other )*"
        "(?:interesting|notable|takeaway|difference|aspect|highlight)"
    ),
    "(?:a|an|one)(?: [a-z]+){0,4} (?:tidbit|aspect|thing|takeaway)",
    "all (?:of )?(?:this|these|that)",
    "(?:let|let's|let’s|imagine|suppose|remember|please)",
    "if you (?:look|remember|recall)",
    "you(?:'ll|’ll| will| are| may| might| have| would)",
    r"like \w+ (?:said|mentioned)",
    "despite being",
)
_LEANING = begins(*PRONOUNS, *_LINKS, *_PHRASES)
"""Openers that lean on a sentence before: alone, nobody knows what they speak of."""

_CONTINUING = begins(
    r"(?:it|they)\b(?!['’]s)",
    "(?:but|yet|however|also|instead|additionally|moreover|furthermore|similarly|conversely)",
    "despite being",
    "for (?:example|instance|this reason),",
    "(?:in other words|as a result|on the other hand|in contrast|here),",
    "th(?:is|ese)(?: [a-z-]+)?",
)
"""Openers that lean on the sentence before alone."""
_AUTHOR = has(r"(?:discussed|mentioned|noted)\b|let['’]s|\bnote\b|figure\b|article\b|code\b")

_DEMONSTRATIVE = re.compile(
    r"\b(?:this|these|those) (?!(?:week|month|quarter|year|morning|day)s?\b)((?:[a-z-]+ ?){1,2})",
    re.IGNORECASE,
)
_POINTING = has(
    r"(?:figure|table) \d",
    r"fig\. ?\d",
    r"see (?:the|our|below|above|also|here|ref)",
    r"(?:shown|described|listed|mentioned|discussed) (?:in|above|below|earlier)\b",
    r"as follows|the following|above\b|below\b|refer to\b",
    r"click|subscribe|sign (?:up|in)\b|log ?in\b|cookies?\b|read more|learn more",
    r"table of contents|all rights reserved|let's|let’s|recap\b",
    r"for more (?:information|details)",
)
"""Words that point to somewhere else on the page, or to its furniture."""
_ASIDE = re.compile(r", (?:however|though)[.,]|\bas well\.|\(again\)", re.IGNORECASE)

_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|me|my|us|[Ww]e|[Ww]e['’](?:re|ve|ll|d)|[Oo]urs?)\b"
)
SOURCE_LINE = re.compile(
    r"(?:sources?|references?|see also|tip|note|caption|image|photo|credits?|"
    r"(?:figure|fig\.?|table|listing|box|step|example|exhibit)\s*[\dIVX]+[a-z]?)\s*[:.]",
    re.IGNORECASE,
)
_STEPS = (
    "run(?:s)?|count(?:s)?|verif(?:y|ies)|validate(?:s)?|compare(?:s)?|collect(?:s)?|quer(?:y|ies)|"
    "check(?:s)?|ensure(?:s)?|detect(?:s)?|force(?:s)?|set|install|create(?:s)?|configure(?:s)?|"
    "add(?:s)?|choose|select|download|open|enter|make|get|launch(?:es)?|print(?:s)?|test(?:s)?|"
    "return(?:s)?|report(?:s)?|read(?:s)?|write(?:s)?|retr(?:y|ies)|monitor(?:s)?|iterate(?:s)?"
)
_DOING = begins(rf"(?:(?:on|in|for|at|with) [^,]{{1,50}}, )?(?:{_STEPS})")
"""First words of a step or of what a command does: nobody is said to do it."""
_COMMAND = re.compile(r"`[^`]*\s[^`]*`|`--?[a-z]|\w=\w")
"""A line for a terminal, or of settings."""
_CLOSED = re.compile(r"[.!][\"”’)\]]*$")
_SAYING = re.compile(r"(?<![\w.-])[a-z][a-z’'-]*(?![\w-]|\.\w)")
"""A word in small letters: where there are few, names and figures are listed, and nothing said."""
_SAID_AT_LEAST = 0.2
"""Their share of the words; a row of a table that a PDF has as running text has none or few."""
_TITLE_LIKE = re.compile(r"An? (?:[\w'’/-]+,? ){1,9}?(?:for|of|with|to)\b")
_FINITE = has(
    r"(?:is|are|was|were|ha[sd]|have|can|could|will|would|may|might|must|should|do|does|did)\b",
    r"(?:give|let|provide|offer|support|allow|enable|use|make|take|run|need|cost|mean|contain|include|"
    r"reduce|increase|improve|help|work|keep|hold|come|serve|store|cover|require|combine|save|show|"
    r"train|replace|deliver|scale|connect|lose|reach|add|bring|become|remain|stay|begin|differ)s\b",
)
"""Verbs that say something of a thing: "A suite of checks for clusters." names one and ends."""
_REFERENCE_MARK = re.compile(r"\[\d+\]")
_CLOSED_IN_ITSELF = re.compile(
    r"(?:both|neither) (?!of\b|types?\b|cases?\b)[\w.-]+(?: [\w.-]+){0,2} (?:and|nor) [\w.-]+ "
    r"|unlike (?:[A-Z][\w.-]*|[a-z]+-[a-z\d-]+)"
    rf"|(?:because|since) (?!(?:{'|'.join(PRONOUNS)}|we|you|I)\b)[^,]+, ",
    re.IGNORECASE,
)
"""Openers that lean in other sentences, and here bring along what they speak of."""
_PRONOUN = re.compile(r"\b(?:it|its|it['’]s|they|their|them|he|she|his|her)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b(?:[A-Z][\w.-]*|[a-z]+\d[\w.-]*)")
_NAMED_START = re.compile(
    r"(?:Amazon|AWS|[A-Z][\w-]* [A-Z\d]|[A-Z][\w-]*[A-Z0-9]|[a-z]{1,3}\d|[a-z]+[A-Z])"
)
_QUOTATION = re.compile(r"[\"“][^\"”]*[\"”]")


def parts(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a sentence that may say something by themselves, the longest first."""
    yield from trimming.parts(sentence)


def start(sentence: str) -> int:
    """Return where a sentence begins to say something: after its label, or its links."""
    return trimming.run_up(sentence)


def stands_alone(sentence: str) -> bool:
    """Whether a sentence, from its first letter to its full stop, is understood by itself."""
    if not is_whole(sentence, MAX_WORDS):
        return False
    begins = sentence[0].isupper() or sentence[0].isdigit() or _NAMED_START.match(sentence)
    leans = _LEANING.match(sentence) and not _CLOSED_IN_ITSELF.match(sentence)
    points = _POINTING.search(sentence) or _ASIDE.search(sentence) or points_back(sentence)
    steps = _DOING.match(sentence) or _COMMAND.search(sentence)
    if not begins or leans or points or steps or _is_pronoun_first(sentence):
        return False
    return not _FIRST_PERSON.search(_QUOTATION.sub("", sentence))


def points_back(sentence: str) -> bool:
    """Whether it says "these experts" of what it has not named itself."""
    for match in _DEMONSTRATIVE.finditer(sentence):
        if not content_words(match[1]) & content_words(sentence[: match.start()]):
            return True
    return False


def introduces(sentence: str) -> bool:
    """Whether a sentence can be followed by one that speaks on of what it names."""
    return stands_alone(sentence)


def leans_on(sentence: str) -> bool:  # noqa: ARG001 - see `speech.leans_on`
    """Whether a sentence that does not continue may stand between two that do: never in writing."""
    return False


def continues(sentence: str) -> bool:
    """Whether a sentence leans on nothing but the one before, so that the two are whole."""
    match = _CONTINUING.match(sentence)
    if match is None or not is_whole(sentence, MAX_WORDS, shortest=MIN_CONTINUING_WORDS):
        return False
    rest = sentence[match.end() :]
    points = _POINTING.search(rest) or _ASIDE.search(rest) or _AUTHOR.search(rest)
    return not (points or points_back(rest) or _FIRST_PERSON.search(_QUOTATION.sub("", rest)))


def is_whole(sentence: str, longest: int, shortest: int = MIN_WORDS) -> bool:
    """Whether a sentence is neither cut nor endless, and no caption."""
    fits = shortest <= len(WORD.findall(sentence)) <= longest
    marked = _REFERENCE_MARK.search(sentence) or SOURCE_LINE.match(sentence)
    whole = _CLOSED.search(sentence) and _says_something(sentence) and _is_balanced(sentence)
    return bool(fits and whole and not marked)


def _says_something(sentence: str) -> bool:
    """Whether it is more than a list of names, and more than the description of a thing."""
    is_title = _TITLE_LIKE.match(sentence) and not _FINITE.search(sentence)
    said = len(_SAYING.findall(sentence))
    return said > 0 and said >= _SAID_AT_LEAST * len(WORD.findall(sentence)) and not is_title


def _is_pronoun_first(sentence: str) -> bool:
    """Whether a pronoun comes before anything it could stand for."""
    pronoun = _PRONOUN.search(sentence)
    if pronoun is None or _NAMED_START.match(sentence):
        return False
    name = _NAME.search(sentence)
    return name is None or name.start() > pronoun.start()


def _is_balanced(sentence: str) -> bool:
    pairs = (("(", ")"), ("[", "]"), ("“", "”"))
    return sentence.count('"') % 2 == 0 and all(
        sentence.count(left) == sentence.count(right) for left, right in pairs
    )
