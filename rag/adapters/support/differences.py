"""What a claim says that a passage does not, by kind of word, and what was changed on the way."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.support.alignment import Alignment, align
from rag.adapters.support.lexicon import COMPARATIVE, HEDGE, NEGATION, RESTRICTION, UNITS
from rag.adapters.support.meanings import DIRECTION, OPPOSITES, alike, opposed
from rag.adapters.support.order import exchanged, swapped
from rag.adapters.support.passages import best_window
from rag.adapters.support.place import Place
from rag.adapters.support.roles import figures
from rag.adapters.support.spots import SPOTS, renamed, spots
from rag.adapters.support.vetoes import vetoes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.adapters.support.passages import Passage
    from rag.adapters.support.tokens import Token

_MOST_WORDS = 160
"""Words of a window that are aligned."""
_COPIED = 0.75
"""Share of content words kept in place from which a sentence counts as copied but for its edits."""
_HELD = 0.9
"""Share of content words that one sentence of the passage holds, in any order."""
_LISTS = {
    "negation": NEGATION,
    "hedge": HEDGE,
    "restriction": RESTRICTION,
    "comparative": COMPARATIVE,
    "direction": DIRECTION,
}
_KINDS = ("number", "name", "verb", "quality", "noun")
MISSING = (
    *(f"missing_{kind}" for kind in _KINDS),
    "missing_share",
    "missing_weight",
    "strange_share",
    "opposite",
)
_COUNTS = (
    *(f"replaced_{kind}" for kind in _KINDS),
    "replaced_opposite",
    "replaced_unit",
    "added_content",
    *(f"added_{name}" for name in _LISTS),
    *(f"lost_{name}" for name in _LISTS),
    "moved_name",
    "moved_other",
    "inverted",
    "figure_moved",
    "unit_changed",
    "bound_lost",
    "bound_added",
    *SPOTS,
    "exchanged",
    "swapped",
    "renamed",
    "contradictions",
)
_CONTRADICTING = (
    "spot_opposite",
    "spot_number",
    "spot_name",
    "spot_unit",
    "spot_negation",
    "spot_restriction",
    "spot_hedge_lost",
    "unit_changed",
    "bound_lost",
    "swapped",
    "renamed",
)
"""What makes a copied sentence say something else."""
_LEAST = ("kept_share", "run_share", "part_recall", "figure_role")
COMPARED = (*_COUNTS, *_LEAST, "changed", "changed_share")


def missing(claim: Sequence[Token], source: Passage) -> dict[str, float]:
    """Return the claim's content words that stand nowhere in the passage, counted by kind.

    A word whose like stands there is not missing; `strange_share` counts those as well. `opposite`
    counts missing words whose opposite stands there.
    """
    found = dict.fromkeys(MISSING, 0.0)
    content = [token for token in claim if token.has_content]
    gone = weight = strange = total = 0.0
    for token in content:
        rarity = source.rarity(token.stem)
        total += rarity
        if token.stem in source.counts:
            continue
        strange += 1
        found["opposite"] += any(other in source.counts for other in OPPOSITES.get(token.stem, ()))
        if token.kind not in {"number", "name"} and any(
            alike(token.stem, stem) for stem in source.counts
        ):
            continue
        found[f"missing_{token.kind}"] += 1
        gone += 1
        weight += rarity
    count = len(content) or 1
    shares = {"missing_share": gone / count, "strange_share": strange / count}
    return found | shares | {"missing_weight": weight / (total or 1.0)}


def compare(part: Sequence[Token], source: Passage) -> dict[str, float]:
    """Return what was changed between the best window of the passage and a claim sentence."""
    content = {token.stem for token in part if token.has_content}
    window = best_window(sorted(content), source)
    sentences = source.sentences[window.first : window.last + 1]
    words = [token for sentence in sentences for token in sentence.tokens][:_MOST_WORDS]
    found = dict.fromkeys(_COUNTS, 0.0)
    changes = _changes(part, words, align(part, words))
    found |= _replaced(changes)
    found |= _listed(changes)
    found |= _moved(changes)
    found |= figures(part, words)
    kept = sum(part[at].has_content for at, _ in changes.alignment.kept)
    count = sum(token.has_content for token in part) or 1
    found["kept_share"] = kept / count
    found["run_share"] = _longest_run(changes.alignment.kept) / (len(part) or 1)
    found["part_recall"] = window.recall
    if found["kept_share"] >= _COPIED:
        found |= spots(part, words, changes.alignment)
    # Words in each other's place are kept, but not in place: here they count wherever they stand.
    found["exchanged"] = float(
        any(
            exchanged(part, sentence.tokens)
            for sentence in sentences
            if len(sentence.stems & content) >= _HELD * len(content)
        )
    )
    found["swapped"] = float(any(swapped(part, sentence.tokens) for sentence in sentences))
    names, length = renamed(part, words, changes.alignment)
    # A name is one edit, however many words it has.
    if names and (kept + names) / (count - length + names) >= _COPIED:
        found["renamed"] = float(names)
    if found["kept_share"] >= _COPIED or found["swapped"] or found["renamed"]:
        found["contradictions"] = sum(found[name] for name in _CONTRADICTING)
    place = Place(part, source, sentences, words, changes.alignment)
    found["contradictions"] += vetoes(place)
    return found


def combined(parts: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return one set of features for a claim of several sentences: counts add, shares are least."""
    found = {name: sum(part[name] for part in parts) for name in _COUNTS}
    found |= {name: min(part[name] for part in parts) for name in _LEAST}
    names = [name for name in _COUNTS if name not in {"added_content", "moved_other", "inverted"}]
    found["changed"] = sum(found[name] for name in names)
    found["changed_share"] = found["changed"] / (1 + 10 * found["kept_share"])
    return found


