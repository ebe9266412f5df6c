"""What every `Embedder` does, on the fake and on the real adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from rag.ports import Embedder, Vector

TEXTS = (
    "Amazon EC2 P6 instances have Blackwell GPUs.",
    "short",
    "",
    " \n\t ",
    "A mixture-of-experts layer routes each token to a few of its experts. " * 12,
    "专家混合模型将每个词元分配给少数专家。",
    "تدريب نموذج لغوي كبير على آلاف المعالجات",
    "👩‍👩‍👧‍👦 rockets 🚀🚀🚀 and flags 🇩🇪",
    "cafe\u0301 \u0130stanbul \ufb01ne \u00ad soft",
    "\x00\x07 control \ud7ff\ufffd",
    "short",
)


class EmbedderContract:
    """The suite. A subclass gives the fixture `embedder`, and says how exact it is."""

    tolerance = 0.0
    """How far a vector may be from the one that its text has when it is alone."""
    has_prefix = True
    """Whether the model puts words before a question that it does not put before a document."""

    def vectors(self, embedder: Embedder, texts: tuple[str, ...]) -> list[Vector]:
        """Return the documents' vectors in the order of the texts."""
        found = dict(embedder.embed_documents(texts))
        return [found[position] for position in range(len(texts))]

    def test_every_position_comes_once(self, embedder: Embedder) -> None:
        """However they are ordered, each text has exactly one vector; no texts have none."""
        positions = [position for position, _ in embedder.embed_documents(TEXTS)]
        assert sorted(positions) == list(range(len(TEXTS)))
        assert list(embedder.embed_documents([])) == []

    def test_vectors_have_unit_length(self, embedder: Embedder) -> None:
        """Every vector, even of a text without words, is float32, of length 1, as announced."""
        for vector in (*self.vectors(embedder, TEXTS), embedder.embed_query("What is EFA?")):
            assert vector.shape == (embedder.dimension,)
            assert vector.dtype == np.float32
            assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)

    def test_a_vector_depends_on_its_own_text_alone(self, embedder: Embedder) -> None:
        """A text has the same vector alone, among others, and among them in another order."""
        together = self.vectors(embedder, TEXTS)
        backwards = self.vectors(embedder, TEXTS[::-1])[::-1]
        for text, one, other in zip(TEXTS, together, backwards, strict=True):
            (alone,) = self.vectors(embedder, (text,))
            assert float(np.abs(one - alone).max()) <= self.tolerance
            assert float(np.abs(other - alone).max()) <= self.tolerance

    def test_questions_and_documents_are_told_apart(self, embedder: Embedder) -> None:
        """A question has a document's vector only where the model has no prefix."""
        (document,) = self.vectors(embedder, ("network bandwidth",))
        question = embedder.embed_query("network bandwidth")
        same = float(np.abs(question - document).max()) <= self.tolerance
        assert same is not self.has_prefix

    def test_what_is_alike_is_near(self, embedder: Embedder) -> None:
        """A question is nearer to the text that answers it than to another."""
        answer, other = self.vectors(
            embedder, ("The rocket engine burns methane.", "Bake the bread for an hour.")
        )
        question = embedder.embed_query("What does the rocket engine burn?")
        assert float(question @ answer) > float(question @ other)

    def test_what_is_over_the_budget_is_not_seen(self, embedder: Embedder) -> None:
        """Words after the first `max_tokens` tokens change nothing."""
        full = " ".join(["word"] * embedder.max_tokens)
        assert len(embedder.token_spans(full)) == embedder.max_tokens
        one, other = self.vectors(embedder, (full, full + " and many more words"))
        assert float(np.abs(one - other).max()) <= self.tolerance

    @pytest.mark.parametrize("text", TEXTS)
    def test_token_spans_are_places_in_the_text(self, embedder: Embedder, text: str) -> None:
        """Spans lie in the text, in order."""
        spans = embedder.token_spans(text)
        assert all(0 <= start <= end <= len(text) for start, end in spans)
        assert spans == sorted(spans)

    def test_token_spans_cover_the_words(self, embedder: Embedder) -> None:
        """Every letter is in a token, in a text far over the budget as well."""
        text = "Trn2 UltraServers, übergroß. " * 300
        inside = {at for start, end in embedder.token_spans(text) for at in range(start, end)}
        assert all(at in inside for at, char in enumerate(text) if char.isalnum())

    def test_the_fingerprint_is_one_line(self, embedder: Embedder) -> None:
        """The fingerprint can be kept and printed."""
        assert embedder.fingerprint
        assert embedder.fingerprint.isprintable()
