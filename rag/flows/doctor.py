"""Is all there that a run needs? Each check is a line, with what to do about it."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import RagError
from rag.flows.ingest import MEND, made_with
from rag.types import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rag.flows.project import Project
    from rag.flows.tools import Tools
    from rag.ports import PairScorer

_QUESTION = "How much memory does the accelerator have?"
_NEAR = "The accelerator has 96 GB of memory."
_FAR = "Roses want sun for most of the day."
_SUPPORTED = ("The accelerator comes with 96 GB of memory.", _NEAR)
_ANEW = "move store/rag.db away, then run `rag compose --all`: report.md is taken over"
_INDEX_ANEW = "delete store/index.db and store/chroma: the next run makes them anew"


def doctor(project: Project, tools: Tools, *, call: bool) -> Iterator[Check]:
    """Look at checklist, store, index, models and services; change nothing.

    Args:
        project: where the checklist and the store are.
        tools: the wired adapters.
        call: whether services may be asked, which may cost something.

    Yields:
        What was found, as it is found. A call that is made is recorded in the store; where the
        store cannot be used, none is made.
    """
    yield from _checklist(project)
    found = list(_store(project, tools))
    yield from found
    usable = all(check.state != "failed" for check in found if check.name == "store")
    call = call and usable
    sound = usable and (project.store / "rag.db").exists()
    if sound:
        yield from _guarded("index", lambda: _index(tools), _INDEX_ANEW)
    embedder = list(_model("embedder", lambda: _embedder(tools), tools, call=call))
    yield from embedder
    if sound and embedder[-1].state != "failed":
        yield from _guarded("made with", lambda: _made_with(tools))
    yield from _model("reranker", lambda: _reranker(tools), tools, call=call)
    yield from _model("support", lambda: _support(tools), tools, call=call)
    yield from _guarded("writer", lambda: [_writer(tools)])
    for service in tools.services:
        yield from service.checks(call=call)


def _model(name: str, look: Callable[[], Check], tools: Tools, *, call: bool) -> Iterator[Check]:
    """Yield what is found of a model, unless looking costs and nobody may be asked."""
    if name in tools.remote and not call:
        yield Check(name=name, state="skipped", found=f"not asked: it takes {tools.remote[name]}")
    else:
        yield from _guarded(name, lambda: [look()])


def _guarded(name: str, look: Callable[[], Iterable[Check]], advice: str = "") -> Iterator[Check]:
    """Yield what is found, or that it cannot be looked at."""
    try:
        yield from look()
    except RagError as error:
        yield Check(name=name, state="failed", found=error.message, advice=error.advice or advice)
    except (OSError, sqlite3.Error) as error:
        yield Check(name=name, state="failed", found=_line(error), advice=advice)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _checklist(project: Project) -> Iterator[Check]:
    _, reading = project.read_checklist()
    for problem in reading.problems:
        found = f"{problem.subject}: {problem.reason}"
        yield Check(name="checklist", state="warning", found=found, advice="correct references.md")
    waiting = sum(not item.checked for item in reading.references)
    found = f"{_many(len(reading.references), 'reference')}, {waiting} unchecked"
    yield Check(name="checklist", state="ok", found=found)


def _store(project: Project, tools: Tools) -> Iterator[Check]:
    if project.store.exists() and not project.store.is_dir():
        what, advice = f"{project.store} is a file", "move it away: a folder must stand there"
        yield Check(name="store", state="failed", found=what, advice=advice)
        return
    if not (project.store / "rag.db").exists():
        yield Check(name="store", state="ok", found="there is none yet; the first run makes it")
        return
    found = list(_guarded("store", lambda: [_soundness(tools)], _ANEW))
    yield from found
    if all(check.state != "failed" for check in found):
        yield from _guarded("sources", lambda: _sources(tools))


def _soundness(tools: Tools) -> Check:
    if wrong := tools.store.damage():
        return Check(name="store", state="failed", found=f"it is damaged ({wrong})", advice=_ANEW)
    known, latest = tools.store.ingested(), tools.store.latest()
    if bare := [key for key, item in known.items() if not item.chunks]:
        found = f"{', '.join(bare)} have no chunks: they are being made anew, or that was cut short"
        advice = "wait for the run that does it, or run `rag ingest`"
        return Check(name="store", state="warning", found=found, advice=advice)
    chunks = sum(tools.store.chunk_counts().values())
    found = f"sound; {_many(len(known), 'reference')}, {_many(chunks, 'chunk')}, "
    return Check(name="store", state="ok", found=f"{found}edition {latest.number if latest else 0}")


def _sources(tools: Tools) -> Iterator[Check]:
    """A source that is lost is fetched again when chunks are made anew; one that changed is not."""
    known = tools.store.ingested()
    bad = []
    for key, item in known.items():
        content = tools.store.source(item.source.sha256)
        if content is None or hashlib.sha256(content).hexdigest() != item.source.sha256:
            bad.append(key)
    if bad:
        found = f"the bytes of {', '.join(bad)} are no longer what was read"
        yield Check(
            name="sources", state="warning", found=found, advice="run `rag refresh` to read again"
        )
    else:
        yield Check(name="sources", state="ok", found=f"{_many(len(known), 'source')} as read")


def _made_with(tools: Tools) -> Iterator[Check]:
    recorded = tools.store.made_with()
    for name, value in made_with(tools).items():
        if recorded.get(name, value) != value:
            found = f"the {name} {recorded[name]!r}, and the configuration has {value!r}"
            advice = f"set it back, or run `{MEND}`"
            yield Check(name="made with", state="failed", found=found, advice=advice)


def _index(tools: Tools) -> Iterator[Check]:
    want, have = sum(tools.store.chunk_counts().values()), tools.index.count()
    if have == want:
        yield Check(name="index", state="ok", found=f"agrees with the store: {have:,} chunks")
    elif have < want:
        found = f"it lacks {want - have:,} of {want:,} chunks"
        yield Check(name="index", state="warning", found=found, advice="the next run adds them")
    else:
        found = f"it has {have - want:,} chunks that the store does not have"
        yield Check(name="index", state="failed", found=found, advice=_INDEX_ANEW)


def _embedder(tools: Tools) -> Check:
    vectors = dict(tools.embedder.embed_documents([_NEAR, _FAR]))
    asked = tools.embedder.embed_query(_QUESTION)
    near, far = float(np.dot(asked, vectors[0])), float(np.dot(asked, vectors[1]))
    name = tools.embedder_fingerprint
    if not near > far:
        return _senseless("embedder", name)
    return Check(name="embedder", state="ok", found=f"{name}, {len(asked)} dimensions")


def _reranker(tools: Tools) -> Check:
    scorer = tools.reranker
    if scorer is None:
        return Check(name="reranker", state="ok", found="turned off")
    near, far = scorer.score([(_QUESTION, _NEAR), (_QUESTION, _FAR)])
    return _works("reranker", scorer) if near > far else _senseless("reranker", scorer.name)


def _support(tools: Tools) -> Check:
    scorer = tools.support
    if scorer is None:
        return Check(
            name="support", state="warning", found="turned off: a claim in other words than its "
            "passage's is held to figures, names and quotations only",
            advice='set verify.support = "default"',
        )  # fmt: skip
    good, bad = scorer.score([_SUPPORTED, (_SUPPORTED[0], _FAR)])
    return _works("support", scorer) if good > bad else _senseless("support", scorer.name)


def _writer(tools: Tools) -> Check:
    return Check(name="writer", state="ok", found=tools.writer.name)


def _works(name: str, scorer: PairScorer) -> Check:
    return Check(name=name, state="ok", found=scorer.name)


def _senseless(name: str, model: str) -> Check:
    found = f"{model} loads, but finds roses as near to a question on memory as its answer"
    return Check(name=name, state="failed", found=found, advice="install or choose another model")


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
