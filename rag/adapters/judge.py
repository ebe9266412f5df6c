"""PairScorer for support by a language model that is asked yes or no.

Pairs are (claim, passage). Both are data: they stand in marked blocks that no text can end, and
what comes back is read in one form and in no other.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field

from rag.replies import Malformed, ask_twice, read_as
from rag.text.digests import digest
from rag.text.normal import normalise
from rag.types import Skipped, Value
from rag.writing import Prompt, UnfinishedError
from rag.writing.data import as_written, block
from rag.writing.packing import estimated_tokens
from rag.writing.wire import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Prompts
    from rag.writing import Model

_MARKS = 200
"""Tokens kept for what stands between the parts, and for a correction."""


class WireJudgement(Value):
    """What a judge says of one pair; the words come first, so that they decide."""

    number: int = Field(description="Number of the claim and its passage.")
    words: tuple[str, ...] = Field(
        description="Words of the passage that decide, each run of them copied exactly."
    )
    supported: bool = Field(description="Whether the passage says all that the claim says.")


class WireJudgements(Value):
    """What a judge says of each pair that it was shown."""

    judgements: tuple[WireJudgement, ...]


class JudgeScorer:
    """PairScorer: 1.0 where a language model says yes, 0.0 where it says no. See `PairScorer`.

    A yes has to show the words of the passage that it stands on, and counts only if they stand
    there (letter case, punctuation and white space apart): else it is a no. A blank claim or
    passage is a no that nobody is asked for.

    Args:
        model: who judges.
        prompts: what it is told (`judge`, `plain`).
        together: how many pairs one call may hold. With 1 a score depends on its own pair alone;
            with more, a model may let one pair sway its word on another.
    """

    def __init__(self, model: Model, prompts: Prompts, *, together: int = 1) -> None:
        self._model = model
        self._together = together
        self._empty = Prompt(
            purpose="judge",
            system=prompts.judge,
            fixed="Judge each claim below by its passage.",
            data=(),
            form="judgement",
            form_schema=schema_of(WireJudgements),
            plain=prompts.plain,
        )
        self.name = f"judge/{model.name}@{digest(self._empty.checksum, together)[:8]}"

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`.

        Raises:
            UnfinishedError: of one call there is no judgement: it was withheld or cut, twice out
                of its form, or a pair does not fit the model. Nothing is made of that.
        """
        scores = [0.0] * len(pairs)
        asked = [at for at, pair in enumerate(pairs) if all(text.strip() for text in pair)]
        for some in self._batches(asked, pairs):
            found = self._judged([pairs[at] for at in some])
            for at, score in zip(some, found, strict=True):
                scores[at] = score
        return scores

    def _batches(
        self, asked: Sequence[int], pairs: Sequence[tuple[str, str]]
    ) -> Iterator[list[int]]:
        """Yield positions of pairs that one call holds, in order."""
        told = (self._empty.system, self._empty.fixed, self._empty.form_schema, self._empty.plain)
        room = self._model.input_tokens - sum(map(estimated_tokens, told)) - _MARKS
        some: list[int] = []
        used = 0
        for at in asked:
            tokens = estimated_tokens(_shown(1, *pairs[at]))
            if tokens > room:
                raise UnfinishedError(
                    f"{self._model.name}: a claim with its passage is too long to be judged "
                    f"(about {tokens:,} tokens, {max(0, room):,} at most)",
                    advice="name a judge with a larger context",
                )
            if some and (used + tokens > room or len(some) == self._together):
                yield some
                some, used = [], 0
            some.append(at)
            used += tokens
        if some:
            yield some

    def _judged(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        data = tuple(_shown(number, *pair) for number, pair in enumerate(pairs, start=1))
        prompt = self._empty.model_copy(update={"data": data, "passages": len(pairs)})

        def ask(correction: str) -> str | Malformed:
            return self._model.reply(prompt.with_correction(correction))

        found = ask_twice(ask, partial(_read, pairs), who="the judge", what="judgement")
        if isinstance(found, Skipped):
            raise UnfinishedError(
                f"{self._model.name}: {found.reason}", advice="name another judge"
            )
        return found


def _shown(number: int, claim: str, passage: str) -> str:
    told = {"number": str(number)}
    return f"{block('passage', told, passage)}\n{block('claim', told, claim)}"


def _read(pairs: Sequence[tuple[str, str]], reply: str) -> list[float] | Malformed:
    wire = read_as(WireJudgements, reply)
    if isinstance(wire, Malformed):
        return wire
    by_number = {item.number: item for item in wire.judgements}
    if sorted(item.number for item in wire.judgements) != list(range(1, len(pairs) + 1)):
        return Malformed(message=f"each number from 1 to {len(pairs)} is judged, and once")
    return [_score(by_number[at], passage) for at, (_, passage) in enumerate(pairs, start=1)]


def _score(said: WireJudgement, passage: str) -> float:
    there = _letters(passage)
    shown = [_letters(as_written(words)) for words in said.words]
    stands = any(shown) and all(words in there for words in shown)
    return 1.0 if said.supported and stands else 0.0


def _letters(text: str) -> str:
    """Return the letters and digits of a text: models set white space and quotes as they like."""
    return "".join(char for char in normalise(text).casefold() if char.isalnum())
