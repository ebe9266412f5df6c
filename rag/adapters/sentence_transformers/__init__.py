"""Embedder by sentence-transformers: any model name or folder; needs torch, an extra."""

from rag.adapters.sentence_transformers.embedder import SentenceTransformersEmbedder

__all__ = ["SentenceTransformersEmbedder"]
