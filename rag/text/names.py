"""Names of a text, and those of a claim that stand in no passage.

Services, models, instances, companies, people: what is known, has digits or is capitalised.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rag.text.figures import STOP_WORDS, term_pattern
from rag.text.scan import scan
from rag.text.units import singular

if TYPE_CHECKING:
    from collections.abc import Sequence

Aliases = tuple[tuple[str, ...], ...]
"""The ways to write each known name."""


class Name(NamedTuple):
    """A name in a text: `of[start:end]` is its text."""

    text: str
    start: int
    end: int
    is_known: bool
    """Whether it is one of the names that were given, or is written with digits."""


_CAPITAL = re.compile(r"[^\W\d_a-z][\w’'&+]*(?:[-./](?=\w)[\w’'&+]+)*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;…]|\n)[\s>*#|\"'“‘(•-]*$")
_JOINT = re.compile(r"[ \u00a0]")
_WORD = re.compile(r"[^\W_]+(?:\.\d+)*")
_INITIALS = re.compile(r"(?<=\b[A-Z])\.(?=[A-Z]\b)")  # U.K is UK
_GENERIC = frozenset(
    "ai api apis app arm ascii cpu cpus css csv db faq faqs gb gpu gpus ceo cto cfo vp hpc html "
    "http https id ids io ip it json llm llms lm ml moe nlp ok os pb pc pdf q ram rag rl "
    "saas sdk sdks sql ssd tb tv ui uk us usa url usd ux vcpu vcpus vm vms xml yaml mb kb nlp sla "
    "slas roi am pm dr mr mrs ms st jr monday tuesday wednesday thursday friday saturday sunday "
    "january february march april may june july august september october november december jan feb "
    "mar apr jun jul aug sep sept oct nov dec english a an the no yes region regions".split()
)
"""Capitalised words that name no one: units, roles, days, what everybody abbreviates."""
_VENDORS = frozenset("amazon aws nvidia google meta microsoft openai anthropic apple ibm".split())
_TAILS = frozenset("ai instance service model".split())
_STEM = 4
"""Letters that a word keeps where a people or a language is named after a place."""
_TITLE_SHARE = 0.6
_TITLE_WORDS = 4


def names(text: str, known: re.Pattern[str] | Sequence[str] = ()) -> list[Name]:
    """Return the names of `text`, in order; they do not overlap.

    Names are what `known` has (in any case, singular or plural), words with digits (`H200`,
    `p5.48xlarge`, `Llama 3.1 405B`) and what is capitalised in the middle of a sentence. A
    sentence's first word is one only if it is known, or has a digit or an inner capital. Of a text
    in title case only known names and those with digits or inner capitals are.

    Args:
        text: where to look.
        known: the names of the field, or a pattern that finds them (`figures.term_pattern`).
    """
    spans = [match.span() for match in _pattern(known).finditer(text)] if known else []
    certain = _joined(sorted([*spans, *scan(text).names]))
    found = [Name(text[start:end], start, end, is_known=True) for start, end in certain]
    for start, end in _capitalised(text, certain):
        found.append(Name(text[start:end], start, end, is_known=False))
    return sorted(found, key=lambda name: name.start)


def missing_names(
    claim: str, passages: str, known_aliases: Sequence[Sequence[str]] = ()
) -> list[Name]:
    """Return the names of the claim that stand in no passage, in order.

    Case, plural, hyphen and space make no difference, nor what is made of a name (`European`).
    Another known name does only if one is a mere shortening of the other: `HyperPod` for `Amazon
    SageMaker HyperPod`, not `P5` for `P5en`.

    Args:
        claim: one statement.
        passages: the words it stands on, joined, with whatever names their subject (a title).
        known_aliases: the ways to write each known proper name.
    """
    return list(_missing(claim, passages, tuple(tuple(group) for group in known_aliases)))


@lru_cache(maxsize=256)  # a claim's names are asked for by one gate after the other
def _missing(claim: str, passages: str, groups: tuple[tuple[str, ...], ...]) -> tuple[Name, ...]:
    written = tuple(name for group in groups for name in group)
    there = _key(passages)
    capitals = {match[0].lower() for match in _WORD.finditer(passages) if match[0][0].isupper()}
    return tuple(
        name for name in names(claim, written) if not _stands(name, there, capitals, groups)
    )


def _pattern(known: re.Pattern[str] | Sequence[str]) -> re.Pattern[str]:
    return known if isinstance(known, re.Pattern) else _compiled(tuple(known))


@lru_cache(maxsize=8)
def _compiled(known: tuple[str, ...]) -> re.Pattern[str]:
    return term_pattern((*known, *(name.removesuffix("s") for name in known)))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted spans with those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def _capitalised(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans of capitalised names outside of `taken`, words in a row as one."""
    words = [match for match in _WORD.finditer(text) if len(match[0]) >= _TITLE_WORDS]
    capitals = sum(word[0][0].isupper() for word in words)
    in_title_case = len(words) > 3 and capitals > _TITLE_SHARE * len(words)  # noqa: PLR2004
    numbers = [(item.start, item.end) for item in scan(text).quantities]
    blocked = _joined(sorted([*taken, *numbers]))
    spans: list[tuple[int, int]] = []
    at = 0
    for match in _CAPITAL.finditer(text):
        start, end = match.start(), match.end() - len(_possessive(match[0]))
        while at < len(blocked) and blocked[at][1] <= start:
            at += 1
        is_taken = at < len(blocked) and blocked[at][0] < end
        if is_taken or not _is_name(text, match, in_title_case=in_title_case):
            continue
        if spans and _JOINT.fullmatch(text, spans[-1][1], start):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _possessive(word: str) -> str:
    return next(
        (
            ending
            for ending in ("'s", "’s", "'m", "’m", "'ll", "’ll", "'ve", "’ve", "'", "’")
            if word.endswith(ending)
        ),
        "",
    )


