"""True sentences → false ones by one small edit of a known kind, made by program from a seed."""
# ruff: noqa: E501 - lists of pairs

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|will|has|have|does|do|should|could|would|may|might)\b"
)
_NEGATED = re.compile(
    r"\b(is|are|was|were|can|will|has|have|does|do|should|could|would) not\b ?|\bnot (?!only)"
)
_HEDGES = (
    (r"\bup to (?=[\d$])", ""),
    (r"\b(?:about|around|approximately|roughly|nearly|almost|over|at least|more than) (?=[\d$])", ""),
    (r"\b(?:can|may|might|could)(?: also)? (?=(?:help|be|use|run|get|make|take|do|have|lead|cause|improve|reduce|scale)\b)", "will always "),
    (r"\b(?:often|usually|typically|generally|sometimes|probably|potentially)\b", "always"),
    (r"\b(?:some|many|most) of (?=the|these|our|you)", "all of "),
    (r"\b(?:plans?|expects?|intends?|aims?|hopes?|tries|try|trying|wants?) to (?=[a-z])", "already "),
    (r"\b(?:I think|I believe|we think|we believe|maybe|perhaps),? ", ""),
)  # fmt: skip
_FIGURE = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-]|[.,]\d)")
_UNITS = (
    ("GB", "TB"), ("MB", "GB"), ("GiB", "TiB"), ("Gbps", "Mbps"), ("TB/s", "GB/s"), ("GB/s", "MB/s"),
    ("Tbps", "Gbps"), ("million", "billion"), ("billion", "trillion"), ("thousand", "million"),
    ("minutes", "hours"), ("hours", "days"), ("days", "weeks"), ("weeks", "months"), ("months", "years"),
    ("years", "months"), ("seconds", "minutes"), ("percent", "points"), ("tokens", "parameters"),
    ("parameters", "layers"), ("GPUs", "nodes"), ("instances", "chips"), ("chips", "racks"), ("vCPUs", "GPUs"),
    ("gigabytes", "terabytes"), ("milliseconds", "seconds"), ("%", "x"), ("petaflops", "teraflops"),
    ("terabytes", "gigabytes"), ("times", "percent"), ("B", "M"), ("T", "B"),
)  # fmt: skip
_DIRECTION = tuple(
    pair.split("/")
    for pair in """increase/decrease increases/decreases increased/decreased increasing/decreasing
    reduce/raise reduces/raises reduced/raised reducing/raising improve/worsen improves/worsens
    improved/worsened improving/worsening before/after after/before above/below below/above
    first/last start/stop starts/stops started/stopped begin/end add/remove adds/removes added/removed
    enable/disable enables/disables enabled/disabled allow/prevent allows/prevents allowing/preventing
    grow/shrink growing/shrinking grew/shrank maximum/minimum minimum/maximum maximize/minimize
    minimize/maximize high/low low/high early/late previous/next next/previous top/bottom inside/outside
    supports/lacks includes/excludes include/exclude simplify/complicate accelerate/slow
    accelerates/slows launch/cancel launched/cancelled open/closed public/private input/output
    output/input positive/negative dense/sparse sparse/dense with/without without/with""".split()
)
_COMPARATIVE = tuple(
    pair.split("/")
    for pair in """more/less less/more most/least larger/smaller smaller/larger largest/smallest
    bigger/smaller better/worse best/worst faster/slower fastest/slowest higher/lower lower/higher
    highest/lowest greater/lesser fewer/more easier/harder cheaper/dearer longer/shorter
    shorter/longer newer/older older/newer later/earlier earlier/later stronger/weaker
    simpler/harder deeper/shallower wider/narrower""".split()
)
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w-]*[a-z0-9]|[A-Z]{2,}\w*)(?: [A-Z][\w-]*[a-z0-9])*")
_PHRASES = re.compile(
    r"\b(?:the |a |an )?([a-z]{4,}(?: [a-z]{4,})?) (?:than|from|to|into|with|over|instead of|replaces?|"
    r"uses?|provides?|calls?|runs?|has|have|contains?|requires?|supports?) "
    r"(?:the |a |an )?([a-z]{4,})\b"
)  # fmt: skip


_NO_NOUNS = frozenset(
    "this that these those which what will would could should might must have been being were with "
    "from into than them they their there then when where while also just even more most much many "
    "some only over your ours able need want wants needs going like make made does doing very such "
    "each every other another about because through after before between here".split()
)


def _negation(sentence: str, rng: Random, names: Sequence[str]) -> str:
    del names
    if found := _NEGATED.search(sentence):
        verb = found[1] + " " if found[1] else ""
        return sentence[: found.start()] + verb + sentence[found.end() :]
    places = list(_AUXILIARY.finditer(sentence))
    if not places:
        return sentence
    end = rng.choice(places[:2]).end()
    return f"{sentence[:end]} not{sentence[end:]}"


def _hedge(sentence: str, rng: Random, names: Sequence[str]) -> str:
    del names
    options = [
        edited
        for old, new in _HEDGES
        if (edited := re.sub(old, new, sentence, count=1)) != sentence
    ]
    return rng.choice(options) if options else sentence


