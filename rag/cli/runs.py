"""`rag runs`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path  # noqa: TC003 - click reads the annotation's type at run time
from typing import TYPE_CHECKING

import click

from rag.cli.options import json_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.flows.runs import PricedCall

_HEADER = ("run", "for", "model", "in", "out", "cached in", "cached out", "s", "again", "stop")
_MANY = frozenset({"embedding", "rerank"})
"""Purposes of calls of which a run has hundreds."""


@click.command(name="runs")
@click.argument("n", required=False, type=click.IntRange(min=1), default=5)
@json_option
@click.pass_obj
def command(root: Path, n: int, as_json: bool) -> None:
    """Show what the last N runs (5) asked of a model: tokens, seconds, attempts, how it ended.

    `cached in` was read from the prompt cache, `cached out` put into it. A cost is shown where
    config/rag.toml has a price for the model.
    """
    from rag.cli.screen import as_json_list, say
    from rag.cli.session import reading
    from rag.cli.tables import as_table
    from rag.flows.runs import runs

    with reading(root) as (project, tools):
        project.read_checklist()  # a folder without one gets no store
        calls = runs(tools, n)
    if as_json:
        say(as_json_list(calls))
        return
    if not calls:
        say("no run has asked a model yet")
        return
    by_run = [list(some) for _, some in groupby(calls, key=lambda call: call.run)]
    rows = [row for some in by_run for row in (*_rows(some), _total(some))]
    say(as_table((*_HEADER, "cost", "request"), rows))


def _rows(calls: Sequence[PricedCall]) -> Iterator[Sequence[str]]:
    """Yield a row a call; those of embedders and rerankers, which are many, are one row each."""
    folded: dict[tuple[str, str], list[PricedCall]] = {}
    for call in calls:
        if call.purpose in _MANY:
            folded.setdefault((call.purpose, call.model), []).append(call)
        else:
            yield _row(call)
    for some in folded.values():
        yield _row(some[0]) if len(some) == 1 else _folded(some)


def _folded(calls: Sequence[PricedCall]) -> Sequence[str]:
    first, wrong = calls[0], [call.error for call in calls if call.error]
    return (
        str(first.run), f"{first.purpose} ({len(calls)} calls)", first.model, *_counts(calls),
        f"{sum(call.seconds for call in calls):.1f}",
        str(sum(call.retries for call in calls) or ""),
        "; ".join(dict.fromkeys(wrong)), _cost(calls), "",
    )  # fmt: skip


def _row(call: PricedCall) -> Sequence[str]:
    return (
        str(call.run),
        call.purpose,
        call.model,
        *_counts([call]),
        f"{call.seconds:.1f}",
        str(call.retries or ""),
        call.error or ("kept reply" if call.is_kept else call.stop),
        _cost([call]),
        call.request_id,
    )


def _total(calls: Sequence[PricedCall]) -> Sequence[str]:
    many = "1 call" if len(calls) == 1 else f"{len(calls)} calls"
    seconds = sum(call.seconds for call in calls)
    again = sum(call.retries for call in calls)
    first = calls[0]
    return (
        str(first.run), many, first.at[:16].replace("T", " "), *_counts(calls), f"{seconds:.1f}",
        str(again or ""), "total", _cost(calls), "",
    )  # fmt: skip


def _counts(calls: Iterable[PricedCall]) -> Sequence[str]:
    every = [call.tokens for call in calls if call.tokens]
    sums = (
        sum(item.input for item in every),
        sum(item.output for item in every),
        sum(item.cache_read for item in every),
        sum(item.cache_write for item in every),
    )
    return [f"{count:,}" if count else "" for count in sums]


def _cost(calls: Iterable[PricedCall]) -> str:
    """Return a sum of costs; nothing where one of them is not known."""
    total = 0.0
    for call in calls:
        if call.cost is None:
            return ""
        total += call.cost
    return f"{total:.4f}"