def _is_name(text: str, match: re.Match[str], *, in_title_case: bool) -> bool:
    if match.start() and (text[match.start() - 1].isalnum() or text[match.start() - 1] in "_'’"):
        return False
    word = match[0].removesuffix(_possessive(match[0]))
    parts = [part.lower() for part in re.split(r"[-./&+]", word)]
    if len(word) < 2 or all(part in _GENERIC or part in STOP_WORDS for part in parts):  # noqa: PLR2004
        return False
    if any(one.islower() and other.isupper() for one, other in pairwise(word)):
        return True
    is_first = _SENTENCE_END.search(text, max(0, match.start() - 8), match.start())
    return not (is_first or in_title_case)


def _key(text: str) -> str:
    """Return the words of a text, singular and lower case, each with a space on both sides."""
    plain = _INITIALS.sub("", text)
    return f" {' '.join(singular(match[0]) for match in _WORD.finditer(plain))} "


def _stands(name: Name, there: str, capitals: set[str], groups: Aliases) -> bool:
    key = _key(name.text)
    if key in there or _run_together(name.text, there):
        return True
    if not name.is_known:
        words = (word for word in key.split() if word not in STOP_WORDS)
        return all(f" {word} " in there or _is_derived(word, capitals) for word in words)
    return any(
        other in there
        for group in groups
        if key in (keys := [_key(alias) for alias in group])
        for other in keys
        if _shortens(key.split(), other.split()) or _shortens(other.split(), key.split())
    )


def _is_derived(word: str, capitals: set[str]) -> bool:
    """Whether a capitalised word has the stem of another: `Chinese` and `China`, not `Omaha`."""
    stem = word[: max(_STEM, len(word) - _STEM)]
    return len(word) > _STEM and any(
        other.startswith(stem) and len(other) > _STEM for other in capitals
    )


def _run_together(name: str, there: str) -> bool:
    """Whether the name stands with a hyphen or space more or less: `Qwen 3` and `Qwen3`."""
    letters = "".join(_key(name).split())
    if not any(map(str.isdigit, letters)):
        return False
    pattern = " ?".join(map(re.escape, letters))
    return re.search(rf" {pattern} ", there) is not None


def _shortens(short: list[str], long: list[str]) -> bool:
    """Whether one name is the other without first words or a generic last one, or its initials."""
    core = [word for word in long if word not in _VENDORS]
    if len(short) == 1 and len(core) > 2 and short[0] == "".join(word[0] for word in core):  # noqa: PLR2004
        return True
    while long and long[-1] in _TAILS and long != short:
        long = long[:-1]
    while short and short[-1] in _TAILS and long[-len(short) :] != short:
        short = short[:-1]
    return bool(short) and long[-len(short) :] == short
