"""Embedder over a sentence-transformers model.

Single-threaded torch is called from several threads, one text at a time: on two cores that takes
half the processor time of torch's own threads over padded batches, which wait for each other at
every layer, and it makes each vector a function of its own text alone.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch.nn import functional
from transformers.utils.logging import disable_progress_bar

from rag.adapters.sentence_transformers.traced import as_it_is, traced
from rag.background import longest_first
from rag.modelfiles import ModelFolder, embedder_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.ports import Vector

_WORTH_RECORDING = 16
"""Texts from which recording the model (a fraction of a second) pays."""


class SentenceTransformersEmbedder:
    """Embedder over a sentence-transformers model. See `Embedder`.

    Args:
        folder: the model, from `find_model`.
        threads: how many texts are embedded at the same time.
    """

    def __init__(self, folder: ModelFolder, *, threads: int) -> None:
        self._threads = threads
        # The screen belongs to whoever runs this.
        disable_progress_bar()  # type: ignore[no-untyped-call]
        self._folder = folder
        self._model = SentenceTransformer(str(folder.path), device="cpu", local_files_only=True)
        self._model.eval()
        self._run = as_it_is(self._model)
        self._is_recorded = False
        # Its own: embedding sets the model's tokenizer to cut texts, while the next reference is
        # chunked in another thread.
        self._counter = copy(self._model.tokenizer.backend_tokenizer)
        self._counter.no_truncation()
        self._counter.no_padding()
        self.fingerprint = embedder_fingerprint("sentence-transformers", folder)
        # Also sets that tokenizer's truncation, which no two threads may do at once.
        self.dimension = len(self._embed(""))

    @property
    def max_tokens(self) -> int:
        """See `Embedder.max_tokens`."""
        return int(self._model.get_max_seq_length() or self._folder.max_tokens) - 2

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See `Embedder.token_spans`."""
        # As a batch: `encode` lets no other thread run until a long text is done.
        (encoding,) = self._counter.encode_batch([text], add_special_tokens=False)
        spans: list[tuple[int, int]] = encoding.offsets
        return spans

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`."""
        if len(texts) >= _WORTH_RECORDING and not self._is_recorded:
            self._run, self._is_recorded = traced(self._model) or self._run, True
        prefixed = [self._folder.document_prefix + text for text in texts]
        alone = partial(torch.set_num_threads, 1)
        return longest_first(prefixed, self._embed, self._threads, ready=alone)

    def embed_query(self, text: str) -> Vector:
        """See `Embedder.embed_query`."""
        return self._embed(self._folder.query_prefix + text)

    def _embed(self, text: str) -> Vector:
        # `encode` does the same to one text, and takes a tenth longer (`benchmarks/speed`).
        with torch.inference_mode():
            found = self._run(self._model.preprocess([text]))[0]
            vector: Vector = functional.normalize(found, dim=0).numpy()
        return vector.astype(np.float32)
