"""Lists of words that decide whether a small edit changes what a sentence says.

All are general English, kept as stems (see `stem`), so that every form of a word is found.
"""

from __future__ import annotations

from functools import lru_cache

import snowballstemmer

_STEM_FROM = 3
"""Shorter words stay as they are: "is", "as", "up"."""


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a lower-case word (Snowball's English)."""
    if len(word) <= _STEM_FROM:
        return word
    # A stemmer keeps state while it works: one a call, so that threads may call at once.
    found: str = snowballstemmer.stemmer("english").stemWord(word)
    return found


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


FUNCTION = frozenset(
    "a an the and or of to in on at by for with from as is are was were be been being am it its "
    "this that these those he she they them his her their him we our us you your i my me who whom "
    "which what there here then than so such into onto also both each has have had do does did "
    "having will would shall 's s if when while where how about over under through during between "
    "but yet because since although though".split()
)

NEGATION = _stems(
    "not no never none nobody nothing neither nor without cannot hardly barely scarcely lack lacks "
    "lacking fail fails failed failing failure unable refuse refused deny denied denies instead "
    "rather except excluding absent avoid avoids avoided stop stopped prevent prevents prevented "
    "rarely seldom false"
)
"""What turns a statement round."""

NOT = frozenset("not no never none nor neither without".split())
"""Words that deny what stands behind them."""

HEDGE = _stems(
    "may might could can should probably possibly perhaps likely unlikely potentially reportedly "
    "allegedly apparently seemingly suggest suggests suggested plan plans planned planning expect "
    "expects expected expecting intend intends intended aim aims aimed hope hopes hoped hoping "
    "consider considers considered considering propose proposes proposed try tries tried trying "
    "seek seeks sought want wants wanted estimate estimates estimated approximately roughly around "
    "nearly almost sometimes often usually typically generally mostly partially some "
    "believe believes believed think thinks thought claim claims claimed appear appears appeared "
    "seem seems seemed attempt attempts attempted maybe forecast projected targeted preliminary"
)
"""What says less than the bare statement. "up to" and "about" with a figure are bounds."""

BOUNDS = {
    tuple(phrase.split()): meaning
    for meaning, phrases in {
        "about": "about/around/approximately/roughly/nearly/almost/circa/some/close to",
        "most": "up to/at most/no more than/as many as/as much as/maximum of/max",
        "least": "at least/no less than/no fewer than/minimum of/starting at",
        "over": "more than/over/above/exceeding/greater than",
        "under": "less than/fewer than/under/below",
    }.items()
    for phrase in phrases.split("/")
}
"""Words before a figure to how it is meant."""

RESTRICTION = _stems(
    "only all every always entire entirely whole completely fully totally exclusively solely just "
    "merely alone both most majority minority half few many several any each none first last "
    "best worst must required mandatory optional guarantee guarantees guaranteed"
)
"""How far a statement reaches."""

ALL = _stems("only all every always entire entirely whole completely fully totally exclusively")
"""Those of them that reach furthest."""

COMPARATIVE = _stems(
    "more less fewer greater smaller larger bigger higher lower faster slower cheaper better worse "
    "longer shorter older newer earlier later stronger weaker easier harder closer farther further "
    "deeper wider narrower heavier lighter richer poorer most least best worst highest lowest "
    "largest smallest fastest slowest cheapest biggest newest oldest longest shortest than same "
    "equal similar different twice double triple half"
)

UNITS = frozenset(
    "percent b m k t bn mn tn kb mb gb tb pb kib mib gib tib gbps mbps tbps kbps bps ms s sec kg g "
    "mg lb lbs oz km cm mm mi ft w kw mw gw x thousand million billion trillion second minut hour "
    "day week month year token paramet gpu vcpu cpu chip acceler node instanc expert layer head "
    "dollar euro pound yen usd eur gbp time peopl mile meter metr kilomet kilogram inch feet foot "
    "flop petaflop exaflop teraflop tflop pflop watt degre am pm nanosecond microsecond "
    "millisecond kilobyt megabyt gigabyt terabyt petabyt milligram gram ton tonn litr liter "
    "gallon".split()
)
