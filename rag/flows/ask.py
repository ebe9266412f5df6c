"""A question → cited claims, or the plain statement that the references do not answer it."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import PrerequisiteError, UsageError
from rag.flows.answering import answered
from rag.flows.ingest import check_store, unknown_reference
from rag.flows.sections import keyed
from rag.stages.render import Cited, place_at, place_of
from rag.stages.retrieve import fuse, rerank
from rag.types import Claim, Evidence, Exchange, Hit, QuestionTask, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rag.adapters.store import Ingested
    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.types import Citation, Reference

NO_ANSWER = "The references do not answer this."


class SourceNote(Value):
    """Where a citation of an answer stands."""

    label: str
    reference: str
    title: str
    where: str
    link: str
    start: int
    end: int
    quote: str


class Passage(Value):
    """A chunk that was found for a question."""

    reference: str
    locator: str
    where: str
    start: int
    end: int
    text: str
    score: float


class Answer(Value):
    """What the references say to a question."""

    question: str
    claims: tuple[Claim, ...]
    sources: tuple[SourceNote, ...]
    passages: tuple[Passage, ...]
    """What was found, best first, whether or not it answers."""
    answerable: bool
    """Whether the passages are judged to answer; the writer may still find nothing to quote."""
    refused: bool
    """Whether the references do not answer: nothing that was found does, or no claim of it held."""
    complete: bool = True
    """Whether the writer came to its end; if not, the claims are what was verified by then."""


class Answered(Value):
    """A claim of an answer, verified, with the sources that it cites."""

    claim: Claim
    sources: tuple[SourceNote, ...]


def ask(  # noqa: PLR0913 - the question, and how it is put
    project: Project,
    tools: Tools,
    question: str,
    *,
    k: int | None = None,
    references: Collection[str] = (),
    words: str = "",
    before: tuple[Exchange, ...] = (),
    show: Callable[[Answered], None] = lambda _: None,
    broken: Callable[[Answer], None] = lambda _: None,
) -> Answer:
    """Return an answer of verified claims with their sources.

    Args:
        project: where the checklist is.
        tools: the wired adapters.
        question: what the user wants to know.
        k: how many passages may be drawn on; the config's `retrieve.evidence` if None.
        references: the keys of those to ask; all if empty.
        words: what is searched for; the question if empty.
        before: what was asked before, oldest first.
        show: told each claim as soon as it is verified. What it was told are the claims of the
            answer, in order; if this raises, they are verified, and the answer is not complete.
        broken: told what of the answer holds, if the rest never comes; then the error is raised.

    Raises:
        UsageError: the question has no word, or the key unknown.
        PrerequisiteError: nothing has been ingested.
        ServiceError: the writer failed; the message says so if claims were shown before.
    """
    question = one_line(question)
    words = one_line(words) or question
    if not has_words(question):
        raise UsageError("the question is empty", advice='ask as in: rag ask "What is EFA?"')
    sought = _sought(project, tools, words, k, references)
    so_far: list[Claim] = []

    def shown(claim: Claim) -> None:
        so_far.append(claim)
        show(Answered(claim=claim, sources=_sources([claim], sought.cited)))

    told = words if words != question else ""
    task = QuestionTask(question=question, words=told, before=before, evidence=sought.evidence)
    claims = None
    try:
        claims = answered(tools, task, shown) if sought.answers else ()
    finally:
        if claims is None and so_far:  # interrupted, too
            broken(_answer(question, sought, so_far, complete=False))
    return _answer(question, sought, claims, complete=True)


def one_line(words: str) -> str:
    """Return a question's words on one line; bytes that are no text are replaced."""
    return " ".join(words.encode("utf-8", "replace").decode().split())


def has_words(question: str) -> bool:
    """Whether a question says anything: marks alone are near to every passage."""
    return any(sign.isalnum() for sign in question)


class _Sought(NamedTuple):
    evidence: tuple[Evidence, ...]
    cited: dict[str, Cited]
    """By document id, what the evidence stands in."""
    answers: bool
    """Whether the best of it can be expected to answer."""


def _answer(question: str, sought: _Sought, claims: Sequence[Claim], *, complete: bool) -> Answer:
    return Answer(
        question=question,
        claims=tuple(claims),
        sources=_sources(claims, sought.cited),
        passages=tuple(_passage(item, sought.cited[item.document.id]) for item in sought.evidence),
        answerable=sought.answers,
        refused=not claims,
        complete=complete,
    )


def _sought(
    project: Project, tools: Tools, words: str, k: int | None, references: Collection[str]
) -> _Sought:
    """Return the passages that are found for words, best first."""
    known = askable(project, tools, references)
    found = _found(tools, words, frozenset(item.document_id for item in known))
    cited = _cited(project, tools, known, found.hits)
    limit = k or tools.config.settings.retrieve.evidence
    return _Sought(keyed(_evidence(cited, found.hits[:limit])), cited, found.answers)


class _Found(NamedTuple):
    hits: list[Hit]
    answers: bool
    """Whether the best of them can be expected to answer."""


