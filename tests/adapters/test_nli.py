"""NLI cross-encoders through sentence-transformers: a tiny one with random weights."""

from __future__ import annotations

import json
import math

import pytest

from rag.errors import PrerequisiteError
from rag.modelfiles import find_model

nli = pytest.importorskip("rag.adapters.nli", reason="needs rag[sentence-transformers]")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

LABELS = ["contradiction", "entailment", "neutral"]
PAIRS = [("Bread is baked.", "Bread is baked in an oven."), ("", ""), ("x " * 900, "🚀 y\n" * 9000)]


def _saved(folder, labels):
    """Save a cross-encoder with random weights and return its folder."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "bread", "is", "baked", "in", "an", "x"]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join([*words, "."]), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(
        folder
    )
    torch.manual_seed(3)
    config = transformers.BertConfig(
        vocab_size=len(words) + 1,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        initializer_range=2.0,
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give the folder of a tiny model."""
    return _saved(tmp_path_factory.mktemp("nli") / "tiny", LABELS)


@pytest.fixture(scope="module")
def scorer(folder):
    """Give a scorer over it."""
    return nli.NliScorer(find_model(str(folder), ()), threads=2)


@pytest.mark.models
def test_scores_are_probabilities_in_order(scorer):
    """There is one probability a pair, for empty and overlong ones as well, and none for none."""
    scores = scorer.score(PAIRS)
    assert len(scores) == len(PAIRS)
    assert all(math.isfinite(score) and 0 <= score <= 1 for score in scores)
    assert scorer.score(PAIRS[::-1])[::-1] == pytest.approx(scores, abs=1e-6)
    assert scorer.score([]) == []
    assert scorer.name.startswith("nli/tiny@")
    assert scorer.name.isprintable()


@pytest.mark.models
def test_the_entailment_is_found_by_its_label(folder, tmp_path):
    """The same weights with the labels in another order give the probability of another label."""
    totals = [0.0] * len(PAIRS)
    for turn in range(3):
        copy = tmp_path / f"turned{turn}"
        copy.mkdir()
        for path in folder.iterdir():
            (copy / path.name).write_bytes(path.read_bytes())
        config = json.loads((copy / "config.json").read_text())
        turned = [LABELS[(at + turn) % 3].upper() for at in range(3)]
        config["id2label"] = {str(at): label for at, label in enumerate(turned)}
        config["label2id"] = {label: at for at, label in enumerate(turned)}
        (copy / "config.json").write_text(json.dumps(config))
        scores = nli.NliScorer(find_model(str(copy), ()), threads=1).score(PAIRS)
        totals = [one + other for one, other in zip(totals, scores, strict=True)]
    assert totals == pytest.approx([1.0] * len(PAIRS), abs=1e-5)


@pytest.mark.models
def test_a_model_without_entailment_is_refused(tmp_path):
    """A classifier of something else is refused, and its labels are named."""
    other = _saved(tmp_path / "mood", ["angry", "glad"])
    with pytest.raises(PrerequisiteError, match="name no entailment: angry, glad"):
        nli.NliScorer(find_model(str(other), ()), threads=1)
