"""Text → tokens with what kind of word each is, by simple lists and by how it is written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from rag.adapters.support.lexicon import FUNCTION, HEDGE, NEGATION, UNITS, stem
from rag.text.normal import normalise

Kind = Literal["number", "name", "negation", "hedge", "function", "verb", "quality", "noun"]

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?%?|[^\W_]+(?:[.'’][^\W_]+)*|[%$€£]")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WITH_UNIT = re.compile(r"(\d[\d,]*(?:\.\d+)?)([A-Za-z%]{1,5})")
_SIGNS = {"%": "percent", "$": "dollar", "€": "euro", "£": "pound"}
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100", "dozen": "12"}
_ENDS_SENTENCE = re.compile(r"(?:[.!?:•\n|#>*-]|^)[\s\"'“‘(\[]*$")
_VERB = re.compile(r"(?:ed|ing|ize|ise|ify|ates?)$")
_QUALITY = re.compile(r"(?:ly|ous|ful|ive|able|ible|al|ic|less|est|ish|ary|ent|ant)$")


class Token(NamedTuple):
    """A word, a number or a sign that counts as a word."""

    text: str
    stem: str
    """What is compared: a number without its separators, else the stem of the lower-case word."""
    kind: Kind
    start: int
    initial: bool
    """Whether it begins a sentence, where a capital says nothing."""

    @property
    def has_content(self) -> bool:
        """Whether the word says something by itself."""
        return self.kind not in {"function", "negation", "hedge"}


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text in order; compounds and contractions are taken apart."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        start = match.start()
        # What glues number and letters is one match of the pattern's two: 5bn, H100, 3.2Tbps.
        glued = bool(found) and found[-1].start + len(found[-1].text) == start
        initial = bool(_ENDS_SENTENCE.search(text, max(0, start - 6), start))
        for word, at in _parts(match[0], start):
            if glued and found[-1].kind == "number" and word.lower() not in UNITS:
                last = found.pop()
                joined = last.text + word
                found.append(Token(joined, joined.lower(), "name", last.start, last.initial))
            else:
                found.append(_token(word, at, initial))
            glued = initial = False
    return tuple(found)


def _parts(word: str, start: int) -> list[tuple[str, int]]:
    plain = word.replace("’", "'")
    lower = plain.lower()
    if lower.endswith("%") and len(lower) > 1:
        return [(word[:-1], start), ("%", start + len(word) - 1)]
    if lower.endswith("n't") or lower == "cannot":
        head = plain[:3] if lower in {"can't", "cannot"} else plain[:-3]
        head = "will" if lower == "won't" else head
        return [(head, start), ("not", start + len(word) - 3)]
    if lower.endswith("'s"):
        return [(plain[:-2], start)]
    return [(plain, start)]


def _token(word: str, start: int, initial: bool) -> Token:
    lower = word.lower()
    if _NUMBER.fullmatch(word):
        return Token(word, _plain_number(word), "number", start, initial)
    if lower in _NUMBER_WORDS and lower != "one":
        return Token(word, _NUMBER_WORDS[lower], "number", start, initial)
    if word in _SIGNS:
        return Token(word, _SIGNS[word], "noun", start, initial)
    found = stem(lower)
    if lower in FUNCTION and word != word.upper():
        return Token(word, lower, "function", start, initial)
    return Token(word, found, _kind(word, lower, found, initial), start, initial)


def _plain_number(word: str) -> str:
    plain = word.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _kind(word: str, lower: str, found: str, initial: bool) -> Kind:  # noqa: PLR0911 - a list of rules
    if lower in FUNCTION and (word != "A" or initial):  # "Model A" is a name
        return "function"
    if found in NEGATION:
        return "negation"
    if (
        word == "A"
        or any(char.isdigit() for char in word)
        or any(char.isupper() for char in word[1:])
    ):
        return "name"
    if word[0].isupper() and not initial:
        return "name"
    if found in HEDGE:
        return "hedge"
    if _VERB.search(lower):
        return "verb"
    return "quality" if _QUALITY.search(lower) else "noun"


def plain_words(text: str) -> list[str]:
    """Return the words of a text as they are compared for "the same words"."""
    return [match[0].casefold() for match in re.finditer(r"\w+|[^\w\s]", normalise(text))]
