"""How many tokens a text has, held against a tokenizer that knows nothing of the estimate."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from values import document, evidence, keyed, reference

from rag.modelfiles import find_model
from rag.settings import load_config, load_prompts, packaged_config
from rag.types import SectionTask
from rag.writing.asking import Asking
from rag.writing.packing import estimated_tokens, likely_tokens, most_tokens

HOME = packaged_config().parent


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """The WordPiece of the embedder: of the tokenizers at hand the one that cuts finest."""
    folder = find_model("BAAI/bge-small-en-v1.5", ("*.json",))
    found = Tokenizer.from_file(str(Path(folder.path) / "tokenizer.json"))
    found.no_truncation()
    found.no_padding()
    return found


@pytest.mark.models
def test_forecasts_of_real_prompts_are_near(shared, tokenizer):
    """Of each document for each section: within a fifth of what is counted, and never over it."""
    asking = Asking(load_prompts(HOME), load_config(HOME).taxonomy, input_tokens=60_000, claims=4)
    specs = [spec for spec in load_config(HOME).outline.sections if not spec.is_derived]
    files = sorted((shared / "references").glob("*.md"))
    assert files
    assert specs
    for path in files:
        given_ = keyed(evidence(document(path.read_text("utf-8")), reference(path.stem)))
        for spec in specs:
            task = SectionTask(spec=spec, evidence=given_)
            prompt = asking.section(task, asking.known(task))
            text = "\n".join(prompt.told)
            counted = len(tokenizer.encode(text).ids)
            assert likely_tokens(text) == pytest.approx(counted, rel=0.2), (path, spec.id)
            assert counted <= most_tokens(text)
            assert prompt.passages
            assert sum(map(estimated_tokens, prompt.told)) <= 60_000


@given(st.text(), st.text())
def test_what_is_likely_is_no_more_than_the_most(text, more):
    """And a longer text has no fewer tokens by any of the measures, but for rounding."""
    for measure in (likely_tokens, estimated_tokens, most_tokens):
        assert measure(text + "\n" + more) >= measure(text) - 1
    assert estimated_tokens(text) <= most_tokens(text)
