"""PairScorer for support by any NLI cross-encoder: a model name or folder; needs torch, an extra.

Pairs are (claim, passage): the passage is the premise, the claim the hypothesis.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import torch
from sentence_transformers import CrossEncoder
from transformers.utils.logging import disable_progress_bar

from rag.errors import PrerequisiteError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.modelfiles import ModelFolder

_ENTAILMENT = re.compile(r"entail\w*|support(?:s|ed)?|consistent|factual", re.IGNORECASE)
_LONGEST = 20_000
"""Characters of a passage that reach the tokenizer, which cuts to the model's own length."""


class NliScorer:
    """PairScorer: the probability of entailment. See `PairScorer`.

    Args:
        folder: the model, from `find_model`.
        threads: how many pairs are scored at the same time.

    Raises:
        PrerequisiteError: the model's labels name no entailment.
    """

    def __init__(self, folder: ModelFolder, *, threads: int) -> None:
        self._threads = threads
        disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = CrossEncoder(str(folder.path), device="cpu", local_files_only=True)
        self._label = _entailment(folder.name, self._model.config.id2label)
        self.name = f"nli/{folder.fingerprint}"

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`; scores lie in [0, 1]. One pair at a time: see the embedder's."""
        if not pairs:
            return []
        # The first alone: it sets the tokenizer's truncation, which two threads may not do at once.
        first = self._score(pairs[0])
        with ThreadPoolExecutor(
            self._threads, initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            return [first, *pool.map(self._score, pairs[1:])]

    def _score(self, pair: tuple[str, str]) -> float:
        claim, passage = pair
        found = self._model.predict(
            [(passage[:_LONGEST], claim[:_LONGEST])],
            activation_fn=torch.nn.Softmax(dim=-1),
            show_progress_bar=False,
        )
        return float(found[0][self._label])


def _entailment(name: str, labels: Mapping[int, str]) -> int:
    """Return the position of the label that means entailment; labels may be in any order."""
    found = [at for at, label in sorted(labels.items()) if _ENTAILMENT.fullmatch(label)]
    if len(found) != 1 or len(labels) < 2:  # noqa: PLR2004 - one score tells nothing of entailment
        raise PrerequisiteError(
            f"the labels of {name} name no entailment: {', '.join(labels.values())}",
            advice="name an NLI model whose config.json has id2label with entailment",
        )
    return found[0]
