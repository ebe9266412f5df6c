"""What drafting sections would take of a model, said beforehand: nothing is drafted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.flows.desk import Turn, sections_of
from rag.flows.drafting import depth, having_read, standing_of
from rag.flows.events import Foreseen, ForeseenTotal
from rag.flows.sections import section_task
from rag.flows.standing import reread
from rag.types import Tokens

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from rag.flows.desk import Desk
    from rag.flows.events import Event
    from rag.flows.sections import Shelf
    from rag.settings import Config
    from rag.types import Forecast, Price, RecordedCall, Reference, SectionSpec

_ENOUGH = 3
"""Recorded calls of a purpose that say something of the next one's length."""
_EVER = 1_000_000
"""More runs than there are."""


def foresee(  # noqa: PLR0913 - one edition, whole
    desk: Desk,
    shelf: Shelf,
    affected: Sequence[SectionSpec],
    used: Sequence[Reference],
    key: str = "",
    *,
    is_first: bool = True,
) -> Iterator[Foreseen]:
    """Yield what drafting the sections, and those made of them, would take.

    Sections that wait for a draft, since claims of theirs are stale or they got none, come with
    the first. The report is taken as it stands: what a draft would add to the prompts of sections
    that are made of it is the difference between their least and their most.

    Args:
        desk: what the run works with.
        shelf: where the evidence is.
        affected: the sections to draft.
        used: the references whose evidence they may use.
        key: the reference whose turn it is; empty if it is none's.
        is_first: whether it is the first edition that the run would make.
    """
    config, store = desk.tools.config, desk.tools.store
    stand = reread(desk.tools, sections_of(store.latest()))
    sections = {item.id: item for item in stand.sections}
    past = store.calls(_EVER)
    whole = {item.section for item in stand.entries} | store.owed() if is_first else set()
    asked = {spec.id for spec in affected} | whole
    added = 0
    for spec in sorted(config.outline.sections, key=depth):
        if not asked or spec.form == "conflicts" or not (spec.id in asked or spec.is_derived):
            continue
        standing = standing_of(desk, Turn(stand.sections), spec, sections)
        if spec.id not in whole and (key or spec.id not in asked):
            standing = having_read(desk, standing, spec, used, key)
        passes = desk.tools.writer.forecast(section_task(shelf, spec, used, standing))
        if passes:
            foreseen = _foreseen(passes, past, added if spec.is_derived else 0, config)
            yield foreseen.model_copy(update={"key": key, "section": spec.id})
            added += 0 if spec.is_derived else foreseen.output_most


def _foreseen(
    passes: Sequence[Forecast], past: Iterable[RecordedCall], added: int, config: Config
) -> Foreseen:
    """Return what drafting a section would take.

    Args:
        passes: what each draft would take.
        past: the calls that were recorded.
        added: tokens by which its prompts may grow until it is drafted.
        config: has the prices.
    """
    first, *later = passes
    sure = [item for item in passes if not item.is_extra]
    least = sum(item.input for item in sure)
    most = max(first.input, min(first.input + added, first.input_limit))
    most += sum(max(item.input, item.input_limit) for item in later)  # claims of drafts join them
    lengths = _outputs(first, past)
    short, long = lengths or (0, first.output_limit)
    shortest, longest = len(sure) * short, len(passes) * long
    price = config.settings.prices.get(first.model.partition("/")[2])
    costs = _costs(price, (least, most), (shortest, longest))
    return Foreseen(
        key="",
        section="",
        calls=len(sure),
        calls_most=len(passes),
        input_least=least,
        input_most=most,
        is_counted=all(item.is_counted for item in sure),
        uncounted=next((item.uncounted for item in passes if item.uncounted), ""),
        output_least=shortest,
        output_most=longest,
        output_from="recorded calls" if lengths else "limit",
        cost_least=costs[0],
        cost_most=costs[1],
    )


def summed(events: Iterable[Event]) -> Generator[Event, None, None]:
    """Yield the events, and after them the sum of what they foresee, if they do."""
    found: list[Foreseen] = []
    for event in events:
        if isinstance(event, Foreseen):
            found.append(event)
        yield event
    if found:
        yield ForeseenTotal(
            calls=sum(item.calls for item in found),
            calls_most=sum(item.calls_most for item in found),
            input_least=sum(item.input_least for item in found),
            input_most=sum(item.input_most for item in found),
            is_counted=all(item.is_counted for item in found),
            uncounted=next((item.uncounted for item in found if item.uncounted), ""),
            output_least=sum(item.output_least for item in found),
            output_most=sum(item.output_most for item in found),
            cost_least=_sum(item.cost_least for item in found),
            cost_most=_sum(item.cost_most for item in found),
        )


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
