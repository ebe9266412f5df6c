"""What drafting sections would take of a model, said beforehand: nothing is drafted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.flows.desk import sections_of
from rag.flows.drafting import depth, standing_of
from rag.flows.events import Foreseen, ForeseenTotal
from rag.flows.sections import section_task
from rag.types import Tokens

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from rag.flows.desk import Desk
    from rag.flows.events import Event
    from rag.flows.sections import Shelf
    from rag.types import Forecast, Price, RecordedCall, Reference, Section, SectionSpec

_ENOUGH = 3
"""Recorded calls of a purpose that say something of the next one's length."""
_EVER = 1_000_000
"""More runs than there are."""


def foresee(
    desk: Desk,
    shelf: Shelf,
    affected: Sequence[SectionSpec],
    used: Sequence[Reference],
    key: str = "",
) -> Iterator[Foreseen]:
    """Yield what drafting the sections, and those made of them, would take.

    The report is taken as it stands: what a draft would add to the prompts of sections that are
    made of it is the difference between their least and their most.

    Args:
        desk: what the run works with.
        shelf: where the evidence is.
        affected: the sections to draft.
        used: the references whose evidence they may use.
        key: the reference whose turn it is; empty if it is none's.
    """
    config, store = desk.tools.config, desk.tools.store
    sections = {item.id: item for item in sections_of(store.latest())}
    past = store.calls(_EVER)
    asked = {spec.id for spec in affected}
    added = 0
    for spec in sorted(config.outline.sections, key=depth):
        if not asked or spec.form == "conflicts" or not (spec.id in asked or spec.is_derived):
            continue
        found = _forecast(desk, shelf, spec, used, sections)
        if found is None:
            continue
        most = min(found.input + (added if spec.is_derived else 0), found.input_limit)
        outputs = _outputs(found, past)
        price = config.settings.prices.get(found.model.partition("/")[2])
        least, dearest = _costs(price, (found.input, most), outputs or (0, found.output_limit))
        yield Foreseen(
            key=key,
            section=spec.id,
            input_least=found.input,
            input_most=max(most, found.input),
            is_counted=found.is_counted,
            uncounted=found.uncounted,
            output_least=outputs[0] if outputs else 0,
            output_most=outputs[1] if outputs else found.output_limit,
            output_from="recorded calls" if outputs else "limit",
            cost_least=least,
            cost_most=dearest,
        )
        added += 0 if spec.is_derived else (outputs[1] if outputs else found.output_limit)


def summed(events: Iterable[Event]) -> Generator[Event, None, None]:
    """Yield the events, and after them the sum of what they foresee, if they do."""
    found: list[Foreseen] = []
    for event in events:
        if isinstance(event, Foreseen):
            found.append(event)
        yield event
    if found:
        yield ForeseenTotal(
            calls=len(found),
            input_least=sum(item.input_least for item in found),
            input_most=sum(item.input_most for item in found),
            is_counted=all(item.is_counted for item in found),
            uncounted=next((item.uncounted for item in found if item.uncounted), ""),
            output_least=sum(item.output_least for item in found),
            output_most=sum(item.output_most for item in found),
            cost_least=_sum(item.cost_least for item in found),
            cost_most=_sum(item.cost_most for item in found),
        )


def _forecast(
    desk: Desk,
    shelf: Shelf,
    spec: SectionSpec,
    used: Sequence[Reference],
    sections: Mapping[str, Section],
) -> Forecast | None:
    below = [item for item in desk.tools.config.outline.sections if depth(item) < depth(spec)]
    others = [sections[item.id] for item in below if item.id in sections]
    standing = standing_of(desk, sections.get(spec.id), others)
    return desk.tools.writer.forecast(section_task(shelf, spec, used, standing))


def _outputs(found: Forecast, past: Iterable[RecordedCall]) -> tuple[int, int] | None:
    """Return the shortest and the longest reply recorded for the purpose; None if they are few."""
    lengths = [
        call.tokens.output
        for call in past
        if (call.model, call.purpose, call.error) == (found.model, found.purpose, "")
        and call.tokens is not None
        and not call.is_kept
    ]
    return (min(lengths), max(lengths)) if len(lengths) >= _ENOUGH else None


def _costs(
    price: Price | None, inputs: tuple[int, int], outputs: tuple[int, int]
) -> tuple[float | None, float | None]:
    if price is None:
        return None, None
    least = price.of(Tokens(input=inputs[0], output=outputs[0]))
    return least, float(price.at_most(Tokens(input=inputs[1], output=outputs[1])))


def _sum(costs: Iterable[float | None]) -> float | None:
    total = 0.0
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return total
