"""A real sentence → the same sentence changed by a program, with a seed.

The words here are the benchmark's own: they are not taken from what the program knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.text.scan import scan

if TYPE_CHECKING:
    from random import Random

    from rag.text.scan import Quantity

_OPPOSITES = """
increases/decreases increase/decrease increasing/decreasing rises/falls rise/fall raises/lowers
more/less more/fewer faster/slower higher/lower larger/smaller large/small bigger/smaller
greater/smaller improves/worsens improve/worsen better/worse before/after first/last
cheaper/pricier cuts/raises cut/raise reduces/increases reduce/increase reducing/increasing
reduced/increased with/without always/never supports/lacks enables/prevents enable/prevent
allows/forbids allow/forbid lets/prevents maximum/minimum earlier/later wider/narrower
deeper/shallower above/below inside/outside includes/excludes same/different easier/harder
easy/difficult simple/complex strong/weak longer/shorter long/short gains/loses grows/shrinks
grow/shrink adds/removes add/remove best/worst accurate/inaccurate available/unavailable
public/private start/finish open/closed high/low deep/shallow stable/unstable likely/unlikely
efficient/inefficient can/cannot is/isn't are/aren't
""".split()
_PAIRS = [tuple(pair.split("/")) for pair in _OPPOSITES]
_SYNONYMS = dict(
    pair.split("=")
    for pair in """
has=includes have=include offers=provides provides=offers provide=offer uses=employs use=employ
using=employing customers=clients helps=assists help=assist needs=requires need=require
builds=constructs build=construct shows=demonstrates only=merely many=numerous fast=quick
large=big allows=permits allow=permit about=roughly around=approximately because=since
reduces=cuts reduce=cut reducing=cutting increases=raises gives=grants big=large helps=aids
begins=starts works=operates run=execute runs=executes choose=pick chooses=picks keep=retain
keeps=retains buy=purchase bought=purchased makes=renders complete=entire entire=whole
quickly=rapidly fewer=less via=through also=additionally such=similar important=significant
company=firm companies=firms every=each whereas=while different=distinct get=obtain
getting=obtaining
""".split()
)
_ADVERBS = re.compile(
    r"(?<!not )\b(?:very|really|actually|just|now|also|simply|basically|currently|typically|"
    r"already|still|even|quite|so|today|automatically|easily|quickly|then)\s",
    re.IGNORECASE,
)
_NEGATED = [
    (r"\b(is|are|was|were|can|will|must|should|could|would|does|do|did|may)\b(?! not)", r"\1 not"),
    (r"\bhas\b", "does not have"),
    (r"\bhave\b", "do not have"),
    (
        (
            r"\b(support|run|use|offer|provide|need|require|include|let|give|make|keep|show|cut"
            r"|reduce|deliver|cost|hold|mean|work|allow|add|want)s\b"
        ),
        r"does not \1",
    ),
]
_AFFIRMED = [
    (r"\b(can)not\b", r"\1"),
    (r"\b(is|are|was|were|can|will|must|should|does|do|did|could|would|may) not\b", r"\1"),
    (r"\b(is|are|was|were|does|do|did|could|would|should)n['’]t\b", r"\1"),
    (r"\bno longer\b", "still"),
]
_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
_CLAUSE = re.compile(
    r"^(?P<main>[^,;]{15,}),?\s(?P<sub>(?:because|while|when|if|since|after|before|although|"
    r"whereas|unless|as|so that)\s[^,;]{10,}?)(?P<end>[.!?]?)$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?P<first>(?:In|For|With|On|At|By|From|When|If|As|To|After)\s[^,;]{4,60}),\s(?P<rest>[^;]+?)(?P<end>[.!?]?)$"
)


def changeable(text: str) -> list[Quantity]:
    """Return the quantities of `text` that a seeded change may alter."""
    return [
        item
        for item in scan(text).quantities
        if item.low == item.high
        and item.low > 1
        and item.unit not in {"date", "ordinal", "many"}
        and not item.unit.startswith((":", "/", "version"))
        and (re.search(r"\d", item.text) or item.text.split()[0].lower() in _WORDS)
    ]


def other_figure(text: str, random: Random, *, unit: str = "") -> str | None:
    """Return `text` with one figure changed by a quarter or more; `unit` replaces its unit."""
    found = changeable(text)
    if not found:
        return None
    item = random.choice(found)
    number = re.search(r"\d[\d,]*(?:\.\d+)?", item.text)
    if number is None:
        word = item.text.split(maxsplit=1)[0]
        other = random.choice([one for one in _WORDS if one != word.lower()])
        return text[: item.start] + other + text[item.start + len(word) :]
    changed = _scaled(number[0], random.choice([0.5, 0.7, 1.3, 1.5, 2, 3]))
    if changed == number[0]:
        return None
    tail = item.text[number.end() :]
    if unit:
        tail = f" {unit}"
    words = item.text[: number.start()] + changed + tail
    return text[: item.start] + words + text[item.end :]


def _scaled(number: str, factor: float) -> str:
    places = len(number.partition(".")[2])
    value = float(number.replace(",", "")) * factor
    value = max(value, 2) if not places else value
    return f"{value:,.{places}f}" if "," in number else f"{value:.{places}f}"


def negated(text: str, random: Random) -> str | None:
    """Return `text` with one negation put in, or taken out where it has one."""
    for patterns in (_AFFIRMED, _NEGATED):
        places = [(match, new) for old, new in patterns for match in re.finditer(old, text)]
        if places:
            match, new = random.choice(places)
            return text[: match.start()] + match.expand(new) + text[match.end() :]
    return None


def turned(text: str, random: Random) -> str | None:
    """Return `text` with one word replaced by its opposite."""
    places = [
        (match, new)
        for one, other in _PAIRS
        for old, new in ((one, other), (other, one))
        for match in re.finditer(rf"(?<![\w-]){old}(?![\w'’-])(?! (?:than )?\d)", text)
    ]
    if not places:
        return None
    match, new = random.choice(places)
    return text[: match.start()] + new + text[match.end() :]


def paraphrased(text: str, random: Random) -> str:
    """Return `text` in other words: clauses in another order, synonyms, adverbs dropped."""
    swapped = _reordered(text)
    plain = _ADVERBS.sub("", swapped) if random.random() < 0.8 else swapped
    words = [
        match for match in re.finditer(r"(?<![\w-])[a-z]+(?![\w-])", plain) if match[0] in _SYNONYMS
    ]
    for match in sorted(random.sample(words, min(3, len(words))), key=lambda m: -m.start()):
        plain = plain[: match.start()] + _SYNONYMS[match[0]] + plain[match.end() :]
    return plain[:1].upper() + plain[1:]


def _reordered(text: str) -> str:
    if match := _CLAUSE.match(text):
        main = match["main"]
        first = main if _keeps_capital(main) else main[0].lower() + main[1:]
        return f"{match['sub'][0].upper()}{match['sub'][1:]}, {first}{match['end']}"
    if match := _OPENING.match(text):
        first = match["first"][0].lower() + match["first"][1:]
        return f"{match['rest'][0].upper()}{match['rest'][1:]} {first}{match['end']}"
    return text


def _keeps_capital(text: str) -> bool:
    word = text.split(maxsplit=1)[0]
    return word != word.capitalize() or word == "I" or any(map(str.isdigit, word))


def appended(text: str, words: str) -> str:
    """Return `text` with words put before its full stop."""
    bare = text.rstrip(" .!?")
    return f"{bare} {words}{text[len(bare) :].strip() or '.'}"
