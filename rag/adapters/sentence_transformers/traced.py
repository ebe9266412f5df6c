"""A sentence-transformers model as one recorded graph, which runs without Python in between.

A small model spends a tenth of each text in the Python of its layers, and threads wait for each
other there. TorchScript records the very calls that the model makes
(https://docs.pytorch.org/docs/stable/generated/torch.jit.trace.html); what depends on the length
of a text may be recorded as a constant, so a graph is used only if it gives the model's vectors,
bit for bit, for texts of other lengths. PyTorch calls tracing deprecated: without it, a model runs
as it is.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sentence_transformers import SentenceTransformer

    Features = Mapping[str, object]
    Run = Callable[[Features], torch.Tensor]

_SAMPLE = "Some words to record the calls by."
_CHECKED = ("", "word", "Two thousand and some words, give or take a few. " * 40)
"""Texts of other lengths than the sample's, to the longest that a model reads."""


class _Whole(torch.nn.Module):
    """All modules of a model, from tensors by name to the vector of a text."""

    def __init__(self, model: SentenceTransformer, names: list[str], rest: Features) -> None:
        super().__init__()
        self._model, self._names, self._rest = model, names, rest

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        features = {**self._rest, **dict(zip(self._names, tensors, strict=True))}
        vector: torch.Tensor = self._model(features)["sentence_embedding"]
        return vector


def as_it_is(model: SentenceTransformer) -> Run:
    """Return the model's own way from the features of a text to its vector, of shape (1, n)."""

    def run(features: Features) -> torch.Tensor:
        vector: torch.Tensor = model(dict(features))["sentence_embedding"]
        return vector

    return run


def traced(model: SentenceTransformer) -> Run | None:
    """Return a recording of a model that gives its very vectors, or None if none can be had."""
    sample = model.preprocess([_SAMPLE])
    names = [name for name, value in sample.items() if isinstance(value, torch.Tensor)]
    rest = {name: value for name, value in sample.items() if name not in names}
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a constant may be wrong elsewhere: it is checked
        try:
            graph = torch.jit.trace(  # type: ignore[no-untyped-call]
                _Whole(model, names, rest).eval(),
                tuple(sample[name] for name in names),
                check_trace=False,
            )
        except (RuntimeError, TypeError, ValueError):  # the model does what cannot be recorded
            return None

    def run(features: Features) -> torch.Tensor:
        vector: torch.Tensor = graph(*(features[name] for name in names))
        return vector

    return run if _is_same(model, run) else None


def _is_same(model: SentenceTransformer, run: Run) -> bool:
    own = as_it_is(model)
    with torch.inference_mode():
        for text in _CHECKED:
            features = model.preprocess([text])
            try:
                found = run(features)
            except RuntimeError:  # a length was recorded as a constant
                return False
            if not torch.equal(found, own(features)):
                return False
    return True