class _Changes(NamedTuple):
    claim: Sequence[Token]
    window: Sequence[Token]
    alignment: Alignment
    new: tuple[Token, ...]
    """Words of the claim with no counterpart, or in another's place."""
    gone: tuple[Token, ...]
    """Words of the part of the window in use that have no counterpart, or lost their place."""


def _changes(claim: Sequence[Token], window: Sequence[Token], found: Alignment) -> _Changes:
    new = sorted((*found.added, *(at for at, _ in found.replaced)))
    gone = sorted((*found.left_out, *(at for _, at in found.replaced)))
    return _Changes(
        claim, window, found, tuple(claim[at] for at in new), tuple(window[at] for at in gone)
    )


def _replaced(changes: _Changes) -> dict[str, float]:
    found = dict.fromkeys((f"replaced_{kind}" for kind in _KINDS), 0.0)
    found |= {"replaced_opposite": 0.0, "replaced_unit": 0.0}
    for at, there in changes.alignment.replaced:
        one, other = changes.claim[at], changes.window[there]
        if opposed(one.stem, other.stem):
            found["replaced_opposite"] += 1
        elif one.stem in UNITS and other.stem in UNITS:
            found["replaced_unit"] += 1
        elif one.has_content and other.has_content:
            found[f"replaced_{one.kind}"] += 1
    found["added_content"] = float(
        sum(changes.claim[at].has_content for at in changes.alignment.added)
    )
    return found


def _listed(changes: _Changes) -> dict[str, float]:
    """Return the words of each list that came and went; a word that only moved did neither."""
    found = {}
    for name, words in _LISTS.items():
        new, gone = _among(changes.new, words), _among(changes.gone, words)
        found[f"added_{name}"] = float(len(new - gone))
        found[f"lost_{name}"] = float(len(gone - new))
    return found


def _among(tokens: Iterable[Token], words: Iterable[str]) -> set[str]:
    return {token.stem for token in tokens} & set(words)


def _moved(changes: _Changes) -> dict[str, float]:
    """Return the words that stand in the window in another order."""
    free = {token.stem for token in changes.gone}
    moved = [token for token in changes.new if token.has_content and token.stem in free]
    names = sum(token.kind in {"name", "number"} or token.text[0].isupper() for token in moved)
    return {
        "moved_name": float(names),
        "moved_other": float(len(moved) - names),
        "inverted": _inverted(changes.claim, changes.window),
    }


def _inverted(claim: Sequence[Token], window: Sequence[Token]) -> float:
    """Return the share of neighbouring shared words that stand the other way round, in [0, 1]."""
    once = _once(window)
    order = [once[stem] for stem in _once(claim) if stem in once]
    pairs = list(pairwise(order))
    return sum(one > other for one, other in pairs) / (len(pairs) or 1)


def _once(tokens: Sequence[Token]) -> dict[str, int]:
    stems = [token.stem for token in tokens if token.has_content]
    return {stem: at for at, stem in enumerate(stems) if stems.count(stem) == 1}


def _longest_run(kept: Sequence[tuple[int, int]]) -> int:
    longest = length = 0
    last = (-2, -2)
    for row, column in kept:
        length = length + 1 if (row - 1, column - 1) == last else 1
        longest = max(longest, length)
        last = (row, column)
    return longest
