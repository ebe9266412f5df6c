"""Whatever a writer does, the report stands on its references and the ledger loses nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from fakes import FakePairScorer

from hostile.documents import INVENTED, real_documents
from hostile.lies import LIES
from hostile.playing import Played, play
from hostile.wire import MANGLES, WireWriter
from hostile.writers import SHAPES
from rag.adapters.support import SupportScorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Say = Callable[[str], None]

_BROKEN = 0.02
"""Share of prior claims that a false word of the writer's may settle."""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Print figures, whether pytest shows output or not."""

    def show(text: str) -> None:
        with capsys.disabled():
            print(text)  # noqa: T201 - figures are the outcome

    return show


def _together(every: Iterable[Played]) -> Played:
    """Return what came of several writers as if it were one's."""
    drafts, examples = 0, []
    counters = [Counter[str]() for _ in range(5)]
    for item in every:
        drafts += item.drafts
        examples += item.examples
        counts = (item.played, item.wrong, item.counts, item.rejected, item.passed)
        for total, count in zip(counters, counts, strict=True):
            total.update(count)
    played, wrong, counts, rejected, passed = counters
    return Played(drafts, played, wrong, examples, counts, rejected, passed)


def _figures(title: str, found: Played) -> str:
    """Return the figures of a run as lines."""
    lines = [f"\n{title}: {found.drafts:,} drafts"]
    for name, count in (
        ("played", found.played),
        ("rejected", found.rejected),
        ("checked", found.counts),
        ("wrong", found.wrong),
        ("left to the support gate", found.passed),
    ):
        told = ", ".join(f"{key} {number:,}" for key, number in sorted(count.items()))
        lines.append(f"  {name}: {told or 'nothing'}")
    return "\n".join(lines)


def _holds(found: Played) -> None:
    """Assert that nothing got through, and that there was something to get through."""
    assert not found.wrong, "\n".join(found.examples)
    settled = found.counts["prior claims merged"] + found.counts["prior claims superseded"]
    assert settled <= _BROKEN * found.counts["prior claims"]
    assert found.counts["claims"] > found.drafts
    assert found.rejected.total() > found.drafts
    assert found.counts["untouched sections"]
    assert found.counts["re-runs"]


def test_invented_documents(tmp_path: Path, attacks: list[str], say: Say) -> None:
    """Over small documents with planted orders, every trick is played and none gets through."""
    every = [play(tmp_path / str(seed), seed, INVENTED, attacks) for seed in range(8)]
    found = _together(every)
    say(_figures("invented documents", found))
    _holds(found)
    assert found.played.keys() == {trick.__name__ for trick in (*LIES, *SHAPES)}


def test_real_documents(tmp_path: Path, shared: Path, attacks: list[str], say: Say) -> None:
    """Over real documents and the project's own outline, no trick gets through."""
    pages = dict(list(real_documents(shared).items())[:4])
    found = play(tmp_path / "real", 3, pages, attacks, own_outline=False)
    say(_figures("real documents", found))
    _holds(found)


def test_with_a_support_gate(tmp_path: Path, attacks: list[str]) -> None:
    """With a scorer of support, what is not verbatim falls unless the scorer lets it through."""

    class Strict(FakePairScorer):
        """Scorer that says of nothing that it is supported."""

        def score(self, pairs: object) -> list[float]:
            return [0.0] * len(list(pairs))

    found = play(tmp_path / "strict", 5, INVENTED, attacks, support=Strict())
    assert not found.wrong, found.examples
    assert not found.passed
    assert found.rejected["not_entailed"]


def test_with_the_default_support(tmp_path: Path, attacks: list[str], say: Say) -> None:
    """With the scorer that the project ships, changed figures and names do not get through."""
    scorer = SupportScorer()
    every = (
        play(tmp_path / str(seed), seed, INVENTED, attacks, support=scorer) for seed in (21, 22)
    )
    found = _together(every)
    say(_figures("invented documents, with support", found))
    _holds(found)
    assert found.passed.total() <= _BROKEN * found.drafts


def test_a_writer_is_a_function_of_its_seed(tmp_path: Path, attacks: list[str]) -> None:
    """The same seed plays the same tricks to the same end; another one plays others."""
    one, again = (play(tmp_path / name, 11, INVENTED, attacks) for name in ("one", "again"))
    assert one == again
    assert play(tmp_path / "other", 12, INVENTED, attacks).played != one.played


def test_over_a_wire(tmp_path: Path, attacks: list[str], say: Say) -> None:
    """Drafts that come as text, half of them mangled: what is no draft never becomes one."""
    every = (
        play(tmp_path / str(seed), seed, INVENTED, attacks, kind=WireWriter)
        for seed in range(40, 48)
    )
    found = _together(every)
    say(_figures("invented documents, over a wire", found))
    assert not found.wrong, "\n".join(found.examples)
    assert {mangle.__name__ for mangle in MANGLES} <= found.played.keys()


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_thousands_over_invented_documents(
    tmp_path: Path, attacks: list[str], say: Say, block: int
) -> None:
    """The same over many more seeds."""
    seeds = range(1000 + 20 * block, 1020 + 20 * block)
    found = _together(play(tmp_path / str(seed), seed, INVENTED, attacks) for seed in seeds)
    say(_figures(f"invented documents, block {block}", found))
    _holds(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1050))
def test_thousands_over_real_documents(
    tmp_path: Path, shared: Path, attacks: list[str], say: Say, seed: int
) -> None:
    """The same over all real documents."""
    pages = real_documents(shared)
    found = play(tmp_path / "real", seed, pages, attacks, own_outline=False)
    say(_figures(f"real documents, seed {seed}", found))
    _holds(found)
