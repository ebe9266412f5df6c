"""Embedder and PairScorer by ONNX Runtime: the embedded default, without torch.

One single-threaded session is called from several threads, one text at a time. That is as fast on
two cores as one session of two threads over padded batches, and it makes each result a function
of its own text alone: dynamic int8 quantisation scales activations over the whole batch, so in a
batch a vector would depend on its neighbours, and results on the number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from rag.background import longest_first
from rag.errors import PrerequisiteError
from rag.modelfiles import ModelFolder, embedder_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rag.ports import Vector


def _session(folder: Path) -> onnxruntime.InferenceSession:
    path = folder / "model.onnx"
    if not path.is_file():
        path = folder / "onnx" / "model.onnx"
    if not path.is_file():
        raise PrerequisiteError(
            f"{folder} holds no model.onnx",
            advice='export the model to ONNX, or set embedder.adapter = "sentence-transformers"',
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _feed(session: onnxruntime.InferenceSession, encoding: Any) -> dict[str, Any]:
    values = {
        "input_ids": encoding.ids,
        "attention_mask": encoding.attention_mask,
        "token_type_ids": encoding.type_ids,
    }
    names = [argument.name for argument in session.get_inputs()]
    return {name: np.asarray([values[name]], dtype=np.int64) for name in names}


class OnnxEmbedder:
    """Embedder over a BERT-like encoder exported to ONNX. See `Embedder`.

    Args:
        folder: the model, from `find_model`.
        threads: how many texts are embedded at the same time.
    """

    def __init__(self, folder: ModelFolder, *, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        self._tokenizer = _tokenizer(folder)
        self._encoder = _tokenizer(folder)
        self._encoder.enable_truncation(folder.max_tokens)
        self._session = _session(folder.path)
        self.fingerprint = embedder_fingerprint("onnx", folder)
        self.dimension = int(self._session.get_outputs()[0].shape[-1])

    @property
    def max_tokens(self) -> int:
        """See `Embedder.max_tokens`."""
        return self._folder.max_tokens - 2

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See `Embedder.token_spans`."""
        # As a batch: `encode` lets no other thread run until a long text is done.
        (encoding,) = self._tokenizer.encode_batch([text], add_special_tokens=False)
        return [(start, end) for start, end in encoding.offsets]

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`."""
        prefixed = [self._folder.document_prefix + text for text in texts]
        return longest_first(prefixed, self._embed, self._threads)

    def embed_query(self, text: str) -> Vector:
        """See `Embedder.embed_query`."""
        return self._embed(self._folder.query_prefix + text)

    def _embed(self, text: str) -> Vector:
        encoding = self._encoder.encode(text)
        tokens = self._session.run(None, _feed(self._session, encoding))[0][0]
        pooled = tokens[0] if self._folder.pooling == "cls" else tokens.mean(axis=0)
        vector: Vector = (pooled / np.linalg.norm(pooled)).astype(np.float32)
        return vector


class OnnxPairScorer:
    """PairScorer over a cross-encoder exported to ONNX. See `PairScorer`.

    Args:
        folder: the model, from `find_model`.
        threads: how many pairs are scored at the same time.
    """

    def __init__(self, folder: ModelFolder, *, threads: int) -> None:
        self._threads = threads
        self._tokenizer = _tokenizer(folder)
        # The query is kept whole: only the passage is cut to fit.
        self._tokenizer.enable_truncation(folder.max_tokens, strategy="only_second")
        self._session = _session(folder.path)
        self.name = f"onnx/{folder.fingerprint}"

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`. Longest first, so that threads end together."""
        order = sorted(range(len(pairs)), key=lambda at: len(pairs[at][1]), reverse=True)
        with ThreadPoolExecutor(self._threads) as pool:
            scores = dict(
                zip(order, pool.map(self._score, (pairs[at] for at in order)), strict=True)
            )
        return [scores[at] for at in range(len(pairs))]

    def _score(self, pair: tuple[str, str]) -> float:
        query = pair[0][:1000]  # a longer query would leave no room for the passage
        encoding = self._tokenizer.encode(query, pair[1])
        return float(self._session.run(None, _feed(self._session, encoding))[0][0][0])


def _tokenizer(folder: ModelFolder) -> Tokenizer:
    path = folder.path / "tokenizer.json"
    if not path.is_file():
        raise PrerequisiteError(
            f"{folder.path} holds no tokenizer.json", advice="name a model folder that has one"
        )
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
