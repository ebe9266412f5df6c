"""Claims of other sections → the order in which they get a prompt's room.

There may be more of them than a prompt has room for. Then every section has its turn, whatever
stands first in the report, and each sends first what new evidence is about, then what is strongest.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from rag.text.figures import figures, term_pattern
from rag.writing.nearness import near
from rag.writing.register import repeated

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence

    from rag.types import Evidence, SectionTask, Taxonomy
    from rag.writing.register import Place


def services_of(taxonomy: Taxonomy) -> re.Pattern[str]:
    """Return a pattern that finds the services of the field."""
    names = (name for item in taxonomy.services for name in (item.name, *item.aliases))
    return term_pattern(tuple(names))


def in_turn(
    task: SectionTask,
    places: Mapping[str, Place],
    evidence: Sequence[Evidence],
    services: re.Pattern[str],
) -> list[str]:
    """Return the names of claims of other sections in the order in which they get room.

    What the section repeats and what it could come to repeat alternate, so that neither takes the
    other's room.

    Args:
        task: with the section as it stands.
        places: the claims by their names, in reading order.
        evidence: what is new.
        services: finds the services of the field: with a figure, they make a claim strong.
    """
    chosen = repeated(task)
    old = [name for name, item in places.items() if item.claim.id in chosen]
    new = [name for name, item in places.items() if item.claim.id not in chosen]
    texts = {name: places[name].claim.text for name in new}
    strength = {
        name: bool(figures(text)) + bool(services.search(text)) for name, text in texts.items()
    }
    passages = [item.chunk.text for item in evidence]
    near_by = {new[at] for at in near(list(texts.values()), passages)}
    first = _by_turns([name for name in new if name in near_by], places, strength)
    then = _by_turns([name for name in new if name not in near_by], places, strength)
    return _alternating([old, [*first, *then]])


def _by_turns(
    names: Sequence[str], places: Mapping[str, Place], strength: Mapping[str, int]
) -> list[str]:
    """Return names section by section in turn, of each the strongest first."""
    homes: dict[str, list[str]] = {}
    for name in names:
        homes.setdefault(places[name].section.id, []).append(name)
    return _alternating([sorted(mine, key=lambda name: -strength[name]) for mine in homes.values()])


def _alternating(lists: Iterable[Sequence[str]]) -> list[str]:
    return [name for name in chain(*zip_longest(*lists)) if name is not None]
