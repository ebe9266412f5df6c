"""Print how well main content is found: our parser beside plain trafilatura, in one run.

The measure is that of https://github.com/scrapinghub/article-extraction-benchmark: multisets of
shingles of four words; precision and recall averaged over pages, F1 of the means.

    python benchmarks/quality/extraction.py [FOLDER]

FOLDER holds `html/ID.html.gz` and `ground-truth.json`; default `../shared/data/extraction`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from rag.stages.parse import parse
from rag.types import Document, Source

if TYPE_CHECKING:
    from collections.abc import Callable

GOAL = 0.95
SHINGLE = 4
_TOKEN = re.compile(r"\w+")


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return the runs of four words of a text with their counts; a shorter text is one run."""
    words = _TOKEN.findall(text)
    last = max(1, len(words) - SHINGLE + 1)
    return Counter(tuple(words[at : at + SHINGLE]) for at in range(last) if words)


def score(pairs: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Return F1, precision and recall over (true, found) texts."""
    precisions, recalls = [], []
    for true, found in pairs:
        wanted, got = shingles(true), shingles(found)
        common = (wanted & got).total()
        if got:
            precisions.append(common / got.total())
        if wanted:
            recalls.append(common / wanted.total())
    precision, recall = mean(precisions), mean(recalls)
    return 2 * precision * recall / (precision + recall), precision, recall


def ours(page: bytes) -> str:
    """Return the text of the document our parser makes of a page."""
    source = Source(
        sha256=hashlib.sha256(page).hexdigest(),
        size=len(page),
        media_type="text/html",
        location="https://example.org/page",
    )
    document = parse("page", source, page, min_words=1)
    return document.text if isinstance(document, Document) else ""


def plain(page: bytes) -> str:
    """Return what trafilatura extracts when left to itself."""
    from trafilatura import extract  # noqa: PLC0415 - so that its import is not timed with ours

    return extract(page) or ""


def main(folder: Path) -> int:
    """Print the table; return 1 if our F1 is below the goal or below plain trafilatura's."""
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    pages = {key: gzip.decompress((folder / f"html/{key}.html.gz").read_bytes()) for key in truth}
    found = {}
    print(f"main content of {len(pages)} pages, shingles of {SHINGLE} words")
    print(f"{'extractor':<20} {'F1':>6} {'precision':>10} {'recall':>7} {'ms/page':>8}")
    extractors: dict[str, Callable[[bytes], str]] = {"rag": ours, "trafilatura": plain}
    for name, extract in extractors.items():
        start = time.perf_counter()
        pairs = [(truth[key]["articleBody"], extract(page)) for key, page in pages.items()]
        milliseconds = 1000 * (time.perf_counter() - start) / len(pages)
        f1, precision, recall = score(pairs)
        found[name] = f1
        print(f"{name:<20} {f1:6.4f} {precision:10.4f} {recall:7.4f} {milliseconds:8.1f}")
    return 0 if found["rag"] >= max(GOAL, found["trafilatura"]) else 1


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "extraction"
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
