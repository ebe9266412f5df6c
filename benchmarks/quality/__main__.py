"""Print quality: main content and retrieval beside peers, answers, refusal, one table each.

python -m benchmarks.quality [--data DIR] [--sample N] [--only PART]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.common import DATA, required
from benchmarks.quality import answers, extraction, refusal, retrieval
from benchmarks.quality.questions import SETS, Question, load
from benchmarks.quality.systems import Bm25, LlamaIndex, Rag

if TYPE_CHECKING:
    from rag.flows.ask import Answer

_PARTS = ("extraction", "retrieval", "answers", "refusal")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="has extraction/ and retrieval/")
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="questions a set (default: all)"
    )
    parser.add_argument("--only", choices=_PARTS, action="append", help="may be repeated")
    return parser.parse_args()


def _questions(data: Path, sample: int, parts: list[str]) -> bool:
    """Print what shares the labelled questions; return whether goals are met."""
    corpora = {name: required(data / "retrieval" / name) for name in SETS}
    questions: dict[str, list[Question]] = {}
    rags: dict[str, Rag] = {}
    own: dict[str, list[Answer]] = {}
    met = True
    with tempfile.TemporaryDirectory(prefix="rag-quality-") as scratch:
        for name, folder in corpora.items():
            questions[name] = load(folder, sample)
            rag = rags[name] = Rag(folder / "corpus", Path(scratch, name))
            own[name] = [rag.ask(question.text) for question in questions[name]]
            if "retrieval" in parts:
                peers = (
                    Bm25(folder / "corpus"),
                    LlamaIndex(folder / "corpus", Path(scratch, f"{name}-stock")),
                )
                found = {rag.name: [rag.places(answer) for answer in own[name]]}
                met &= retrieval.report(name, (rag, *peers), questions[name], found)
        if "answers" in parts:
            answers.report(rags, questions)
        if "refusal" in parts:
            met &= refusal.report(rags, questions, own)
    return met


def main() -> int:
    """Run the parts asked for; return 1 if a goal is missed."""
    options = _options()
    parts = options.only or list(_PARTS)
    met = True
    if "extraction" in parts:
        met &= extraction.main(required(options.data / "extraction")) == 0
    if {"retrieval", "answers", "refusal"} & set(parts):
        met &= _questions(options.data, options.sample, parts)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