def _swap(sentence: str, rng: Random, names: Sequence[str]) -> str:
    del names
    found = list(_NAME.finditer(sentence))
    pairs = [
        (one.span(), other.span())
        for one, other in pairwise(found)
        if one[0] != other[0]
        and not re.fullmatch(r",? ?(?:and|or|,)? ?", sentence[one.end() : other.start()])
    ]
    pairs += [
        (match.span(1), match.span(2))
        for match in _PHRASES.finditer(sentence)
        if not _NO_NOUNS & {*match[1].split(), match[2]}
    ]
    if not pairs:
        return sentence
    (a, b), (c, d) = rng.choice(pairs)
    return sentence[:a] + sentence[c:d] + sentence[b:c] + sentence[a:b] + sentence[d:]


def _figure(sentence: str, rng: Random, names: Sequence[str]) -> str:
    del names
    found = list(_FIGURE.finditer(sentence))
    if not found:
        return sentence
    match = rng.choice(found)
    digits = [at for at, char in enumerate(match[0]) if char.isdigit()]
    at = rng.choice(digits)
    other = rng.choice([digit for digit in "123456789" if digit != match[0][at]])
    changed = match[0][:at] + other + match[0][at + 1 :]
    return sentence[: match.start()] + changed + sentence[match.end() :]


def _unit(sentence: str, rng: Random, names: Sequence[str]) -> str:
    del names
    options = []
    for old, new in _UNITS:
        pattern = rf"(?<=\d)( ?|-){re.escape(old)}(?![\w/])|(?<=\w)( ){re.escape(old)}(?![\w/])"
        if re.search(
            rf"(?:\d|\b(?:two|three|four|five|six|ten|hundred))(?: |-)?{re.escape(old)}(?![\w/])",
            sentence,
        ):
            found = re.search(pattern, sentence)
            if found:
                space = found[1] or found[2] or ""
                options.append(f"{sentence[: found.start()]}{space}{new}{sentence[found.end() :]}")
            else:
                options.append(sentence)
    return rng.choice(options) if options else sentence


def _name(sentence: str, rng: Random, names: Sequence[str]) -> str:
    found = list(_NAME.finditer(sentence))
    if not found:
        return sentence
    match = rng.choice(found)
    other = rng.choice([name for name in names if name not in sentence])
    return sentence[: match.start()] + other + sentence[match.end() :]


def _exchanged(pairs: Sequence[Sequence[str]]) -> Callable[[str, Random, Sequence[str]], str]:
    def edit(sentence: str, rng: Random, names: Sequence[str]) -> str:
        del names
        options = [
            edited
            for old, new in pairs
            if (edited := re.sub(rf"\b{old}\b", new, sentence, count=1)) != sentence
        ]
        return rng.choice(options) if options else sentence

    return edit


KINDS: dict[str, Callable[[str, Random, Sequence[str]], str]] = {
    "negation": _negation,
    "hedge": _hedge,
    "who did what": _swap,
    "figure": _figure,
    "unit": _unit,
    "name": _name,
    "direction": _exchanged(_DIRECTION),
    "comparative": _exchanged(_COMPARATIVE),
}
"""What each kind of edit does: a sentence, a source of chance, names to choose from → a sentence.

It comes back unchanged where the edit cannot be made.
"""


def names_in(texts: Sequence[str]) -> list[str]:
    """Return the names that stand within sentences of the texts, sorted."""
    return sorted({match[0] for text in texts for match in _NAME.finditer(text)})


_SAME = tuple(
    pair.split("/")
    for pair in """use/utilize uses/utilizes using/utilizing help/assist helps/assists show/demonstrate
    shows/demonstrates big/large large/sizeable begin/start started/began buy/purchase get/obtain
    important/significant fast/quick need/require needs/requires make/create makes/creates
    build/construct built/constructed give/provide gives/provides method/approach try/attempt
    problem/issue problems/issues result/outcome results/outcomes keep/maintain choose/select
    also/additionally but/however because/since many/numerous about/roughly almost/nearly
    said/stated says/states currently/now people/individuals company/firm children/kids
    tell/inform end/finish improve/enhance enough/sufficient whole/entire main/principal
    often/frequently usually/normally part/portion fix/repair work/labor answer/reply
    ask/inquire different/distinct various/diverse allows/lets easy/simple hard/difficult
    near/close idea/notion think/believe happen/occur happened/occurred""".split()
)
_OMITTED = re.compile(
    r"^(?:So|And|But|Now|Well|However|Also|In addition|Moreover|Today|Then|For example),? (?=\w)"
    r"|\([^()]*\) ?|\b(?:very|really|actually|also|just|basically|quite|currently) |,[^,]{3,60}(?=[.]$)"
)
_SHORT = (
    ("is not", "isn't"),
    ("are not", "aren't"),
    ("do not", "don't"),
    ("it is", "it's"),
    ("we are", "we're"),
)


def reworded(sentence: str, rng: Random) -> str:
    """Return a sentence that says no more than the given one, in other words where it can."""
    for _ in range(rng.choice((1, 2, 3))):
        options = [
            edited
            for old, new in (*_SAME, *(pair[::-1] for pair in _SAME), *_SHORT)
            if (edited := re.sub(rf"\b{old}\b", new, sentence, count=1)) != sentence
        ]
        omitted = _OMITTED.sub("", sentence, count=1)
        if omitted != sentence:
            options += [omitted[:1].upper() + omitted[1:]] * 2
        sentence = rng.choice(options) if options else sentence
    return sentence
