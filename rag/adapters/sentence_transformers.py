"""Embedder by sentence-transformers: any model name or folder; needs torch, an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from rag.modelfiles import ModelFolder, embedder_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.ports import Vector

_BATCH = 32
_SLAB = 256
"""How many texts are sorted and embedded at once, so that results come while work goes on."""


class SentenceTransformersEmbedder:
    """Embedder over a sentence-transformers model. See `Embedder`.

    Args:
        folder: the model, from `find_model`.
        threads: torch's threads.
    """

    def __init__(self, folder: ModelFolder, *, threads: int) -> None:
        torch.set_num_threads(threads)
        # The screen belongs to whoever runs this.
        disable_progress_bar()  # type: ignore[no-untyped-call]
        self._folder = folder
        self._model = SentenceTransformer(str(folder.path), device="cpu", local_files_only=True)
        self.fingerprint = embedder_fingerprint("sentence-transformers", folder)
        self.dimension = len(self._encode([""])[0])

    @property
    def max_tokens(self) -> int:
        """See `Embedder.max_tokens`."""
        return int(self._model.get_max_seq_length() or self._folder.max_tokens) - 2

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See `Embedder.token_spans`."""
        found = self._model.tokenizer(
            text,
            add_special_tokens=False,
            return_offsets_mapping=True,
            truncation=False,
            verbose=False,
        )
        return [(start, end) for start, end in found["offset_mapping"]]

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`. Longest first; batches of like length pad little."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
        for first in range(0, len(order), _SLAB):
            some = order[first : first + _SLAB]
            vectors = self._encode([self._folder.document_prefix + texts[at] for at in some])
            yield from zip(some, vectors, strict=True)

    def embed_query(self, text: str) -> Vector:
        """See `Embedder.embed_query`."""
        vector: Vector = self._encode([self._folder.query_prefix + text])[0]
        return vector

    def _encode(self, texts: list[str]) -> list[Vector]:
        found = self._model.encode(
            texts,
            batch_size=_BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return list(np.asarray(found, dtype=np.float32))
