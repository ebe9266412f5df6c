"""What no claim may do to its passage, however it is worded: exact rules.

They look at the place where claim and passage have the same words, so that a claim that leaves out
half of a sentence is held to the half that it keeps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.adapters.support.comparisons import given_to_another
from rag.adapters.support.halves import reversed_here, spliced
from rag.adapters.support.lexicon import BOUNDS, COMPARATIVE, HEDGE, NEGATION, NOT, stem
from rag.adapters.support.links import linked_otherwise
from rag.adapters.support.meanings import alike
from rag.adapters.support.order import passive_turned
from rag.adapters.support.place import SAME_HERE
from rag.adapters.support.roles import figures
from rag.adapters.support.unsaid import unsaid
from rag.text.opposites import hedge
from rag.text.quantities import quantities, same
from rag.text.torn import takes_back

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.adapters.support.passages import Sentence
    from rag.adapters.support.place import Place
    from rag.adapters.support.tokens import Token
    from rag.text.quantities import Quantity

_REACH = 4
"""Words behind a "not" within which what it denies begins."""
_BEFORE, _BEHIND = 3, 6
"""Words before and behind a place among which is counted how much was kept."""
_LEAST_KEPT = 3
_NEAR_BEFORE = 8
"""Words before what is kept of a clause among which one takes it back."""
_CERTAIN = frozenset(map(stem, "guarantee always never everywhere definitely".split()))
_VAGUE = HEDGE | frozenset("some few many most several".split())
_TOP = re.compile(
    r"(?:cheap|fast|larg|bigg|small|high|low|great|strong|weak|short|long|simpl|easi|hard|deep|wid|"
    r"rich|new|old|lat|earli|clos|safe|poor|heavi|light|quick|slow|broad|dens|cool|hott|cold|warm)"
    r"(?:i?est)|best|worst|least|first|last|only|sole|unique|foremost|unrivall?ed|unmatched|"
    r"all|every|everyone|everything|always|any|entire|whole|everywhere"
)
"""Words that leave no room; not "most", which is also many."""
_CLAUSE = re.compile(
    r"[,;:()—.!?]|\b(?:but|because|while|although|whereas|since|and|so)\b", re.IGNORECASE
)
_OTHERS = 4
"""Content words that are kept, from which one other word makes another statement."""
_BEFORE_NOUN = frozenset("the a an its their this these that".split())
_BEFORE_VERB = frozenset("to can will may must should could would it they we".split())
_OF_DEGREE = COMPARATIVE | {stem(word) for phrase in BOUNDS for word in phrase}
_BEYOND = re.compile(r"(?<!no )\b(?:more|less|fewer) than\s+$", re.IGNORECASE)
_AHEAD = HEDGE | frozenset("will would shall soon later".split())
"""Words by which a thing is not there yet."""
_EVERY = stem("every")
_ALL = frozenset({"all", "each", "any", _EVERY})
_NO_MORE_THAN = frozenset(map(stem, "only just merely".split()))
_NTH = frozenset(map(stem, "other second third fourth fifth sixth eighth tenth".split()))
_NO_BOUNDS = ("from", "with")
"""Bounds that more often say where a thing begins: `from 8 to 16`, `within 30 days`."""


def vetoes(place: Place) -> float:
    """Return how many of the rules a claim sentence breaks."""
    rules = (
        _is_denied,
        reversed_here,
        spliced,
        _is_taken_back,
        unsaid,
        _is_overstated,
        _is_topped,
        _is_turned,
        _is_due,
        _is_all_for_a_few,
        _is_anothers,
        linked_otherwise,
        _has_one_other_word,
    )
    return float(sum(rule(place) for rule in rules))


def _is_denied(place: Place) -> bool:
    """Whether one has a "not" before a word that the other has without, among the same words."""
    claim, window, found = place.claim, place.window, place.alignment
    pairs = [*found.kept, *found.reworded, *found.replaced]
    rows, columns = dict(pairs), {column: row for row, column in pairs}
    used = window[min(columns, default=0) : max(columns, default=-1) + 1]
    if _nots(claim) % 2 == _nots(used) % 2:
        return False
    places = [
        row
        for column in _denied(window, columns)
        if (row := columns.get(column, -1)) >= 0 and not _is_negated(claim, row)
    ]
    places += [
        row for row in _denied(claim, rows) if row in rows and not _is_negated(window, rows[row])
    ]
    return any(place.is_same_here(row - _BEFORE, row + _BEHIND + 1) for row in places)


def _nots(tokens: Sequence[Token]) -> int:
    return sum(token.stem in NOT for token in tokens)


def _denied(tokens: Sequence[Token], paired: Mapping[int, int]) -> list[int]:
    """Return the first content words behind each "not" that has no counterpart."""
    found = []
    for at, token in enumerate(tokens):
        if token.stem in NOT and at not in paired:
            behind = range(at + 1, min(len(tokens), at + 1 + _REACH))
            found += [after for after in behind if tokens[after].has_content][:1]
    return found


def _is_negated(tokens: Sequence[Token], at: int) -> bool:
    return any(token.stem in NEGATION for token in tokens[max(0, at - _REACH) : at])


def _is_taken_back(place: Place) -> bool:
    """Whether the words before what a claim keeps of a sentence take it back, in their clause."""
    used = sorted(column for _, column in place.alignment.kept)
    said = " ".join(token.text for token in place.claim)
    if len(used) < _LEAST_KEPT or takes_back(said):
        return False
    if any(token.stem in HEDGE for token in place.claim):
        return False
    at = used[0]
    for sentence in place.sentences:
        if at < len(sentence.tokens):
            if not (place.is_copied or _holds(sentence, place.claim)):
                return False
            before = _CLAUSE.split(sentence.text[: sentence.tokens[at].start])[-1].split()
            return bool(takes_back(" ".join(before[-_NEAR_BEFORE:])))
        at -= len(sentence.tokens)
    return False


def _holds(sentence: Sentence, claim: Sequence[Token]) -> bool:
    """Whether a sentence has all content words of a claim, in whatever order."""
    return all(token.stem in sentence.stems for token in claim if token.has_content)


def _is_overstated(place: Place) -> bool:
    """Whether a claim is certain, by a word that the passage has not, of what that hedges."""
    counts = place.source.counts
    if not any(t.stem in _CERTAIN and t.stem not in counts for t in place.claim):
        return False
    found = place.alignment
    lost = (*found.left_out, *(column for _, column in found.replaced))
    if any(place.window[column].stem in _VAGUE for column in lost):
        return True
    return figures(place.claim, place.window)["bound_lost"] > 0


def _is_topped(place: Place) -> bool:
    """Whether a copy has a superlative or an "all" that stands nowhere in the passage."""
    claim, found = place.claim, place.alignment
    kept = {row for row, _ in (*found.kept, *found.reworded)}
    new = [row for row in range(len(claim)) if row not in kept]
    tops = {word for row in new if _TOP.fullmatch(word := claim[row].text.lower())}
    old = sum(claim[row].has_content for row in kept)
    if not tops or old < max(_OTHERS, 2 * sum(claim[row].has_content for row in new)):
        return False
    there = {token.text.lower() for item in place.source.sentences for token in item.tokens}
    return not tops <= there


def _is_turned(place: Place) -> bool:
    """Whether a passive or an active sentence exchanges who does it and to whom."""
    wanted = {token.stem for token in place.claim if token.has_content}
    return any(
        passive_turned(place.claim, sentence.tokens)
        for sentence in place.sentences
        if len(sentence.stems & wanted) >= SAME_HERE * len(wanted)
    )


def _is_due(place: Place) -> bool:
    """Whether a copy has as a fact what the passage says will be, or has for soon."""
    window, found = place.window, place.alignment
    if not place.is_copied or any(token.stem in _AHEAD for token in place.claim):
        return False
    used = {column for _, column in (*found.kept, *found.reworded)}

    def is_due(at: int) -> bool:
        if window[at].stem == "will":
            return at - 1 in used and at + 1 in used
        near = {token.stem for token in window[at - 1 : at + 2]}
        return window[at].stem == "soon" and "as" not in near

    return any(is_due(at) for at in found.left_out if at)


def _is_all_for_a_few(place: Place) -> bool:
    """Whether a claim has "all" before the word before which the passage limits how many."""
    claim = place.claim
    return any(
        row and column > 1 and claim[row - 1].stem in _ALL and _is_limited(place.window, column)
        for row, column in (*place.alignment.kept, *place.alignment.reworded)
    )


def _is_limited(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word stands behind "only 9", or behind "every second"."""
    before, last = tokens[at - 2], tokens[at - 1]
    if last.kind == "number":
        return before.stem in _NO_MORE_THAN
    return last.stem in _NTH and before.stem == _EVERY


