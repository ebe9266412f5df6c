"""A question → cited claims, or the plain statement that the references do not answer it."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import CapError, PrerequisiteError, ServiceError, UsageError
from rag.flows.checking import checked_draft, rules_of
from rag.flows.ingest import check_store, unknown_reference
from rag.flows.sections import keyed
from rag.stages.render import Cited, place_of
from rag.stages.retrieve import fuse, rerank
from rag.types import Capped, Claim, Evidence, Hit, QuestionTask, Skipped, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    @property
    def is_refusal(self) -> bool:
        """Whether the references do not answer."""
        return not self.claims


def ask(
    project: Project,
    tools: Tools,
    question: str,
    *,
    k: int | None = None,
    reference: str | None = None,
) -> Answer:
    """Return an answer of verified claims with their sources.

    Args:
        project: where the checklist is.
        tools: the wired adapters.
        question: what the user wants to know.
        k: how many passages may be drawn on; the config's `retrieve.evidence` if None.
        reference: the key of the only reference to ask.

    Raises:
        UsageError: the question is empty, or the key unknown.
        PrerequisiteError: nothing has been ingested.
    """
    words = " ".join(question.encode("utf-8", "replace").decode().split())
    if not words:
        raise UsageError("the question is empty", advice='ask as in: rag ask "What is EFA?"')
    project.read_checklist()  # a folder without one gets no store
    check_store(tools)
    known = _askable(tools, reference)
    found = _found(tools, words, frozenset(item.document_id for item in known))
    cited = _cited(project, tools, known, found.hits)
    limit = k or tools.config.settings.retrieve.evidence
    evidence = keyed(_evidence(cited, found.hits[:limit]))
    claims = _claims(tools, words, evidence) if found.answers else ()
    used = {citation.label: citation for claim in claims for citation in claim.citations}
    return Answer(
        question=words,
        claims=claims,
        sources=tuple(_note(citation, cited[citation.document_id]) for citation in used.values()),
        passages=tuple(_passage(item, cited[item.document.id]) for item in evidence),
        answerable=found.answers,
    )


class _Found(NamedTuple):
    hits: list[Hit]
    answers: bool
    """Whether the best of them can be expected to answer."""


def _askable(tools: Tools, key: str | None) -> list[Ingested]:
    known = tools.store.ingested()
    if not known:
        raise PrerequisiteError("the store is empty", advice="run `rag ingest` first")
    if key is not None and key not in known:
        raise unknown_reference(key, [item.reference for item in known.values()])
    return [item for item in known.values() if key in (None, item.reference.key)]


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


def _claims(tools: Tools, question: str, evidence: tuple[Evidence, ...]) -> tuple[Claim, ...]:
    task = QuestionTask(question=question, evidence=evidence)
    draft = tools.writer.answer(task)
    if isinstance(draft, Capped):
        raise CapError(draft.reason, advice="raise it")
    if isinstance(draft, Skipped):
        raise ServiceError(f"the writer gave no answer: {draft.reason}")
    checked = checked_draft(tools, task, draft, rules_of(tools.config)).checked
    return tuple(claim for block in checked.blocks for claim in block.claims)


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
    scheme, location = project.locate(reference)
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
