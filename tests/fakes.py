"""One documented fake a port; each passes the same suite as the real adapters."""

from __future__ import annotations

import math
import re
from collections import Counter
from hashlib import sha256
from mimetypes import MimeTypes
from typing import TYPE_CHECKING

import numpy as np

from rag.types import Check, Fetched, Hit, NotModified, Skipped, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rag.ports import Vector
    from rag.types import Block, Chunk, Draft, ProposedClaim, QuestionTask, Rejected, SectionTask
    from rag.writing import Prompt

_WORD = re.compile(r"\w+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


class FakeService:
    """Service that has access, or lacks it for the reason given; `asked` counts its calls."""

    cost = "1 call of about 5 tokens to fake/model"

    def __init__(self, lacks: str = "") -> None:
        self._lacks = lacks
        self.asked = 0

    def checks(self, *, call: bool) -> Iterator[Check]:
        """See `Service.checks`."""
        yield Check(name="credentials", state="ok", found="none are needed")
        if not call:
            yield Check(name="model", state="skipped", found="fake/model was not asked")
            return
        self.asked += 1
        if self._lacks:
            yield Check(name="model", state="failed", found=self._lacks, advice="get access")
        else:
            yield Check(name="model", state="ok", found="fake/model answers")


class FakeFetcher:
    """Fetcher over a mapping from location to bytes.

    What the mapping does not have is skipped as gone; what is empty, over `max_bytes` or `down` is
    skipped, too. It keeps every location it was asked for in `asked`.
    """

    def __init__(self, pages: Mapping[str, bytes], *, max_bytes: int = 1_000_000) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.down: set[str] = set()
        self._max_bytes = max_bytes
        self._types = MimeTypes()
        self._types.add_type("text/markdown", ".md")
        self._types.add_type("text/vtt", ".vtt")

    def fetch(
        self, subject: str, location: str, previous: Source | None = None
    ) -> Fetched | NotModified | Skipped:
        """See `Fetcher.fetch`."""
        self.asked.append(location)
        content = self.pages.get(location, b"")
        reason = "has nothing" if not content else ""
        if len(content) > self._max_bytes:
            reason = f"is over fetch.max_bytes = {self._max_bytes:,}"
        if location in self.down:
            reason = "does not answer: try later"
        if reason:
            gone = location not in self.pages and location not in self.down
            reason = f"{location!a} {reason}"
            return Skipped(subject=subject, stage="fetch", reason=reason, gone=gone)
        checksum = sha256(content).hexdigest()
        if previous is not None and previous.sha256 == checksum:
            return NotModified()
        source = Source(
            sha256=checksum,
            size=len(content),
            media_type=self._types.guess_type(location)[0] or "",
            location=location,
        )
        return Fetched(source=source, content=content)


class FakeEmbedder:
    """Embedder that hashes words: texts that share words are near, and so ranking is real.

    It keeps the texts it embedded in `documents` and the questions in `queries`.
    """

    def __init__(
        self, *, dimension: int = 256, max_tokens: int = 254, query_prefix: str = ""
    ) -> None:
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.fingerprint = f"fake/words-{dimension}"
        self.documents: list[str] = []
        self.queries: list[str] = []
        self._query_prefix = query_prefix

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See `Embedder.token_spans`."""
        return [match.span() for match in _WORD.finditer(text)]

    def embed_documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Vector]]:
        """See `Embedder.embed_documents`. The last comes first: nobody may count on an order."""
        for position in reversed(range(len(texts))):
            self.documents.append(texts[position])
            yield position, self._vector(texts[position])

    def embed_query(self, text: str) -> Vector:
        """See `Embedder.embed_query`."""
        self.queries.append(text)
        return self._vector(self._query_prefix + text)

    def _vector(self, text: str) -> Vector:
        vector = np.zeros(self.dimension, np.float32)
        for word in _WORD.findall(text.lower())[: self.max_tokens]:
            checksum = int.from_bytes(sha256(word.encode("utf-8", "surrogatepass")).digest()[:8])
            vector[checksum % self.dimension] += 1 if checksum >> 63 else -1
        length = float(np.linalg.norm(vector))
        if length == 0:  # no words, or words that cancel each other out
            vector[0] = length = 1.0
        return vector / np.float32(length)


class FakeIndex:
    """Index in memory: every cosine is computed, words are weighed by BM25."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[Chunk, Vector]] = {}

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[Vector]) -> None:
        """See `Index.add`."""
        for chunk, vector in zip(chunks, vectors, strict=True):
            self._entries[chunk.id] = chunk, vector

    def settle(self) -> None:
        """See `Index.settle`. Nothing is held back."""

    def remove(self, document_ids: Iterable[str]) -> None:
        """See `Index.remove`."""
        gone = set(document_ids)
        self._entries = {
            name: entry for name, entry in self._entries.items() if entry[0].document_id not in gone
        }

    def count(self) -> int:
        """See `Index.count`."""
        return len(self._entries)

    def search_dense(
        self, vector: Vector, k: int, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """See `Index.search_dense`."""
        hits = [
            Hit(chunk=chunk, score=float(other @ vector)) for chunk, other in self._in(documents)
        ]
        return _best(hits, k)

    def search_lexical(
        self, query: str, k: int, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """See `Index.search_lexical`."""
        every = {chunk.id: Counter(_terms(chunk.passage)) for chunk, _ in self._in(None)}
        mean = sum(count.total() for count in every.values()) / (len(every) or 1)
        seen = Counter(word for count in every.values() for word in count)
        hits = []
        for chunk, _ in self._in(documents):
            count = every[chunk.id]
            length = 0.25 + 0.75 * count.total() / (mean or 1)
            score = sum(
                math.log(1 + (len(every) - seen[word] + 0.5) / (seen[word] + 0.5))
                * (count[word] * 2.2 / (count[word] + 1.2 * length))
                for word in set(_terms(query))
            )
            if score > 0:
                hits.append(Hit(chunk=chunk, score=score))
        return _best(hits, k)

    def _in(self, documents: frozenset[str] | None) -> list[tuple[Chunk, Vector]]:
        return [
            entry
            for entry in self._entries.values()
            if documents is None or entry[0].document_id in documents
        ]


def _best(hits: list[Hit], k: int) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id))[:k]


