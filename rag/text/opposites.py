"""Words that turn what a sentence says, or say of what it is true: data, with their stems.

An axis is a pair of directions; all words of one direction are taken for one word, so that
`rises` and `grows` are the same and `rises` and `falls` opposites.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_AXES = """
amount: increase rise rose risen raise grow grew grown growth gain more high large great boost
  expand exceed climb bigger big up upward extend surge maximise maximize multiply
  / decrease fall fell fallen cut reduce reduction low lower less few small drop shrink shrank
  shrunk decline smaller
  downward diminish lessen minimise minimize reduced down
speed: fast quick accelerate speed rapid swift hasten / slow delay decelerate sluggish
cost: expensive pricey dear / cheap inexpensive affordable
quality: good well better best improve outperform strong strengthen enhance superior excellent
  / bad worse worst worsen degrade underperform weak weaken deteriorate inferior poor poorly
when: before earlier early precede prior / after later late follow afterwards subsequently
order: first initial begin start open launch opening / last final end stop close finish closing
extreme: most maximum max upper utmost / least minimum min fewest
length: long longer longest lengthen / short shorter shortest shorten
depth: deep deeper deepest / shallow
width: wide wider broad widen / narrow narrower
weight: heavy / light lightweight
allow: allow permit enable let / forbid prevent prohibit block disable disallow disable
hold: include contain comprise / exclude omit
accept: accept approve / reject refuse deny
how-often: always usually often frequent common commonly / seldom rarely rare uncommon
ease: easy simple simplify straightforward ease / hard difficult complicate complex tricky
place: inside within internal / outside external beyond
position: above / below beneath
likeness: same equal identical similar / different differ distinct dissimilar
reach: public / private
change: add attach create append / remove detach delete
keep: keep retain preserve / discard lose
success: succeed success win / fail failure
need: require need mandatory necessary / optional unnecessary
motion: dynamic / static
way: manual / automatic automated automatically
show: show reveal display / hide conceal
save: save / waste
near: near close / far distant
sign: positive / negative
certainty: likely probable possible / unlikely improbable impossible
fullness: full fully entire / partial partly empty
share: share common / separate
side: encrypt / decrypt
world: online / offline
heat: hot warm / cold cool
age: new newer modern / old older legacy
join: combine merge / split separate
"""
_SCOPES = """
training train trained / inference / serving / fine-tuning finetuning / pretraining pre-training
input / output / peak / sustained / average / median / aggregate / preview / ga / beta
read / write / total / active / on-demand / spot / reserved / provisioned / batch / dense / sparse
hourly / daily / weekly / monthly / quarterly / yearly annual annually
local / global / regional / prefill / decode / upload / download / ingress / egress
north / south / east / west / shared / routed / standard / priority / flex / premium / key / query
student / teacher
"""
SCOPES = {
    word: group.split()[0]
    for group in _SCOPES.replace("\n", " / ").split(" / ")
    for word in group.split()
}
"""Of what a figure is true, by the ways to write it. What differs in these is of two things."""

NEGATORS = frozenset(
    "not no never none cannot can't won't don't doesn't didn't isn't aren't wasn't weren't hasn't "
    "haven't couldn't shouldn't wouldn't without neither nor nobody nothing hardly scarcely lack "
    "unable".split()
)
WEAK = frozenset(
    "have has had be is are was were been being do does did offer provide deliver come support "
    "use give get make take bring carry hold run feature reach hit say state report according "
    "note claim also just only very quite rather really even still already now then thus hence "
    "therefore typically generally currently today new about around roughly approximately nearly "
    "almost up over under more than least most as well such so like that which who can could may "
    "might will would shall should must to of in on at by for from with and or but if while when "
    "where because since although though however whereas it its they their this these those the "
    "a an each per other another any some both our we you your i he she his her there here into "
    "out than because per via plus far now not no never none without nor neither supported "
    "actually basically simply own able let us go going want lot thing kind".split()
)
"""Words that carry neither subject nor measure."""

_HEDGES = {
    "most": (
        r"up\s+to|at\s+most|as\s+(?:much|many|high|large|long|far)\s+as|(?:no\s+more|fewer|less)"
        r"\s+than|under|below|maximum\s+of|at\s+best|a\s+maximum|within|not\s+exceeding"
    ),
    "least": (
        r"at\s+least|more\s+than|over|above|exceed(?:s|ing)?|from|no\s+less\s+than|minimum\s+of|"
        r"starting\s+(?:at|from)|beyond|greater\s+than|upwards?\s+of|north\s+of"
    ),
    "about": (
        r"about|around|roughly|approximately|nearly|almost|some|circa|close\s+to|~|≈|"
        r"more\s+or\s+less"
    ),
}
_HEDGED = {
    kind: re.compile(rf"(?:(?<!\w)|(?<=~))(?:{words})\s*(?:a\s|an\s|the\s)?$", re.IGNORECASE)
    for kind, words in _HEDGES.items()
}


class Direction(NamedTuple):
    """Where a word points: an axis, and one of its two ends."""

    axis: str
    sign: int


def stem(word: str) -> str:
    """Return a word without the endings of number and tense, lower case; a crude stem."""
    lower = word.lower().replace("’", "'")
    for ending, least in (("ing", 6), ("ies", 5), ("ied", 5), ("ed", 5), ("ly", 6), ("es", 5)):
        if lower.endswith(ending) and len(lower) >= least:
            lower = lower[: -len(ending)] + ("y" if ending in {"ies", "ied"} else "")
            break
    else:
        if lower.endswith("s") and not lower.endswith(("ss", "us", "is")) and len(lower) > 3:  # noqa: PLR2004
            lower = lower[:-1]
    if len(lower) > 3 and lower[-1] == lower[-2] and lower[-1] not in "sl":  # noqa: PLR2004 - cutt
        lower = lower[:-1]
    return lower.removesuffix("e") if len(lower) > 3 else lower  # noqa: PLR2004 - reduce, reducing


def _directions() -> dict[str, Direction]:
    found: dict[str, Direction] = {}
    for entry in re.split(r"\n(?=\S)", _AXES.strip()):
        axis, _, words = entry.partition(":")
        for sign, side in zip((1, -1), words.split("/"), strict=True):
            for word in side.split():
                for form in {word, f"{word}er", f"{word}est"}:
                    found.setdefault(stem(form), Direction(axis, sign))
    return found


DIRECTIONS = _directions()
"""From a word's stem to where it points."""
WEAK_STEMS = frozenset(stem(word) for word in WEAK)


def hedge(text: str, end: int) -> tuple[str, int]:
    """Return how the figure at `end` is hedged and where the hedge begins.

    The hedge is `most` (up to, at most), `least`, `about` or nothing.
    """
    before = text[max(0, end - 30) : end]
    for kind, words in _HEDGED.items():
        if found := words.search(before):
            return kind, end - len(before) + found.start()
    return "", end