def _is_anothers(place: Place) -> bool:
    """Whether a claim makes one name so much more that another one is."""
    return given_to_another(place.claim, [sentence.tokens for sentence in place.sentences])


def _has_one_other_word(place: Place) -> bool:
    """Whether a copy has one content word in another's place, and that stands nowhere there."""
    claim, window, kept = place.claim, place.window, dict(place.alignment.kept)
    gone = [at for at, token in enumerate(claim) if token.has_content and at not in kept]
    if len(gone) != 1 or sum(claim[row].has_content for row in kept) < _OTHERS:
        return False
    row, last = gone[0], len(claim) - 1
    before, after = kept.get(row - 1, -1), kept.get(row + 1, len(window))
    column = before + 1 if row else after - 1
    is_between = row in {0, last} or after - before == 2  # noqa: PLR2004 - one word lies there
    if not is_between or not 0 <= column < len(window) or _is_verb(claim, row):
        return False
    return _is_other(claim[row], window[column]) and not any(
        claim[row].stem == there or alike(claim[row].stem, there) for there in place.source.counts
    )


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word looks like a verb: they are reworded more than anything else."""
    after = tokens[at + 1].stem if at + 1 < len(tokens) else ""
    before = tokens[at - 1].stem if at else ""
    return tokens[at].kind == "verb" or after in _BEFORE_NOUN or before in _BEFORE_VERB


def _is_other(one: Token, other: Token) -> bool:
    """Whether a word in another's place may say another thing, and no other rule is for it."""
    if "number" in {one.kind, other.kind} or not other.has_content:
        return False
    if {one.stem, other.stem} & _OF_DEGREE:
        return False
    is_initial = one.initial or other.initial  # where a capital says nothing
    return is_initial or (one.kind == "name") == (other.kind == "name")


def bounds_turned(claim: str, passage: str) -> bool:
    """Whether a figure that is at most so much there is at least so much here, or the reverse.

    What is so much, or about so much, is not more than that, nor less.
    """
    there = [(item, _bound(passage, item)) for item in quantities(passage)]
    for item in quantities(claim):
        mine = _bound(claim, item)
        theirs = {bound for other, bound in there if same(item, other)}
        if item.low != item.high or not theirs:
            continue
        if (mine, theirs) in (("most", {"least"}), ("least", {"most"})):
            return True
        if theirs <= {"", "about"} and _BEYOND.search(claim, 0, item.start):
            return True
    return False


def _bound(text: str, item: Quantity) -> str:
    kind, start = hedge(text, item.start)
    if text[item.end - 1 : item.end + 1].count("+"):  # `100+`
        return "least"
    return "" if text[start : item.start].lower().startswith(_NO_BOUNDS) else kind