def _terms(text: str) -> list[str]:
    """Return the words of a text, in lower case, and the parts of compound ones."""
    words = _WORD.findall(text)
    parts = [part for word in words if len(split := _HUMP.split(word)) > 1 for part in split]
    return [word.lower() for word in (*words, *parts) if word]


class FakePairScorer:
    """PairScorer by words: the share of the query's words that the passage has.

    It keeps every pair it scored in `pairs`.
    """

    name = "fake/overlap"

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `PairScorer.score`."""
        self.pairs += pairs
        scores = []
        for query, passage in pairs:
            wanted = set(_WORD.findall(query.lower()))
            scores.append(len(wanted & set(_WORD.findall(passage.lower()))) / (len(wanted) or 1))
        return scores


class ScriptedWriter:
    """Writer that says what a script has it say, and keeps what it was asked in `tasks`.

    Args:
        script: drafts in the order in which they are wanted, or a function that makes one from a
            task. Asked for more than the script has, it raises `AssertionError`.
        revisions: what it says in place of a claim that fell; nothing by default. What came back
            to it is kept in `returned`.
    """

    name = "scripted"
    outranks = False

    def __init__(
        self,
        script: Iterable[Draft | Skipped] | Callable[[SectionTask | QuestionTask], Draft | Skipped],
        revisions: Callable[[Rejected], ProposedClaim | None] = lambda _: None,
    ) -> None:
        self.tasks: list[SectionTask | QuestionTask] = []
        self.returned: list[Rejected] = []
        self._make = script if callable(script) else _reader(script)
        self._revise = revisions

    def revise(
        self,
        task: SectionTask | QuestionTask,  # noqa: ARG002 - the port's
        rejected: Sequence[Rejected],
    ) -> list[ProposedClaim | None]:
        """See `Writer.revise`."""
        self.returned += rejected
        return [self._revise(item) for item in rejected]

    def forecast(self, _: SectionTask) -> tuple[()]:
        """See `Writer.forecast`: it asks nobody."""
        return ()

    def at_once(self, _: int) -> int:
        """See `Writer.at_once`."""
        return 1

    def write_section(self, task: SectionTask) -> Draft | Skipped:
        """See `Writer.write_section`."""
        self.tasks.append(task)
        return self._make(task)

    def answer(
        self, task: QuestionTask, propose: Callable[[Block], None] | None = None
    ) -> Draft | Skipped:
        """See `Writer.answer`. What the script says is proposed block by block."""
        self.tasks.append(task)
        made = self._make(task)
        if propose is not None and not isinstance(made, Skipped):
            for block in made.blocks:
                propose(block)
        return made


def _reader(
    script: Iterable[Draft | Skipped],
) -> Callable[[SectionTask | QuestionTask], Draft | Skipped]:
    lines = iter(script)

    def read(task: SectionTask | QuestionTask) -> Draft | Skipped:
        for line in lines:
            return line
        raise AssertionError(f"the script has no draft for this task: {task!r}"[:200])

    return read


class ScriptedModel:
    """StreamingModel that says what a script has it say, and keeps the prompts in `prompts`.

    Args:
        replies: what it says to one prompt after the other: the attempts, of which all but the last
            break off, each as the pieces in which it comes. In place of the last there may be the
            error by which the call ends.
    """

    name = "scripted/model"
    input_tokens = 20_000
    at_once = staticmethod(lambda _: 1)

    def __init__(self, *replies: Sequence[Sequence[str] | Exception]) -> None:
        self.prompts: list[Prompt] = []
        self._replies = iter(replies)

    def reply(self, prompt: Prompt) -> str:
        """See `Model.reply`."""
        return self.stream(prompt, lambda _: None)

    def stream(self, prompt: Prompt, heard: Callable[[str], None]) -> str:
        """See `StreamingModel.stream`."""
        self.prompts.append(prompt)
        text = ""
        for attempt in next(self._replies):
            if isinstance(attempt, Exception):
                raise attempt
            text = ""
            for piece in attempt:
                text += piece
                heard(text)
        return text


class WholeModel:
    """Model that cannot stream: another one's replies, when they are whole."""

    def __init__(self, model: ScriptedModel) -> None:
        self.name = model.name
        self.input_tokens = model.input_tokens
        self.at_once = model.at_once
        self.reply = model.reply