def askable(project: Project, tools: Tools, keys: Collection[str]) -> list[Ingested]:
    """Return the references that can be asked: all that are in the store, or those named.

    Raises:
        UsageError: there is no checklist, or no reference with this key.
        PrerequisiteError: nothing has been ingested, or by other models; or chunks are missing.
    """
    project.read_checklist()  # a folder without one gets no store
    check_store(tools)
    known = tools.store.ingested()
    if not known:
        raise PrerequisiteError("the store is empty", advice="run `rag ingest` first")
    for key in keys:
        if key not in known:
            raise unknown_reference(key, [item.reference for item in known.values()])
    asked = [item for item in known.values() if not keys or item.reference.key in keys]
    if bare := [item.reference.key for item in asked if not item.chunks]:
        raise PrerequisiteError(
            f"the chunks of {', '.join(bare)} are being made anew, or that was cut short",
            advice="wait for the run that does it, or run `rag ingest`",
        )
    return asked


def _found(tools: Tools, question: str, documents: frozenset[str]) -> _Found:
    """Search, then let the reranker order what is best, and judge whether it answers at all."""
    settings = tools.config.settings
    count = settings.retrieve.candidates
    with ThreadPoolExecutor(1) as background:
        # Its weights load while the embedder's do, and while the index is searched.
        loading = background.submit(lambda: tools.reranker)
        vector = tools.embedder.embed_query(question)
        dense = tools.index.search_dense(vector, count, documents)
        lexical = tools.index.search_lexical(question, count, documents)
        hits = fuse(dense, lexical, settings.retrieve)
        scorer = loading.result()
    if scorer is None:
        best = max((hit.score for hit in dense), default=-1.0)
        return _Found(hits, best >= settings.ask.min_cosine)
    shown = hits[: settings.reranker.pairs]
    scores = scorer.score([(question, hit.chunk.passage) for hit in shown])
    by_id = {hit.chunk.id: score for hit, score in zip(shown, scores, strict=True)}
    ordered = rerank(hits, by_id, settings.retrieve.rerank_weight)
    return _Found(ordered, max(scores, default=-math.inf) >= settings.ask.min_score)


def _cited(
    project: Project, tools: Tools, known: Sequence[Ingested], hits: Sequence[Hit]
) -> dict[str, Cited]:
    """Return, by document id, the references in which the hits stand."""
    wanted = {hit.chunk.document_id for hit in hits}
    return {
        item.document_id: Cited(
            reference=item.reference,
            document=tools.store.document(item.document_id),
            read_on=item.source.read_on,
            location=_openable(project, item.reference),
        )
        for item in known
        if item.document_id in wanted
    }


def _openable(project: Project, reference: Reference) -> str:
    scheme, location = project.locate(reference.locator)
    return reference.locator if scheme != "file" else location


def _evidence(cited: dict[str, Cited], hits: Sequence[Hit]) -> list[Evidence]:
    return [
        Evidence(
            key="E0",
            chunk=hit.chunk,
            document=cited[hit.chunk.document_id].document,
            reference=cited[hit.chunk.document_id].reference,
            score=hit.score,
        )
        for hit in hits
    ]


def _sources(claims: Sequence[Claim], cited: dict[str, Cited]) -> tuple[SourceNote, ...]:
    """Return what claims cite, each passage once, in order."""
    used = {citation.label: citation for claim in claims for citation in claim.citations}
    return tuple(_note(citation, cited[citation.document_id]) for citation in used.values())


def _note(citation: Citation, cited: Cited) -> SourceNote:
    place = place_of(citation, cited)
    return SourceNote(
        label=citation.label,
        reference=citation.reference_key,
        title=cited.document.title,
        where=place.words,
        link=place.link,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
    )


def _passage(item: Evidence, cited: Cited) -> Passage:
    chunk = item.chunk
    return Passage(
        reference=item.reference.key,
        locator=item.reference.locator,
        where=" › ".join(chunk.headings) or cited.document.title,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        score=round(item.score, 4),
    )


class Retrieved(NamedTuple):
    """A passage that was found for a question, and where it stands."""

    evidence: Evidence
    where: str
    """In words."""
    link: str
    """What opens on it."""


def retrieve(
    project: Project,
    tools: Tools,
    question: str,
    *,
    k: int | None = None,
    references: Collection[str] = (),
) -> list[Retrieved]:
    """Return the passages that an answer would draw on, best first; no writer is asked.

    Args:
        project: where the checklist is.
        tools: the wired adapters.
        question: what the user wants to know; nothing is found for an empty one.
        k: how many passages; the config's `retrieve.evidence` if None.
        references: the keys of those to search; all if empty.

    Raises:
        UsageError: the key is unknown.
        PrerequisiteError: nothing has been ingested, or by another embedder.
    """
    words = one_line(question)
    if not words:
        return []
    evidence, cited, _ = _sought(project, tools, words, k, references)
    return [_retrieved(item, cited[item.document.id]) for item in evidence]


def _retrieved(item: Evidence, cited: Cited) -> Retrieved:
    """Return a passage with its place: that of its body, since a heading is no words of a page."""
    chunk = item.chunk
    body = (part for part in item.document.parts if part.kind != "heading")
    start, end = next(
        (
            (max(part.start, chunk.start), min(part.end, chunk.end))
            for part in body
            if part.start < chunk.end and chunk.start < part.end
        ),
        (chunk.start, chunk.end),
    )
    return Retrieved(item, *place_at(start, item.document.text[start:end], cited))
